#include "bus/redis_address.hpp"

#include "codec/server_url.hpp"

#include <charconv>

namespace wgw::bus {
namespace {

constexpr int kDatabases = 1'024;

std::unexpected<std::string> wrong(std::string sentence) { return std::unexpected(std::move(sentence)); }

}  // namespace

std::string RedisAddress::text() const
{
    return (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::expected<RedisAddress, std::string> parse_redis_url(std::string_view text)
{
    auto url = parse_server_url(text);
    if (!url)
        return wrong("REDIS_URL " + std::string(advice(url.error())));
    if (url->scheme == "rediss")
        return wrong(
            "REDIS_URL begins with rediss://, and TLS to Redis is not supported. Use redis:// on a private network, or "
            "through a TLS tunnel on this machine."
        );
    if (url->scheme != "redis")
        return wrong("REDIS_URL does not begin with redis://.");
    RedisAddress address{
        .host = std::move(url->host),
        .port = url->port.value_or(6379),
        .user = url->user.value_or(""),
        .password = url->password.value_or(""),
    };
    if (url->path.empty())
        return address;
    const char* const end = url->path.data() + url->path.size();
    const auto [stop, error] = std::from_chars(url->path.data(), end, address.database);
    if (error != std::errc() || stop != end || address.database < 0 || address.database >= kDatabases)
        return wrong("REDIS_URL names a database that is not a number from 0 to 1023. Most servers have 0 to 15.");
    return address;
}

std::expected<RedisAddress, std::string> redis_address(
    std::string_view host, std::string_view port, std::string_view password
)
{
    RedisAddress address;
    address.password = password;
    if (!host.empty())
        address.host = host;
    if (!port.empty()) {
        const auto number = parse_port(port);
        if (!number)
            return wrong(
                "REDIS_PORT is not a number from 1 to 65535. Redis listens on 6379 unless it is told otherwise."
            );
        address.port = *number;
    }
    return address;
}

}  // namespace wgw::bus
