#include "app/commands/http_exchange.hpp"

#include <charconv>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace wgw::app {
namespace {

constexpr std::size_t kGreatestAnswer = std::size_t{4} << 20;

void set_patience(const net::Fd& connection, int seconds)
{
    const timeval limit{seconds, 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool send_all(const net::Fd& connection, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// All until the server closes; nothing: it was too slow, or has too much to say.
std::optional<std::string> receive_all(const net::Fd& connection)
{
    std::string bytes;
    char buffer[16'384];
    while (bytes.size() <= kGreatestAnswer) {
        const auto got = ::recv(connection.get(), buffer, sizeof buffer, 0);
        if (got < 0)
            return {};
        if (got == 0)
            return bytes;
        bytes.append(buffer, static_cast<std::size_t>(got));
    }
    return {};
}

}  // namespace

net::Fd connect_to(const std::string& host, std::uint16_t port, int seconds)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(list, &::freeaddrinfo);
    for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
        net::Fd connection(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
        if (!connection)
            continue;
        set_patience(connection, seconds);
        if (::connect(connection.get(), at->ai_addr, at->ai_addrlen) == 0)
            return connection;
    }
    return {};
}

std::optional<Answer> exchange(
    const net::Fd& connection, std::string_view method, std::string_view target, std::string_view body, int seconds
)
{
    set_patience(connection, seconds);
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    if (!body.empty())
        request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    request.append("\r\n").append(body);
    if (!send_all(connection, request))
        return {};
    const auto bytes = receive_all(connection);
    constexpr std::string_view kStart = "HTTP/1.1 ";
    const auto end = bytes ? bytes->find("\r\n\r\n") : std::string::npos;
    if (end == std::string::npos || !bytes->starts_with(kStart))
        return {};
    Answer answer;
    std::from_chars(bytes->data() + kStart.size(), bytes->data() + kStart.size() + 3, answer.status);
    answer.body = bytes->substr(end + 4);
    return answer;
}

}  // namespace wgw::app
