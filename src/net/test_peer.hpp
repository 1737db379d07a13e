#pragma once
/// For tests: a loop that the test turns by hand, and plain sockets that talk over loopback to what runs on it.
///
///     TestNet net;                             a loop whose clock stands still
///     Peer peer(net, port);                    connected when this returns
///     peer.send("GET / HTTP/1.1\r\n…");        turns the loop while the kernel takes no more
///     net.until([&] { return peer.received().ends_with("hello"); })     false after 10 s
///     net.clock.advance(10s); net.turn();      deadlines come when the test says so
///
/// Everything happens in the test's thread: between two turns nothing moves.

#include "base/time.hpp"
#include "net/listen.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace wgw::net {

/// Stands still until it is told to move, or goes on by `tick` whenever it is read, as if everything took long. Read
/// by any thread: those of a store have the same clock.
class TestClock final : public Clock {
public:
    Timestamp now() const override { return {1'800'000'000'000}; }
    Instant monotonic() const override { return Instant(now_ += tick.count()); }
    void advance(Duration span) { now_ += span.count(); }

    Duration tick{0};

private:
    mutable std::atomic<std::int64_t> now_ = 1'000;
};

class TestNet {
public:
    /// One turn; does not wait if nothing is ready.
    void turn()
    {
        loop.post([] {});
        loop.turn();
    }

    /// Enough turns for what is under way on loopback to arrive and be answered.
    void settle()
    {
        for (int i = 0; i < 20; ++i)
            turn();
    }

    /// Turns until `condition` holds. False: it did not within 10 s of real time.
    template <class Condition>
    bool until(Condition condition)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end)
                return false;
            turn();
        }
        return true;
    }

    TestClock clock;
    Loop loop{clock};
};

/// A client. It reads only when it is asked for what it has received.
class Peer {
public:
    /// `receive_buffer`: of the kernel, in bytes; 0 leaves it as it is. `address`: of the server, on loopback.
    Peer(TestNet& net, std::uint16_t port, int receive_buffer = 0, std::string_view address = "127.0.0.1")
        : net_(net), fd_(::socket(address.contains(':') ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (receive_buffer > 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        v6.sin6_addr = in6addr_loopback;
        const bool connected = address.contains(':') ? ::connect(fd_, reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0
                                                     : ::connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
        if (!connected)
            throw std::runtime_error("A test's peer cannot connect.");
    }
    /// Of whoever listens at the Unix socket `path`.
    Peer(TestNet& net, const std::string& path) : net_(net), fd_(connect_at(path).release())
    {
        if (fd_ < 0)
            throw std::runtime_error("A test's peer cannot connect.");
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() { hang_up(); }

    /// Hands all of `bytes` to the kernel. False: the other side has gone.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const std::size_t sent = send_some(bytes);
            bytes.remove_prefix(sent);
            if (sent == 0) {
                if (errno != EAGAIN)
                    return false;
                net_.turn();
            }
        }
        return true;
    }

    /// Hands over what the kernel takes now; returns how much.
    std::size_t send_some(std::string_view bytes)
    {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }

    /// Reads `most` bytes of what is there, and drops them.
    void receive(std::size_t most)
    {
        if (::recv(fd_, buffer_.data(), std::min(most, buffer_.size()), MSG_DONTWAIT) < 0 && errno != EAGAIN)
            closed_ = true;
    }

    /// Everything received so far.
    const std::string& received()
    {
        read();
        return received_;
    }

    /// Whether the other side has closed, in order or with a reset.
    bool closed()
    {
        read();
        return closed_;
    }
    bool was_reset() const { return reset_; }

    /// Forgets what was received.
    void clear() { received_.clear(); }

    /// Closes the sending side only.
    void end_sending() const { ::shutdown(fd_, SHUT_WR); }

    void hang_up()
    {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }

    /// Hangs up with a reset.
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        hang_up();
    }

private:
    void read()
    {
        while (!closed_ && fd_ >= 0) {
            const auto got = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (got > 0) {
                received_.append(buffer_.data(), static_cast<std::size_t>(got));
                continue;
            }
            if (got < 0 && errno == EAGAIN)
                return;
            closed_ = true;
            reset_ = got < 0;
        }
    }

    TestNet& net_;
    int fd_;
    std::string buffer_ = std::string(std::size_t{64} * 1024, '\0');
    std::string received_;
    bool closed_ = false;
    bool reset_ = false;
};

/// A client's WebSocket frame. `first`: FIN, reserved bits and opcode.
inline std::string client_frame(int first, std::string_view payload)
{
    constexpr std::string_view kMask = "\x11\x22\x33\x44";
    std::string out(1, static_cast<char>(first));
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        const bool wide = payload.size() > 0xffff;
        out += static_cast<char>(wide ? 0xff : 0xfe);
        for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8)
            out += static_cast<char>(payload.size() >> shift);
    }
    out += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ kMask[i % 4]);
    return out;
}

inline std::string client_text(std::string_view text) { return client_frame(0x81, text); }

/// A server's frame: first byte and payload.
struct ServerFrame {
    int first = 0;
    std::string payload;

    friend bool operator==(const ServerFrame&, const ServerFrame&) = default;
    friend void PrintTo(const ServerFrame& frame, std::ostream* out)
    {
        *out << std::hex << frame.first << ' ' << frame.payload.substr(0, 40);
    }
};

/// The whole frames at the front of `bytes`; what follows is a part of one.
inline std::vector<ServerFrame> server_frames(std::string_view bytes)
{
    std::vector<ServerFrame> out;
    while (bytes.size() >= 2) {
        const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
        const std::size_t extended = at(1) == 126 ? 2 : at(1) == 127 ? 8 : 0;
        if (bytes.size() < 2 + extended)
            break;
        std::uint64_t size = extended == 0 ? at(1) : 0;
        for (std::size_t i = 0; i < extended; ++i)
            size = size << 8 | at(2 + i);
        if (bytes.size() - 2 - extended < size)
            break;
        out.push_back({at(0), std::string(bytes.substr(2 + extended, size))});
        bytes.remove_prefix(2 + extended + size);
    }
    return out;
}

/// Waits for the server to close the connection.
inline bool has_closed(TestNet& net, Peer& peer)
{
    return net.until([&] { return peer.closed(); });
}

}  // namespace wgw::net
