#include "gateway/token_expiry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::gateway {
namespace {

constexpr std::int64_t kStart = 1'800'000'000;

class ExpiringTokens : public testing::Test {
protected:
    void advance(Duration span)
    {
        clock_.advance(span);
        loop_.timers().run(clock_.monotonic());
    }

    ManualClock clock_{Timestamp{kStart * 1'000}};
    net::Loop loop_{clock_};
    std::vector<std::uint64_t> expired_;
    TokenExpiry expiry_{loop_, clock_, [this](std::uint64_t socket) { expired_.push_back(socket); }};
};

TEST_F(ExpiringTokens, AreToldInTheOrderOfTheirDatesAndNotBefore)
{
    expiry_.add(1, kStart + 3);
    expiry_.add(2, kStart + 2);
    expiry_.add(3, kStart + 2);
    advance(Duration(1'999));
    EXPECT_TRUE(expired_.empty());
    advance(Duration(1));
    EXPECT_EQ(expired_, (std::vector<std::uint64_t>{2, 3}));
    advance(Duration(1'000));
    EXPECT_EQ(expired_, (std::vector<std::uint64_t>{2, 3, 1}));
    EXPECT_FALSE(expiry_.armed());
}

TEST_F(ExpiringTokens, OfSocketsThatHaveGoneAreForgotten)
{
    expiry_.add(1, kStart + 2);
    expiry_.remove(1, kStart + 2);
    expiry_.remove(7, kStart + 9);
    EXPECT_EQ(expiry_.size(), 0U);
    EXPECT_FALSE(expiry_.armed());
}

TEST_F(ExpiringTokens, ThatAreOverAlreadyAreToldAtTheNextTurn)
{
    expiry_.add(1, kStart - 9);
    EXPECT_TRUE(expired_.empty()) << "not from inside of add()";
    advance(Duration(0));
    EXPECT_EQ(expired_.size(), 1U);
}

TEST_F(ExpiringTokens, AreLookedAtEveryMinuteBecauseTheClockMayBeSet)
{
    expiry_.add(1, kStart + 86'400);
    EXPECT_LE(expiry_.due() - loop_.now(), Duration(60'000));
}

TEST_F(ExpiringTokens, OfTheFarFutureAreNoProblem)
{
    expiry_.add(1, 9'000'000'000'000'000);
    advance(Duration(60'000));
    EXPECT_TRUE(expired_.empty());
    EXPECT_TRUE(expiry_.armed());
}

}  // namespace
}  // namespace wgw::gateway
