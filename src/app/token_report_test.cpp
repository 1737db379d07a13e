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

TEST(ATokenReport, NamesNoKeyForWhatNoKeyHasSigned)
{
    const auto token = pair_of(kKeys.current).access;
    const auto payload = token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
    const auto made = [&payload](std::string header, std::string_view signature) {
        return header.append(".").append(payload).append(".").append(signature);
    };
    const std::string none = "eyJhbGciOiJub25lIn0";    // {"alg":"none"}
    const std::string rs256 = "eyJhbGciOiJSUzI1NiJ9";  // {"alg":"RS256"}
    const auto signature = token.substr(token.rfind('.') + 1);
    for (const auto& forged :
         {std::string("abc"), made(none, ""), made(none, "AAAA"), made(rs256, signature), "Bearer " + token,
          token + ".x", std::string()}) {
        const auto report = judge_token(kKeys, kClock, forged);
        EXPECT_FALSE(report.good) << forged;
        EXPECT_EQ(report.signed_with, "") << forged;
    }
}

TEST(ATokenReport, NamesTheKeyOfATokenThatHasExpired)
{
    const ManualClock later({kClock.now().unix_ms + 8 * 86'400'000LL});
    const auto report = judge_token(kKeys, later, pair_of(kKeys.previous).access);
    EXPECT_EQ(report.reason, "jwt expired");
    EXPECT_EQ(report.signed_with, "the previous key");
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

TEST(AToken, IsFoundInWhatWasPasted)
{
    for (const auto* pasted :
         {"a.b.c", "  a.b.c\t", "Bearer a.b.c", "bearer  a.b.c", "Authorization: Bearer a.b.c",
          "authorization:Bearer a.b.c", "'Authorization: Bearer a.b.c'", "\"a.b.c\""})
        EXPECT_EQ(bare_token(pasted), "a.b.c") << pasted;
    EXPECT_EQ(bare_token("Basic a.b.c"), "Basic a.b.c") << "another scheme";
    EXPECT_EQ(bare_token(""), "");
    EXPECT_EQ(bare_token("Bearer"), "Bearer");
}

}  // namespace
}  // namespace wgw::app
