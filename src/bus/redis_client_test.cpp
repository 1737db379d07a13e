// How client and subscriber bear a server that is away, frozen or mad. With a real one: redis_cluster_test.cpp.

#include "base/test_loop.hpp"
#include "bus/redis_client.hpp"
#include "bus/redis_subscriber.hpp"
#include "bus/test_fake_redis.hpp"
#include "model/result.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

class RedisClientTest : public testing::Test {
protected:
    ~RedisClientTest() override
    {
        client_.stop();
        loop_.run_ready();
    }

    RedisReply run(const RedisCommand& command)
    {
        return loop_.await(client_.run(command), [this] { client_.flush(); });
    }

    /// How long it took to be told so.
    Duration fails()
    {
        const Instant begin = clock_.monotonic();
        EXPECT_THROW(run({"PING"}), Unavailable);
        return clock_.monotonic() - begin;
    }

    FakeRedis redis_;
    TestLoop loop_;
    SystemClock clock_;
    SystemRandom random_;
    RedisClient client_{redis_.address(), "redis-test", loop_, clock_, random_};
};

TEST_F(RedisClientTest, ACommandIsAnswered)
{
    EXPECT_EQ(run({"PING"}), (RedisReply{.kind = RedisReply::Kind::text, .text = "OK"}));
    EXPECT_TRUE(client_.is_connected());
    EXPECT_EQ(client_.counts().connects.value(), 1u);
}

TEST_F(RedisClientTest, AFrozenServerFailsWhatWaitsAndThenAllAtOnce)
{
    run({"PING"});
    redis_.set(FakeRedis::Mood::is_silent);
    EXPECT_LE(fails(), RedisLink::kPatience + Duration(500));
    EXPECT_FALSE(client_.is_connected());
    EXPECT_LE(fails(), RedisLink::kPatience + Duration(500)) << "one try after the back-off may take as long";
}

TEST_F(RedisClientTest, ItComesBackByItself)
{
    run({"PING"});
    for (const auto mood : {FakeRedis::Mood::hangs_up, FakeRedis::Mood::talks_rubbish}) {
        redis_.set(mood);
        fails();
        redis_.set(FakeRedis::Mood::answers);
        const Instant end = clock_.monotonic() + RedisClient::kLongestWait * 2;
        bool is_back = false;
        while (!is_back && clock_.monotonic() < end) {
            try {
                is_back = run({"PING"}).text == "OK";
            } catch (const Unavailable&) {
                std::this_thread::sleep_for(Duration(10));
            }
        }
        EXPECT_TRUE(is_back);
    }
}

TEST_F(RedisClientTest, WhileItIsAwayNobodyConnectsForEachCommand)
{
    redis_.set(FakeRedis::Mood::hangs_up);
    fails();
    const int connections = redis_.connections();
    for (int each = 0; each < 20; ++each)
        fails();
    EXPECT_LE(redis_.connections(), connections + 2);
}

TEST_F(RedisClientTest, WhatNobodyWaitsForIsLostQuietly)
{
    redis_.set(FakeRedis::Mood::hangs_up);
    for (std::size_t each = 0; each < RedisClient::kCapacity * 2; ++each)
        client_.send({"PUBLISH", "channel", "payload"});
    client_.flush();
    fails();
}

TEST(RedisSubscriberTest, AFrozenServerIsTakenForGoneAndFoundAgain)
{
    FakeRedis redis;
    TestLoop loop;
    const SystemClock clock;
    SystemRandom random;
    RedisSubscriber subscriber(redis.address(), loop, clock, random);
    const auto waits_for = [&clock](const auto& holds) {
        const Instant end = clock.monotonic() + Duration(10'000);
        while (!holds() && clock.monotonic() < end)
            std::this_thread::sleep_for(Duration(5));
        return holds();
    };
    EXPECT_TRUE(waits_for([&] { return subscriber.is_connected(); }));
    redis.set(FakeRedis::Mood::is_silent);
    EXPECT_TRUE(waits_for([&] { return subscriber.losses().value() > 0; }));
    redis.set(FakeRedis::Mood::answers);
    EXPECT_TRUE(waits_for([&] { return subscriber.is_connected() && redis.connections() > 1; }));
    subscriber.stop();
}

}  // namespace
}  // namespace wgw::bus
