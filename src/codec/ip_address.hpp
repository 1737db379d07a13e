#pragma once
/// IP addresses and networks, as text and as bytes. IPv4 is kept as IPv6 has it: `::ffff:192.0.2.1` is 192.0.2.1.
///
/// Strict  no ports, brackets, zones (`%eth0`) or leading zeros
/// Source  RFC 4291, RFC 4632
/// Tests   ip_address_test.cpp

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

/// A value.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<IpAddress> parse(std::string_view text);

    /// In its shortest form.
    std::string text() const;
    bool is_v4() const;

    /// The first address of its network of that size: `bits` as in 192.0.2.1/24 for IPv4, `bits_v6` for IPv6.
    IpAddress network(int bits, int bits_v6) const;

    /// Reached from this machine or a network of its own only: loopback, link-local, RFC 1918, RFC 6598, RFC 4193.
    bool is_private() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// A value: `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one.
struct IpNetwork {
    IpAddress first;  ///< All behind `bits` is zero.
    int bits = 128;   ///< Of the 16 bytes.

    /// What stands behind the bits may be anything: 10.1.2.3/8 is 10.0.0.0/8.
    static std::optional<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const;

    friend bool operator==(const IpNetwork&, const IpNetwork&) = default;
};

}  // namespace wgw
