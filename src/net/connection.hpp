#pragma once
/// One TCP connection: readiness, non-blocking reads and writes, a lifetime. What HTTP and WebSocket have in common.
///
/// Lifetime  counted without atomics: the server's table holds one reference, whoever is inside of it or comes back to
///           it another. close() ends it for everybody
/// Errors    a peer that hangs up is a return value, never an exception
/// Loop only.

#include "net/fd.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>

struct iovec;

namespace wgw::net {

/// A connected socket, and what the loop watches it for.
struct Socket {
    Fd fd;
    Interest watched = Interest::none;
};

class Connection : public Flushable, public Timer, public Watcher {
public:
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool is_open() const { return open_; }
    std::uint64_t number() const { return number_; }

    /// Bytes held of messages that have not come to their end, and of what was read behind them.
    virtual std::size_t inbound_bytes() const = 0;

    /// Gives them up, tells the peer why, and ends.
    virtual void shed_inbound() = 0;

    /// Bytes held here that the peer has not taken yet; not those that wait in a Stream's queue.
    virtual std::size_t outbound_bytes() const = 0;

    /// Gives them up with the connection, without a word: the peer would not read it.
    virtual void shed_outbound() = 0;

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

    /// Bytes written that the peer's side has not acknowledged.
    std::size_t unacknowledged() const;

    /// The address of the peer, as in `127.0.0.1`; empty if it has gone already.
    std::string peer_address() const;

    /// Has on_readable() or on_writable() called, once.
    void wait_readable() { want(wanted_ | Interest::read); }
    void wait_writable() { want(wanted_ | Interest::write); }

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
    void on_ready(Interest what) final;
    void want(Interest what);

    Socket socket_;
    std::uint64_t number_;
    std::uint32_t references_ = 0;
    std::size_t counted_inbound_ = 0;
    bool open_ = true;
    bool telling_ = false;  ///< What is wanted meanwhile is told to the loop together, and often nothing has changed.
    Interest wanted_ = Interest::none;
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
