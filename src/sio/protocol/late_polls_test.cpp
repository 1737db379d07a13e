#include "sio/protocol/late_polls.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wgw::sio {
namespace {

constexpr std::string_view kSid = "abcdefghijklmnopqrst";
constexpr Number kPost = 1;
constexpr Number kGet = 2;
const Instant kNow{10'000};

TEST(ALatePoll, IsTakenOnceOnAnotherConnection)
{
    LatePolls late;
    EXPECT_FALSE(late.take(kSid, kGet, kNow));
    late.expect(kSid, kPost, kNow);
    EXPECT_FALSE(late.take(kSid, kPost, kNow));
    EXPECT_FALSE(late.take("ABCDEFGHIJKLMNOPQRST", kGet, kNow));
    EXPECT_FALSE(late.take("", kGet, kNow));
    EXPECT_TRUE(late.take(kSid, kGet, kNow));
    EXPECT_FALSE(late.take(kSid, kGet, kNow));
}

TEST(ALatePoll, IsAwaitedForAMoment)
{
    LatePolls late;
    late.expect(kSid, kPost, kNow);
    EXPECT_FALSE(late.take(kSid, kGet, kNow + LatePolls::kWait));
    EXPECT_TRUE(late.take(kSid, kGet, kNow + LatePolls::kWait - Duration(1)));
}

TEST(ALatePoll, IsAwaitedNoMoreWhenItHasCome)
{
    LatePolls late;
    late.expect(kSid, kPost, kNow);
    late.forget(kSid);
    EXPECT_FALSE(late.take(kSid, kGet, kNow));
}

TEST(ALatePoll, IsNotAwaitedForMoreSessionsThanTheNewest)
{
    LatePolls late;
    const auto sid = [](std::size_t i) { return std::string(17, 'x') + std::to_string(100 + i); };
    for (std::size_t i = 0; i <= LatePolls::kCount; ++i)
        late.expect(sid(i), kPost, kNow);
    EXPECT_FALSE(late.take(sid(0), kGet, kNow));
    for (std::size_t i = 1; i <= LatePolls::kCount; ++i)
        EXPECT_TRUE(late.take(sid(i), kGet, kNow)) << i;
}

}  // namespace
}  // namespace wgw::sio
