#pragma once
/// Hints over Redis: one connection that publishes, one that listens.
///
/// Away   publish() drops, as RedisClient does; a channel is heard again within RedisSubscriber::kLongestWait of its
///        return
/// Tests  test_hints_contract.cpp, redis_cluster_test.cpp

#include "bus/hints.hpp"
#include "bus/redis_client.hpp"
#include "bus/redis_subscriber.hpp"

#include <utility>

namespace wgw::bus {

class RedisHints final : public Hints {
public:
    /// Both outlive it.
    RedisHints(RedisClient& publisher, RedisSubscriber& subscriber) : publisher_(publisher), subscriber_(subscriber) {}

    void set_listener(Listener listener) override { subscriber_.set_listener(std::move(listener)); }
    void publish(std::string channel, std::string payload) override
    {
        publisher_.send({"PUBLISH", std::move(channel), std::move(payload)});
    }
    void subscribe(const std::string& channel) override { subscriber_.subscribe(channel); }
    void unsubscribe(const std::string& channel) override { subscriber_.unsubscribe(channel); }

private:
    RedisClient& publisher_;
    RedisSubscriber& subscriber_;
};

}  // namespace wgw::bus
