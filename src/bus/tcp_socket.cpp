#include "bus/tcp_socket.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wgw::bus {

TcpAddresses::TcpAddresses(const std::string& host, std::uint16_t port)
{
    const addrinfo hints{
        .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM
    };
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first_); error != 0)
        error_ = ::gai_strerror(error);
}

TcpAddresses::~TcpAddresses()
{
    if (first_ != nullptr)
        ::freeaddrinfo(first_);
}

int TcpSocket::open(const addrinfo& address)
{
    close();
    fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        return errno;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return ::connect(fd_, address.ai_addr, address.ai_addrlen) == 0 || errno == EINPROGRESS ? 0 : errno;
}

void TcpSocket::close()
{
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

int TcpSocket::error() const
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

}  // namespace wgw::bus
