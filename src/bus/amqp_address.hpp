#pragma once
/// Where RabbitMQ is, and as whom to sign in.
///
///     amqp://user:password@host:port/vhost       port 5672, vhost `/`, user and password `guest` where they are left
///     out
///
/// Parts are percent-encoded where they hold one of `:@/%`; a vhost `/` is `%2f`, or left out.
/// Errors  a sentence that says what to do; it never holds the password
/// Source  https://www.rabbitmq.com/docs/uri-spec
/// Tests   amqp_address_test.cpp

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace wgw::bus {

struct AmqpAddress {
    std::string host = "localhost";
    std::uint16_t port = 5672;
    std::string user = "guest";
    std::string password = "guest";
    std::string vhost = "/";

    /// For the log: host and port.
    std::string text() const;

    friend bool operator==(const AmqpAddress&, const AmqpAddress&) = default;
};

/// RMQ_URL.
std::expected<AmqpAddress, std::string> parse_amqp_url(std::string_view url);

/// RMQ_HOST, RMQ_PORT, RMQ_USER, RMQ_PASS, as they stand in the environment. Empty: the original's default, which is
/// localhost, 5672, wegowhere, wegowhere.
std::expected<AmqpAddress, std::string> amqp_address(
    std::string_view host, std::string_view port, std::string_view user, std::string_view password
);

}  // namespace wgw::bus
