// Against the Redis of WGW_TEST_REDIS_URL.

#include "base/test_loop.hpp"
#include "bus/hints_redis.hpp"
#include "bus/test_hints_contract.hpp"
#include "model/result.hpp"

#include <cstdlib>
#include <stdexcept>

namespace wgw::bus {
namespace {

RedisAddress address()
{
    const char* url = std::getenv("WGW_TEST_REDIS_URL");
    if (url == nullptr)
        throw std::runtime_error("WGW_TEST_REDIS_URL is not set: ./dev test cluster does");
    return parse_redis_url(url).value();
}

class RedisPair final : public HintsPair {
public:
    ~RedisPair() override
    {
        client_.stop();
        subscriber_.stop();
        loop_.run_ready();
    }

    Hints& publisher() override { return hints_; }
    Hints& listener() override { return hints_; }
    void turn() override
    {
        client_.flush();
        loop_.run_one();
        loop_.run_ready();
    }

    RedisClient& client() { return client_; }
    RedisReply run(RedisCommand command)
    {
        return loop_.await(client_.run(std::move(command)), [this] { client_.flush(); });
    }

private:
    TestLoop loop_;
    SystemClock clock_;
    SystemRandom random_;
    RedisClient client_{address(), "redis-test", loop_, clock_, random_};
    RedisSubscriber subscriber_{address(), loop_, clock_, random_};
    RedisHints hints_{client_, subscriber_};
};

INSTANTIATE_TEST_SUITE_P(Redis, HintsContract, testing::Values([]() -> std::unique_ptr<HintsPair> {
                             return std::make_unique<RedisPair>();
                         }));

TEST(RedisTest, RepliesOfEachKindAreValues)
{
    RedisPair redis;
    using Kind = RedisReply::Kind;
    const std::string key = "wgw.test." + std::to_string(::getpid());
    EXPECT_EQ(redis.run({"SET", key, std::string("a\0b", 3), "PX", "10000"}).kind, Kind::text);
    EXPECT_EQ(redis.run({"GET", key}), (RedisReply{.kind = Kind::text, .text = std::string("a\0b", 3)}));
    EXPECT_EQ(redis.run({"GET", key + ".none"}).kind, Kind::nil);
    EXPECT_EQ(redis.run({"DEL", key}), (RedisReply{.kind = Kind::integer, .integer = 1}));
    EXPECT_EQ(redis.run({"NOSUCH"}).kind, Kind::error);
    EXPECT_EQ(redis.run({"EVAL", "return {1, 'x', {}}", "0"}).list.size(), 3u);
}

TEST(RedisTest, ACommandThatIsRefusedHarmsNoOther)
{
    RedisPair redis;
    redis.client().send({"NOSUCH"});
    EXPECT_EQ(redis.run({"PING"}).text, "PONG");
    EXPECT_EQ(redis.client().counts().losses.value(), 0u);
}

TEST(RedisTest, WhoCannotSignInIsToldSo)
{
    auto wrong = address();
    wrong.password = "certainly-not";
    try {
        const RedisLink link(wrong);
        FAIL();
    } catch (const Unavailable& error) {
        EXPECT_TRUE(std::string(error.what()).starts_with("Redis refuses signing in: ")) << error.what();
    }
}

// The connection of the listener is cut by the server: it subscribes again, and says so.
TEST(RedisTest, AfterACutEveryChannelIsFollowedAgain)
{
    RedisPair redis;
    std::vector<std::string> following;
    redis.listener().set_listener(
        {.heard = [](auto, auto) {}, .following = [&](std::string_view channel) { following.emplace_back(channel); }}
    );
    for (int each = 0; each < 3'000; ++each)
        redis.listener().subscribe("wgw.test." + std::to_string(each));
    while (following.size() < 3'000)
        redis.turn();
    redis.run({"CLIENT", "KILL", "TYPE", "pubsub"});
    while (following.size() < 6'000)
        redis.turn();
}

}  // namespace
}  // namespace wgw::bus
