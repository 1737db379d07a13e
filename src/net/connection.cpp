#include "net/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace wgw::net {

Connection::Connection(Loop& loop, Socket socket, std::uint64_t number)
    : loop_(loop), socket_(std::move(socket)), number_(number)
{
}

Connection::~Connection() { loop_.forget(*this); }

Connection::Read Connection::read()
{
    const auto buffer = loop_.read_buffer();
    while (true) {
        const auto got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0)
            return {static_cast<std::size_t>(got), false};
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
        const auto sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            return {static_cast<std::size_t>(sent), false, false};
        if (errno == EINTR)
            continue;
        const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK;
        return {0, blocked, !blocked};
    }
}

void Connection::wait_readable()
{
    if (waits_readable_ || !open_)
        return;
    waits_readable_ = true;
    socket_.async_wait(Socket::wait_read, [self = Ref<Connection>(this)](const boost::system::error_code&) {
        self->waits_readable_ = false;
        if (self->open_)
            self->on_readable();
    });
}

void Connection::wait_writable()
{
    if (waits_writable_ || !open_)
        return;
    waits_writable_ = true;
    socket_.async_wait(Socket::wait_write, [self = Ref<Connection>(this)](const boost::system::error_code&) {
        self->waits_writable_ = false;
        if (self->open_)
            self->on_writable();
    });
}

Socket Connection::take_socket()
{
    open_ = false;
    cancel();
    Socket taken = std::move(socket_);
    return taken;
}

void Connection::close()
{
    if (!open_)
        return;
    open_ = false;
    cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void Connection::end_writing()
{
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace wgw::net
