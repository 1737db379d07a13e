#include "app/backends.hpp"

#include "bus/hints_local.hpp"
#include "bus/hints_redis.hpp"

#include <algorithm>

namespace wgw::app {
namespace {

/// Of the pool: the threads that read and write documents, those of chat's engines and its chores, and the one that starts.
constexpr std::size_t kMongoClients = 16;

}  // namespace

Backends::Backends(const Options& options, net::Loop& loop, const Clock& clock, Random& random) : loop_(loop)
{
    if (options.redis) {
        redis_.emplace(*options.redis, "redis", loop, clock, random);
        subscriber_.emplace(*options.redis, loop, clock, random);
        hints_ = std::make_unique<bus::RedisHints>(*redis_, *subscriber_);
        watch({
            [this] { redis_->flush(); },
            [this] { return redis_->next_deadline(); },
            [this](Instant now) { redis_->expire(now); },
        });
    } else {
        hints_ = std::make_unique<bus::LocalHints>();
    }
    if (options.mongo && options.roles.needs_store()) {
        pool_.emplace(*options.mongo, kMongoClients);
        threads_.emplace(*pool_, loop, clock);
        watch({
            [this] { threads_->flush(); },
            [this] { return threads_->next_deadline(); },
            [this](Instant now) { threads_->expire(now); },
        });
    }
    if (options.roles.asks()) {
        calls_.emplace(
            bus::CallsAmqp::Options{
                *options.rabbit, {"auth", "user", "chat"}
        },
            loop, clock, random
        );
        batching_.emplace(*calls_, clock);
        watch({
            [this] {
                batching_->flush();
                calls_->flush();
            },
            [this] { return calls_->next_deadline(); },
            [this](Instant now) { calls_->expire(now); },
        });
    }
}

Backends::~Backends() { stop(); }

void Backends::stop()
{
    if (calls_) {
        calls_->stop();
        batching_->stop();
    }
    if (threads_)
        threads_->stop();
    if (subscriber_)
        subscriber_->stop();
    if (redis_)
        redis_->stop();
}

void Backends::flush()
{
    for (const auto& watched : watched_)
        watched.flush();
    if (!armed())
        arm();
}

void Backends::on_timer(Instant now)
{
    for (const auto& watched : watched_)
        watched.expire(now);
    arm();
}

void Backends::arm()
{
    std::optional<Instant> first;
    for (const auto& watched : watched_)
        if (const auto next = watched.next_deadline(); next && (!first || *next < *first))
            first = next;
    if (first)
        loop_.timers().arm(*this, *first);
}

std::vector<Dependency> Backends::dependencies(const bus::ServiceAmqp* service) const
{
    std::vector<Dependency> all;
    if (calls_ || service != nullptr) {
        const bool is_up = (!calls_ || calls_->state().is_up) && (service == nullptr || service->state().is_up);
        all.push_back(
            {"rabbitmq", is_up, "rabbitmq_away", "RabbitMQ cannot be reached: look whether it runs, and at RMQ_…."}
        );
    }
    if (pool_) {
        const bool is_up = !pool_->health().is_away() && !threads_->is_late();
        all.push_back({"mongodb", is_up, "mongodb_away", "MongoDB does not answer: look whether it runs, and at DB_…."}
        );
    }
    // The one that listens asks all the time.
    if (redis_)
        all.push_back(
            {"redis", hears(), "redis_away",
             "Redis cannot be reached: messages from others come late. Look whether it runs, and at REDIS_…."}
        );
    return all;
}

void Backends::look_again()
{
    if (threads_)
        threads_->look_again();
}

}  // namespace wgw::app
