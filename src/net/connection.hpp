#pragma once
/// One TCP connection: readiness, non-blocking reads and writes, a lifetime. What HTTP and WebSocket have in common.
///
/// Lifetime  counted without atomics: the server's table holds one reference, each pending wait another. close() ends
///           it for everybody; the object goes when the last wait has come back.
/// Errors    a peer that hangs up is a return value, never an exception
/// Loop only.

#include "net/loop.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

struct iovec;

namespace wgw::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection : public Flushable, public Timer {
public:
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool is_open() const { return open_; }
    std::uint64_t number() const { return number_; }

    /// Bytes held of messages that have not come to their end, and of what was read behind them.
    virtual std::size_t inbound_bytes() const = 0;

    /// Gives them up, tells the peer why, and ends.
    virtual void shed_inbound() = 0;

protected:
    Connection(Loop& loop, Socket socket, std::uint64_t number);
    ~Connection() override;

    virtual void on_readable() = 0;
    virtual void on_writable() = 0;

    struct Read {
        std::size_t bytes = 0;
        bool closed = false;  ///< End of file or an error: nothing more will come.
    };
    /// Reads into the loop's buffer what is there, once. No bytes and not closed: nothing is there.
    Read read();

    struct Written {
        std::size_t bytes = 0;
        bool blocked = false;
        bool closed = false;
    };
    Written write(std::span<const iovec> parts);

    /// At most one of each is outstanding; asking twice is harmless.
    void wait_readable();
    void wait_writable();

    /// Takes the socket away, for another kind of connection to go on with it; this one is closed.
    Socket take_socket();

    /// Ends everything. The last bytes written still go out. Safe to repeat.
    void close();

    /// Nothing more will be written; what was written still goes out. The peer may go on sending.
    void end_writing();

    Loop& loop_;

private:
    template <class T>
    friend class Ref;
    friend class HttpServer;
    void retain() { ++references_; }
    void release()
    {
        if (--references_ == 0)
            delete this;
    }

    Socket socket_;
    std::uint64_t number_;
    std::uint32_t references_ = 0;
    std::size_t counted_inbound_ = 0;
    bool open_ = true;
    bool waits_readable_ = false;
    bool waits_writable_ = false;
};

/// Holds a connection. A value.
template <class T>
class Ref {
public:
    Ref() = default;
    explicit Ref(T* target) : target_(target)
    {
        if (target_ != nullptr)
            base()->retain();
    }
    Ref(const Ref& other) : Ref(other.target_) {}
    Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
    Ref& operator=(Ref other) noexcept
    {
        std::swap(target_, other.target_);
        return *this;
    }
    ~Ref()
    {
        if (target_ != nullptr)
            base()->release();
    }

    T* get() const { return target_; }
    T* operator->() const { return target_; }
    T& operator*() const { return *target_; }
    explicit operator bool() const { return target_ != nullptr; }

private:
    Connection* base() const { return target_; }
    T* target_ = nullptr;
};

}  // namespace wgw::net
