#pragma once
/// A connection to RabbitMQ that comes back by itself: a thread with a socket and an AmqpSession.
///
///     loop     publish(…) settle(…) …  flush()     once per turn: one lock, one wake-up if the thread sleeps
///     thread   writes all of that with one send(2); reads what is there; one post() to the loop for all of it
///     loop     listener.on_deliveries(…)           in order
///
/// The thread never blocks but in poll(2), and in the resolver where the host is a name: a broker that hangs holds up
/// nobody. It is away when its socket ends, when it is silent for AmqpSession::kSilence, or when it does not let us in;
/// then the listener is told at once, what was queued is dropped, and it is tried again after 50 ms, then less often.
///
/// Bounds   what waits for the thread: publish() refuses beyond kMostQueued and kMostQueuedBytes; settlements are as
///          many as the prefetch allows. What waits for the loop: beyond kMostUntaken bytes nothing more is read
/// Threads  loop only. The listener is called there, through the outlet, and not any more after stop()
/// Tests    amqp_connection_cluster_test.cpp; the protocol: amqp_session_test.cpp

#include "base/counter.hpp"
#include "base/time.hpp"
#include "base/worker.hpp"
#include "bus/amqp_message.hpp"
#include "bus/amqp_session.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace wgw::bus {

class TcpSocket;

/// Which of the connections, one after the other, it was: what it has delivered can only be settled on it. From 1.
using Generation = std::uint64_t;

class AmqpListener {
public:
    virtual void on_up(Generation generation) = 0;

    /// There is none, and `why`: a sentence for the operator. Told again when the reason changes.
    virtual void on_away(const std::string& why) = 0;

    /// It is there, but takes no messages, and why; empty: it does again. What is published waits.
    virtual void on_blocked(const std::string& why) = 0;

    virtual void on_deliveries(Generation generation, std::vector<Delivery> deliveries) = 0;

protected:
    ~AmqpListener() = default;
};

class AmqpConnection {
public:
    static constexpr std::size_t kMostQueued = 4'096;
    static constexpr std::size_t kMostQueuedBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMostUntaken = std::size_t{64} << 20;
    static constexpr Duration kConnecting = std::chrono::seconds(3);
    static constexpr Duration kFarewell{250};  ///< The longest that stop() waits for the broker.

    /// All outlive it. Starts the thread.
    AmqpConnection(AmqpSession::Plan plan, AmqpListener& listener, Outlet& outlet, const Clock& clock);
    AmqpConnection(const AmqpConnection&) = delete;
    AmqpConnection& operator=(const AmqpConnection&) = delete;
    ~AmqpConnection();

    /// False: there is no connection, or too much is queued; nothing is sent.
    bool publish(Publication message);

    /// Behind what was published before. Of an earlier generation it is ignored: that is delivered again anyway.
    void settle(Generation generation, std::uint64_t tag, Settled how);

    /// Nothing more shall be delivered, on this connection or a later one.
    void cancel();

    /// Hands over what was asked for since the last flush. At the end of each turn of the loop.
    void flush();

    /// Sends what is queued if the broker takes it soon, says goodbye, joins the thread. Later calls do nothing.
    void stop();

    const AmqpAddress& address() const { return plan_.address; }

    /// Of the last connection: the broker's version, as it says.
    const std::string& server() const { return server_; }

private:
    struct Settlement {
        Generation generation;
        std::uint64_t tag;
        Settled how;
    };
    using Order = std::variant<Publication, Settlement>;

    // On the loop.
    void wake();

    // On the thread.
    void work();
    std::string connect(TcpSocket& socket);
    std::string serve(TcpSocket& socket);
    void look(AmqpSession& session);
    void take_orders(AmqpSession& session);
    std::string read(AmqpSession& session, TcpSocket& socket);
    std::string write(AmqpSession& session, TcpSocket& socket);
    bool sleep(const TcpSocket& socket, short events, Instant until);
    void say_goodbye(AmqpSession& session, TcpSocket& socket);
    void drop_orders();
    void forget(const Publication& message);
    void tell_up(const std::string& server);
    void tell_away(const std::string& why);
    void tell_deliveries(std::vector<Delivery> deliveries);

    const AmqpSession::Plan plan_;
    AmqpListener& listener_;
    Outlet& outlet_;
    const Clock& clock_;
    const bool serves_;  ///< Deliveries have to be settled.

    // The loop's.
    Generation generation_ = 0;  ///< Of the connection that there is; 0: none.
    std::vector<Order> turn_;    ///< Asked for in this turn.
    bool is_stopped_ = false;
    std::string server_;
    std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);  ///< While it is, posts call the listener.

    // The thread's.
    std::unique_ptr<char[]> buffer_;  ///< Where it reads into.
    Generation current_ = 0;
    bool is_up_ = false;
    Instant up_since_;
    bool has_cancelled_ = false;
    std::vector<Order> taken_;  ///< Of what was handed over,
    std::size_t next_ = 0;      ///< from here on it is not encoded yet.
    Instant drained_;           ///< When the socket was last seen empty.
    std::string told_;          ///< Why it is away, as it was told.
    std::string blocked_;       ///< The same of being blocked.

    const int waker_;  ///< An eventfd.
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> cancelling_ = false;
    std::atomic<std::size_t> untaken_ = 0;       ///< Bytes that wait for the loop.
    std::atomic<std::size_t> queued_ = 0;        ///< Publications that wait for the thread.
    std::atomic<std::size_t> queued_bytes_ = 0;  ///< Of those.
    std::mutex mutex_;
    std::vector<Order> orders_;  // guarded by mutex_
    bool asleep_ = false;        // guarded by mutex_
    std::thread thread_;         // last: it uses all of the above
};

}  // namespace wgw::bus
