#include "codec/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <ranges>

namespace wgw {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr int kBits = 128;

IpAddress first_of(IpAddress address, int bits)
{
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        const int kept = std::clamp(bits - static_cast<int>(8 * i), 0, 8);
        address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xff00 >> kept));
    }
    return address;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0'))
        return {};
    const std::string terminated(text);
    IpAddress address;
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1)
        return address;
    std::ranges::copy(kMapped, address.bytes.begin());
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + kMapped.size()) == 1)
        return address;
    return {};
}

std::string IpAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_v4())
        ::inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

bool IpAddress::is_v4() const { return std::ranges::equal(kMapped, bytes | std::views::take(kMapped.size())); }

IpAddress IpAddress::network(int bits, int bits_v6) const
{
    return first_of(*this, is_v4() ? kMappedBits + bits : bits_v6);
}

bool IpAddress::is_private() const
{
    static const std::array kPrivate{
        *IpNetwork::parse("127.0.0.0/8"),
        *IpNetwork::parse("10.0.0.0/8"),
        *IpNetwork::parse("172.16.0.0/12"),
        *IpNetwork::parse("192.168.0.0/16"),
        *IpNetwork::parse("169.254.0.0/16"),
        *IpNetwork::parse("100.64.0.0/10"),
        *IpNetwork::parse("::1"),
        *IpNetwork::parse("fc00::/7"),
        *IpNetwork::parse("fe80::/10"),
    };
    return std::ranges::any_of(kPrivate, [this](const IpNetwork& network) { return network.contains(*this); });
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address)
        return {};
    if (slash == std::string_view::npos)
        return IpNetwork{*address, kBits};
    const std::string_view digits = text.substr(slash + 1);
    const int before = address->is_v4() ? kMappedBits : 0;
    int bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 || bits > kBits - before)
        return {};
    return IpNetwork{first_of(*address, before + bits), before + bits};
}

bool IpNetwork::contains(const IpAddress& address) const { return first_of(address, bits) == first; }

}  // namespace wgw
