#include "gateway/session_owner.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

TEST(ASession, IsNoneForWhoShowsTheTokenOfAnotherUser)
{
    ManualClock clock;
    const Tokens tokens({.current = std::string(32, 'k')}, clock);
    const auto bearer = [&tokens](const char* id) { return "Bearer " + tokens.sign(*Id::parse(id), "name").access; };
    const auto grace = bearer("5f0c1d2e3f4a5b6c7d8e9f00");
    const auto alan = bearer("5f0c1d2e3f4a5b6c7d8e9f01");
    clock.advance(std::chrono::hours(1));
    const auto grace_later = bearer("5f0c1d2e3f4a5b6c7d8e9f00");

    EXPECT_TRUE(may_belong(grace, grace, tokens));
    EXPECT_TRUE(may_belong(grace_later, grace, tokens));
    EXPECT_FALSE(may_belong(alan, grace, tokens));
    EXPECT_FALSE(may_belong(alan, std::nullopt, tokens));
    EXPECT_TRUE(may_belong(std::nullopt, grace, tokens));
    EXPECT_TRUE(may_belong(std::nullopt, std::nullopt, tokens));
    EXPECT_TRUE(may_belong("Bearer nobody", grace, tokens));

    // Grace's first token is over: seven days after it was made, an hour before the second.
    clock.advance(std::chrono::hours(24 * 7 - 1));
    EXPECT_TRUE(may_belong(grace_later, grace, tokens));
}

}  // namespace
}  // namespace wgw::gateway
