#include "bus/redis_address.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

TEST(RedisAddressTest, AUrlNamesPlaceAccountAndDatabase)
{
    EXPECT_EQ(
        parse_redis_url("redis://grace:s%40crane@redis.example:6380/3"),
        (RedisAddress{.host = "redis.example", .port = 6380, .user = "grace", .password = "s@crane", .database = 3})
    );
    EXPECT_EQ(parse_redis_url("redis://localhost"), RedisAddress());
    EXPECT_EQ(parse_redis_url("redis://:pw@localhost/"), RedisAddress{.password = "pw"});
}

TEST(RedisAddressTest, PartsMakeOneToo)
{
    EXPECT_EQ(redis_address("", "", ""), RedisAddress());
    EXPECT_EQ(redis_address("h", "6380", "pw"), (RedisAddress{.host = "h", .port = 6380, .password = "pw"}));
}

TEST(RedisAddressTest, TheTextIsForTheLog)
{
    EXPECT_EQ((RedisAddress{.host = "::1", .password = "secret"}.text()), "[::1]:6379");
}

TEST(RedisAddressTest, WhatIsWrongIsNamedWithoutThePassword)
{
    for (const auto* url :
         {"rediss://:secret@h", "http://:secret@h", "redis://:secret@h/x", "redis://:secret@h/-1",
          "redis://:secret@h/9999", "redis://:secret@h:0", "secret"}) {
        const auto address = parse_redis_url(url);
        ASSERT_FALSE(address) << url;
        EXPECT_TRUE(address.error().starts_with("REDIS_URL ")) << address.error();
        EXPECT_FALSE(address.error().contains("secret")) << address.error();
    }
    EXPECT_TRUE(redis_address("", "x", "").error().starts_with("REDIS_PORT "));
}

}  // namespace
}  // namespace wgw::bus
