#pragma once
/// Where Redis is, and as whom to sign in.
///
///     redis://[user][:password]@host[:port][/database]     port 6379, database 0
///
/// Errors  a sentence that says what to do; it never holds the password
/// Tests   redis_address_test.cpp

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace wgw::bus {

struct RedisAddress {
    std::string host = "localhost";
    std::uint16_t port = 6379;
    std::string user = {};      ///< Empty: the default user.
    std::string password = {};  ///< Empty: none is asked for.
    int database = 0;

    /// For the log: host and port.
    std::string text() const;

    friend bool operator==(const RedisAddress&, const RedisAddress&) = default;
};

/// REDIS_URL.
std::expected<RedisAddress, std::string> parse_redis_url(std::string_view url);

/// REDIS_HOST, REDIS_PORT, REDIS_PASS, as they stand in the environment. Empty: localhost, 6379, no password.
std::expected<RedisAddress, std::string> redis_address(
    std::string_view host, std::string_view port, std::string_view password
);

}  // namespace wgw::bus
