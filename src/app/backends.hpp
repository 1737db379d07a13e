#pragma once
/// The servers that a process of a cluster uses, and its connections to them: those that its roles need.
///
/// Each is tried again by itself when it is away; a process starts without any of them, and says so at /readyz.
/// Loop only.
/// Tests  tests/cluster

#include "app/options.hpp"
#include "bus/batching_calls.hpp"
#include "bus/calls_amqp.hpp"
#include "bus/hints.hpp"
#include "bus/redis_client.hpp"
#include "bus/redis_subscriber.hpp"
#include "bus/service_amqp.hpp"
#include "net/loop.hpp"
#include "store/mongo_client.hpp"
#include "store/mongo_threads.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace wgw::app {

/// A server that a process uses.
struct Dependency {
    std::string_view name;
    bool is_up = false;
    std::string_view problem = {};   ///< It is away: in a word,
    std::string_view sentence = {};  ///< and what that means, and what to do.
};

class Backends final : private net::Timer {
public:
    /// All outlive it.
    Backends(const Options& options, net::Loop& loop, const Clock& clock, Random& random);
    Backends(const Backends&) = delete;
    Backends& operator=(const Backends&) = delete;
    ~Backends() override;

    // What the roles need is there.
    bus::BatchingCalls& calls() { return *batching_; }
    store::MongoPool& pool() { return *pool_; }
    store::MongoThreads& threads() { return *threads_; }

    /// Over Redis; without one those of this process alone.
    bus::Hints& hints() { return *hints_; }

    /// More that is looked after like a connection: handed over at the end of each turn, given up when it is late.
    struct Watched {
        std::function<void()> flush;
        std::function<std::optional<Instant>()> next_deadline;
        std::function<void(Instant)> expire;
    };
    void watch(Watched watched) { watched_.push_back(std::move(watched)); }

    /// At the end of each turn.
    void flush();

    /// The servers that the roles use, as far as it is known whether they answer. `service`: what answers others here;
    /// nothing: not yet, or never.
    std::vector<Dependency> dependencies(const bus::ServiceAmqp* service) const;

    /// Has MongoDB asked whether it answers, where nothing else asks it anything.
    void look_again();

    // For /metrics; nothing: the roles have no use for it.
    const bus::CallsAmqp* asker() const { return calls_ ? &*calls_ : nullptr; }
    const bus::RedisClient* redis() const { return redis_ ? &*redis_ : nullptr; }
    const bus::RedisSubscriber* subscriber() const { return subscriber_ ? &*subscriber_ : nullptr; }
    const store::WorkerSet* workers() const { return threads_ ? &threads_->workers() : nullptr; }

    /// Whether hints from other processes come.
    bool hears() const { return subscriber_ && subscriber_->is_connected(); }

    /// Ends the threads, in the order in which what they answer can still be told.
    void stop();

private:
    void on_timer(Instant now) override;
    void arm();

    net::Loop& loop_;
    std::optional<bus::RedisClient> redis_;
    std::optional<bus::RedisSubscriber> subscriber_;
    std::unique_ptr<bus::Hints> hints_;
    std::optional<store::MongoPool> pool_;
    std::optional<store::MongoThreads> threads_;
    std::optional<bus::CallsAmqp> calls_;
    std::optional<bus::BatchingCalls> batching_;  ///< Over them.
    std::vector<Watched> watched_;
};

}  // namespace wgw::app
