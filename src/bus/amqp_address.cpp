#include "bus/amqp_address.hpp"

#include "codec/url.hpp"

#include <charconv>
#include <optional>

namespace wgw::bus {
namespace {

constexpr std::string_view kShape = "amqp://user:password@host:5672/vhost";
constexpr std::size_t kMostBytes = 255;  // of a name on the wire

std::unexpected<std::string> wrong(std::string sentence) { return std::unexpected(std::move(sentence)); }

std::optional<std::uint16_t> port_of(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        return {};
    return port;
}

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= kMostBytes && text.find('\0') == std::string_view::npos;
}

}  // namespace

std::string AmqpAddress::text() const
{
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::expected<AmqpAddress, std::string> parse_amqp_url(std::string_view url)
{
    const std::string shape = " Write it as " + std::string(kShape) + ".";
    const auto colon = url.find("://");
    if (colon == std::string_view::npos)
        return wrong("RMQ_URL is no URL." + shape);
    const auto scheme = url.substr(0, colon);
    if (scheme == "amqps")
        return wrong(
            "RMQ_URL begins with amqps://, and TLS to RabbitMQ is not supported. Use amqp:// on a private network, or "
            "through a TLS tunnel on this machine."
        );
    if (scheme != "amqp")
        return wrong("RMQ_URL does not begin with amqp://." + shape);
    auto rest = url.substr(colon + 3);
    if (rest.find_first_of("?#") != std::string_view::npos)
        return wrong("RMQ_URL has parameters behind a ? or #, and there are none. Leave them out; a ? or # of a "
                     "password is %3f or %23.");

    AmqpAddress address;
    const auto slash = rest.find('/');
    if (slash != std::string_view::npos && slash + 1 < rest.size()) {
        const auto vhost = percent_decode(rest.substr(slash + 1));
        if (rest.find('/', slash + 1) != std::string_view::npos)
            return wrong(
                "RMQ_URL has more than one / behind the host. Write a / of the vhost, or of the password, as %2f."
            );
        if (!vhost || !is_name(*vhost))
            return wrong("The vhost of RMQ_URL is not percent-encoded text of up to 255 bytes." + shape);
        address.vhost = *vhost;
    }
    rest = rest.substr(0, slash);

    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        const auto who = rest.substr(0, at);
        const auto split = who.find(':');
        const auto user = percent_decode(who.substr(0, split));
        const auto password = split == std::string_view::npos ? std::optional<std::string>("guest")
                                                              : percent_decode(who.substr(split + 1));
        if (!user || !is_name(*user) || !password || password->size() > kMostBytes ||
            password->find('\0') != std::string::npos)
            return wrong("User and password of RMQ_URL are not percent-encoded text. Write one of :@/% in them as %3a, "
                         "%40, %2f, %25.");
        address.user = *user;
        address.password = *password;
        rest.remove_prefix(at + 1);
    }

    std::string_view port;
    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos || (end + 1 < rest.size() && rest[end + 1] != ':'))
            return wrong("The address in RMQ_URL begins with [ and does not end with ]." + shape);
        address.host = rest.substr(1, end - 1);
        port = rest.substr(end + 1);
    } else {
        const auto split = rest.find(':');
        address.host = rest.substr(0, split);
        port = split == std::string_view::npos ? "" : rest.substr(split);
    }
    if (!is_name(address.host))
        return wrong("RMQ_URL names no host." + shape);
    if (!port.empty()) {
        const auto number = port_of(port.substr(1));
        if (!number)
            return wrong("The port of RMQ_URL is not a number from 1 to 65535. RabbitMQ listens on 5672 unless it is "
                         "told otherwise.");
        address.port = *number;
    }
    return address;
}

std::expected<AmqpAddress, std::string> amqp_address(
    std::string_view host, std::string_view port, std::string_view user, std::string_view password
)
{
    AmqpAddress address{.user = "wegowhere", .password = "wegowhere"};
    if (!host.empty())
        address.host = host;
    if (!user.empty())
        address.user = user;
    if (!password.empty())
        address.password = password;
    if (!is_name(address.host) || !is_name(address.user) || address.password.size() > kMostBytes)
        return wrong("RMQ_HOST, RMQ_USER or RMQ_PASS is longer than 255 bytes. Look for a missing quote in .env.");
    if (!port.empty()) {
        const auto number = port_of(port);
        if (!number)
            return wrong(
                "RMQ_PORT is not a number from 1 to 65535. RabbitMQ listens on 5672 unless it is told otherwise."
            );
        address.port = *number;
    }
    return address;
}

}  // namespace wgw::bus
