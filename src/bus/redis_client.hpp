#pragma once
/// Commands to Redis, on a thread of their own. What is given in a turn of the loop goes out in one piece.
///
///     loop   auto reply = co_await redis.run({"GET", key});
///     loop   redis.send({"PUBLISH", channel, payload});       nobody waits for it
///     loop   redis.flush()                                    once per turn
///
/// Redis is a hint: nothing that must not be lost goes through here.
/// Order    of the calls
/// Away     a server that is gone or frozen fails what waits, within RedisLink::kPatience; from then on everything
///          fails at once, but for one try after a back-off of up to kLongestWait
/// Bound    kCapacity commands, kCapacityBytes under way; beyond it they fail at once
/// Errors   Unavailable: whether it was done is unknown. What Redis says no to is a reply of kind error
/// Threads  the loop's, but for what is marked
/// Tests    redis_client_test.cpp, redis_cluster_test.cpp

#include "base/backoff.hpp"
#include "base/counter.hpp"
#include "base/task.hpp"
#include "base/worker.hpp"
#include "bus/redis_address.hpp"
#include "bus/redis_link.hpp"
#include "bus/redis_reply.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace wgw::bus {

/// Any thread may read.
struct RedisCounts {
    Counter connects;                    ///< That came about.
    Counter losses;                      ///< Connections that broke, and tries that failed.
    Counter failed;                      ///< Commands that ended with Unavailable.
    Histogram batch_us{kLatencyBounds};  ///< From sending a batch of commands to the last of its replies.
};

class RedisClient {
public:
    static constexpr std::size_t kCapacity = 16'384;
    static constexpr std::size_t kCapacityBytes = std::size_t{32} << 20;
    static constexpr Duration kFirstWait{100};
    static constexpr Duration kLongestWait{2'000};

    /// `thread`: its name, at most 15 characters. All references outlive the client.
    RedisClient(RedisAddress address, std::string thread, Outlet& outlet, const Clock& clock, Random& random);

    Task<RedisReply> run(RedisCommand command);
    void send(RedisCommand command);

    void flush() { worker_.flush(); }
    std::optional<Instant> next_deadline() const { return worker_.next_deadline(); }
    void expire(Instant now) { worker_.expire(now); }
    void stop() { worker_.stop(); }

    /// The last thing that was asked of it was answered. Any thread.
    bool is_connected() const { return connected_; }
    const RedisCounts& counts() const { return counts_; }

private:
    class CommandJob;

    // On its thread.
    void run_batch(Batch& batch);
    void connect();
    void lose(const std::string& what);

    RedisAddress address_;
    std::string thread_;
    const Clock& clock_;
    StockedRandom random_;
    Backoff backoff_;
    RedisCounts counts_;
    std::unique_ptr<RedisLink> link_;  // its thread only, and the two behind it
    Instant retry_at_;
    bool told_ = false;  // the operator knows that it is away
    std::atomic<bool> connected_ = false;
    Worker worker_;  // last: its thread uses all of the above
};

}  // namespace wgw::bus
