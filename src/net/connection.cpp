#include "net/connection.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace wgw::net {

Connection::Connection(Loop& loop, Socket socket, std::uint64_t number)
    : loop_(loop), socket_(std::move(socket)), number_(number)
{
    if (socket_.watched != Interest::none)  // for the connection that had it before
        loop_.readiness().watch(socket_.fd.get(), *this, socket_.watched, socket_.watched);
}

Connection::~Connection()
{
    loop_.forget(*this);
    loop_.readiness().forget(*this);
}

Connection::Read Connection::read()
{
    const auto buffer = loop_.read_buffer();
    while (true) {
        const auto got = ::recv(socket_.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        loop_.traffic().reads.add();
        if (got > 0) {
            loop_.traffic().received_bytes.add(static_cast<std::size_t>(got));
            return {static_cast<std::size_t>(got), false};
        }
        if (got == 0)
            return {0, true};
        if (errno == EINTR)
            continue;
        return {0, errno != EAGAIN && errno != EWOULDBLOCK};
    }
}

Connection::Written Connection::write(std::span<const iovec> parts)
{
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    while (true) {
        const auto sent = ::sendmsg(socket_.fd.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        loop_.traffic().writes.add();
        if (sent >= 0) {
            loop_.traffic().sent_bytes.add(static_cast<std::size_t>(sent));
            return {static_cast<std::size_t>(sent), false, false};
        }
        if (errno == EINTR)
            continue;
        const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK;
        return {0, blocked, !blocked};
    }
}

std::size_t Connection::unacknowledged() const
{
    int bytes = 0;
    return ::ioctl(socket_.fd.get(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::string Connection::peer_address() const
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::getpeername(socket_.fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        address.ss_family == AF_UNIX)
        return {};
    const void* bytes = address.ss_family == AF_INET6
                            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr)
                            : &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
    return ::inet_ntop(address.ss_family, bytes, text.data(), text.size()) != nullptr ? text.data() : "";
}

void Connection::want(Interest what)
{
    wanted_ = what;
    if (telling_ || !open_ || socket_.watched == what)
        return;
    loop_.readiness().watch(socket_.fd.get(), *this, what, socket_.watched);
    socket_.watched = what;
}

void Connection::on_ready(Interest what)
{
    const Ref<Connection> alive(this);
    telling_ = true;
    const auto take = [&](Interest one) {
        const bool due = open_ && has(what, one) && has(wanted_, one);
        if (due)
            wanted_ = without(wanted_, one);
        return due;
    };
    if (take(Interest::write))
        on_writable();
    if (take(Interest::read))
        on_readable();
    telling_ = false;
    want(wanted_);
}

Socket Connection::take_socket()
{
    open_ = false;
    cancel();
    loop_.readiness().forget(*this);
    return std::move(socket_);
}

void Connection::close()
{
    if (!open_)
        return;
    open_ = false;
    cancel();
    loop_.readiness().forget(*this);
    socket_.fd.close();
}

void Connection::end_writing() { ::shutdown(socket_.fd.get(), SHUT_WR); }

}  // namespace wgw::net
