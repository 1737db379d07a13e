#include "app/commands.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr int kSeconds = 3;

/// A connected socket, or -1.
int connect_to(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
        return -1;
    int connected = -1;
    for (const auto* at = found; at != nullptr && connected < 0; at = at->ai_next) {
        const int descriptor = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (descriptor < 0)
            continue;
        const timeval limit{kSeconds, 0};
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (::connect(descriptor, at->ai_addr, at->ai_addrlen) == 0)
            connected = descriptor;
        else
            ::close(descriptor);
    }
    ::freeaddrinfo(found);
    return connected;
}

std::string ask(int descriptor, std::string_view request)
{
    std::string answer;
    if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return answer;
    char buffer[1024];
    while (true) {
        const auto got = ::recv(descriptor, buffer, sizeof buffer, 0);
        if (got <= 0 || answer.size() > 64 * 1024)
            return answer;
        answer.append(buffer, static_cast<std::size_t>(got));
    }
}

}  // namespace

int healthcheck(const Options& options)
{
    const std::string where = options.admin_host + ":" + std::to_string(options.admin_port);
    const int descriptor = connect_to(options.admin_host, options.admin_port);
    if (descriptor < 0) {
        std::fprintf(stderr, "No server answers at %s (WGW_ADMIN_HOST, WGW_ADMIN_PORT).\n", where.c_str());
        return 1;
    }
    const auto answer = ask(descriptor, "GET /readyz HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
    ::close(descriptor);
    const auto body = answer.find("\r\n\r\n");
    const std::string said = body == std::string::npos ? "nothing\n" : answer.substr(body + 4);
    const bool ready = answer.starts_with("HTTP/1.1 200 ");
    std::fprintf(ready ? stdout : stderr, "%s says: %s", where.c_str(), said.c_str());
    return ready ? 0 : 1;
}

std::string version_text() { return "wegowhere " + std::string(kVersion); }

int print_version(bool json)
{
    if (json)
        std::printf("{\"name\":\"wegowhere\",\"version\":\"%s\"}\n", kVersion.data());
    else
        std::printf("%s\n", version_text().c_str());
    return 0;
}

}  // namespace wgw::app
