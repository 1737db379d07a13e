#include "app/token_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const ManualClock kClock({1'800'000'000'500});
const TokenKeys kKeys{"0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"};

TokenPair pair_of(const std::string& key)
{
    return Tokens({.current = key}, kClock).sign(*Id::parse("5f0c1d2e3f4a5b6c7d8e9f00"), "grace.hopper");
}

TEST(ATokenReport, SaysWhichKeyHasSignedIt)
{
    EXPECT_EQ(judge_token(kKeys, kClock, pair_of(kKeys.current).access).signed_with, "the present key");
    EXPECT_EQ(judge_token(kKeys, kClock, pair_of(kKeys.previous).access).signed_with, "the previous key");
    const auto foreign = judge_token(kKeys, kClock, pair_of("another-key-of-more-than-32-bytes").access);
    EXPECT_EQ(foreign.signed_with, "");
    EXPECT_EQ(foreign.reason, "invalid signature");
    EXPECT_FALSE(foreign.good);
}

TEST(ATokenReport, HasWhatTheTokenSaysAndNotTheToken)
{
    const auto token = pair_of(kKeys.current).access;
    EXPECT_THAT(
        to_json(judge_token(kKeys, kClock, token), token),
        AllOf(
            HasSubstr(R"({"good":true,"reason":"good","signed_with":"the present key","use":"access")"),
            HasSubstr(R"("username":"grace.hopper")"), HasSubstr(R"("expires_at":"2027-01-22T08:00:00.000Z")"),
            Not(HasSubstr(token))
        )
    );
}

TEST(ATokenReport, KnowsARefreshToken)
{
    EXPECT_THAT(judge_token(kKeys, kClock, pair_of(kKeys.current).refresh).advice, HasSubstr("It is a refresh token"));
}

TEST(ATokenReport, EndsItsSentenceOnce)
{
    EXPECT_EQ(sentence(true, "good", ""), "good");
    EXPECT_EQ(sentence(false, "jwt expired", "Get another."), "not good: jwt expired. Get another.");
    EXPECT_EQ(sentence(false, "The type is invalid!", "See."), "not good: The type is invalid! See.");
    EXPECT_EQ(sentence(false, "jwt expired", ""), "not good: jwt expired.");
}

}  // namespace
}  // namespace wgw::app
