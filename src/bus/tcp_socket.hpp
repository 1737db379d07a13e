#pragma once
/// A TCP socket that does not block, for a thread that polls it itself.

#include <cstdint>
#include <netdb.h>
#include <string>

namespace wgw::bus {

/// What a host's name stands for. A resource. The resolver may take its time.
class TcpAddresses {
public:
    TcpAddresses(const std::string& host, std::uint16_t port);
    TcpAddresses(const TcpAddresses&) = delete;
    TcpAddresses& operator=(const TcpAddresses&) = delete;
    ~TcpAddresses();

    /// Why there is none; empty: there is one.
    const std::string& error() const { return error_; }
    const addrinfo* first() const { return first_; }

private:
    addrinfo* first_ = nullptr;
    std::string error_;
};

/// A resource.
class TcpSocket {
public:
    TcpSocket() = default;
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;
    ~TcpSocket() { close(); }

    /// -1: it is closed.
    int fd() const { return fd_; }

    /// Begins to connect: that is done when it can be written and error() is 0. An errno, or 0.
    int open(const addrinfo& address);
    void close();

    /// What has gone wrong: an errno, or 0.
    int error() const;

private:
    int fd_ = -1;
};

}  // namespace wgw::bus
