#include "net/listen.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>

namespace wgw::net {
namespace {

constexpr int kBacklog = 4'096;

/// What `address` says, on `port`; IPv4 and IPv6 have it in the same place.
sockaddr_storage with_port(const addrinfo& address, std::uint16_t port)
{
    sockaddr_storage out{};
    std::memcpy(&out, address.ai_addr, address.ai_addrlen);
    reinterpret_cast<sockaddr_in*>(&out)->sin_port = htons(port);
    return out;
}

/// Nothing: errno says why.
Fd open(const addrinfo& address, std::uint16_t port)
{
    Fd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto set = [&](int level, int option) {
        const int on = 1;
        return ::setsockopt(fd.get(), level, option, &on, sizeof on) == 0;
    };
    const auto at = with_port(address, port);
    const bool done = fd && (address.ai_family != AF_INET6 || set(IPPROTO_IPV6, IPV6_V6ONLY)) &&
                      set(SOL_SOCKET, SO_REUSEADDR) && set(IPPROTO_TCP, TCP_NODELAY) &&
                      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), address.ai_addrlen) == 0 &&
                      ::listen(fd.get(), kBacklog) == 0;
    return done ? std::move(fd) : Fd();
}

std::string why_not(const std::string& host, std::uint16_t port, int error)
{
    if (error == EADDRNOTAVAIL)
        return host + " is no address of this machine. Listen on one that is, or on 0.0.0.0 for all of them.";
    if (error == EACCES)
        return "Port " + std::to_string(port) +
               " needs a privilege that this process does not have. Choose one from 1024 on: GATEWAY_PORT, or --port.";
    return "Cannot listen on " + host + ", port " + std::to_string(port) + ": " + std::strerror(error) + ".";
}

}  // namespace

std::vector<Fd> listen_on(const std::string& host, std::uint16_t port, std::string_view port_setting)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
        throw std::runtime_error(
            "Cannot listen on \"" + host + "\": " + ::gai_strerror(error) +
            ". Give a name or an IP address of this machine."
        );
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(list, &::freeaddrinfo);

    std::vector<Fd> listening;
    std::string problem;
    for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
        const std::uint16_t bound = listening.empty() ? port : port_of(listening.front());
        if (Fd fd = open(*at, bound)) {
            listening.push_back(std::move(fd));
            continue;
        }
        if (errno == EADDRINUSE)
            throw std::runtime_error(
                "Port " + std::to_string(bound) + " of " + host +
                " is in use by another program. Stop it, or choose another port: " + std::string(port_setting) + "."
            );
        problem = why_not(host, port, errno);  // a machine without IPv6 still has its other address
    }
    if (listening.empty())
        throw std::runtime_error(problem);
    return listening;
}

std::uint16_t port_of(const Fd& listening)
{
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

}  // namespace wgw::net
