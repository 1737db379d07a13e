#pragma once
/// What others publish on Redis: channels that are wanted, on a thread and a connection of their own.
///
/// Redis forgets what is published while nobody listens: `following` is called when a channel is really subscribed, the
/// first time and after each reconnect; whatever was published before is to be looked up elsewhere.
///
/// Frozen   a server that answers no PING for RedisLink::kPatience is taken for gone
/// Bound    kUnheardBytes of messages that the loop has not taken yet; beyond it nothing is read, and Redis ends the
///          connection when its own bound is met
/// Threads  the loop's, where the listener is called too; but for what is marked
/// Tests    redis_client_test.cpp, redis_cluster_test.cpp

#include "base/backoff.hpp"
#include "base/counter.hpp"
#include "base/worker.hpp"
#include "bus/hints.hpp"
#include "bus/redis_address.hpp"
#include "bus/redis_reply.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace wgw::bus {

class RedisLink;

class RedisSubscriber {
public:
    static constexpr Duration kPing{1'000};
    static constexpr Duration kFirstWait{100};
    static constexpr Duration kLongestWait{2'000};
    static constexpr std::size_t kUnheardBytes = std::size_t{32} << 20;

    /// All references outlive it. Starts the thread.
    RedisSubscriber(RedisAddress address, Outlet& outlet, const Clock& clock, Random& random);
    RedisSubscriber(const RedisSubscriber&) = delete;
    RedisSubscriber& operator=(const RedisSubscriber&) = delete;
    ~RedisSubscriber();

    /// Before the first subscribe().
    void set_listener(Hints::Listener listener) { listener_ = std::move(listener); }

    void subscribe(const std::string& channel);
    void unsubscribe(const std::string& channel);

    /// Joins the thread. What it has handed over is not told any more.
    void stop();

    /// Any thread.
    bool is_connected() const { return connected_; }
    const Counter& losses() const { return losses_; }

private:
    struct Heard {
        std::string channel;
        std::string payload;
        bool following = false;
    };

    // On its thread.
    void work();
    void listen(RedisLink& link);
    void subscribe_to_changes(RedisLink& link);
    void put_all(RedisLink& link, const char* command, const std::vector<std::string>& channels);
    void take(const RedisReply& reply, std::vector<Heard>& heard);
    void hand_over(std::vector<Heard> heard);
    void wait(Duration span) const;
    void drain_wake() const;

    void wake() const;
    void tell(const std::vector<Heard>& heard, std::size_t bytes);

    RedisAddress address_;
    Outlet& outlet_;
    const Clock& clock_;
    StockedRandom random_;  // its thread
    Hints::Listener listener_;
    const int wake_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // loop only

    std::mutex mutex_;
    std::set<std::string> wanted_;      // changed by the loop only, under mutex_
    std::vector<std::string> added_;    // the same: since the thread has looked
    std::vector<std::string> removed_;  // the same

    std::atomic<std::size_t> unheard_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> connected_ = false;
    Counter losses_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace wgw::bus
