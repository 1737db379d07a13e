#include "loadgen/connection.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace wgw::loadgen {

Address resolve(const std::string& url)
{
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme))
        throw std::runtime_error("The URL has to start with http://, and is " + url);
    Address address;
    address.host = url.substr(scheme.size());
    address.host.resize(std::min(address.host.find('/'), address.host.size()));
    std::string name = address.host;
    std::string port = "80";
    if (const auto colon = name.rfind(':'); colon != std::string::npos && !name.ends_with(']')) {
        port = name.substr(colon + 1);
        name.resize(colon);
    }
    if (name.starts_with('[') && name.ends_with(']'))
        name = name.substr(1, name.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(name.c_str(), port.c_str(), &hints, &found); error != 0)
        throw std::runtime_error("No address for " + url + ": " + ::gai_strerror(error));
    std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    address.family = found->ai_family;
    ::freeaddrinfo(found);
    return address;
}

bool is_loopback(const Address& address)
{
    if (address.family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address.bytes, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24U == 127;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address.bytes, sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

Connection::Connection(Connection&& other) noexcept
    : state(other.state), descriptor_(std::exchange(other.descriptor_, -1)), in_(std::move(other.in_)),
      out_(std::move(other.out_))
{
}

bool Connection::open(const Address& address)
{
    descriptor_ = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0)
        return false;
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_storage bytes = address.bytes;
    state = State::connecting;
    return ::connect(descriptor_, reinterpret_cast<sockaddr*>(&bytes), address.size) == 0 || errno == EINPROGRESS;
}

int Connection::connect_error() const
{
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

void Connection::close()
{
    if (descriptor_ >= 0)
        ::close(std::exchange(descriptor_, -1));
    state = State::closed;
}

bool Connection::write(std::string_view bytes)
{
    if (!out_.empty()) {
        out_ += bytes;
        return true;
    }
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        return false;
    out_ += bytes.substr(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    return true;
}

bool Connection::flush()
{
    const std::string bytes = std::exchange(out_, {});
    return bytes.empty() || write(bytes);
}

std::string_view Connection::receive(std::span<char> buffer, bool& ended)
{
    const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return in_;
    if (got <= 0) {
        ended = true;
        return {};
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (in_.empty())
        return bytes;
    in_ += bytes;
    return in_;
}

void Connection::keep(std::string_view rest)
{
    if (rest.data() == in_.data() && rest.size() == in_.size())
        return;
    in_ = std::string(rest);  // a copy first: `rest` may lie in it
}

}  // namespace wgw::loadgen
