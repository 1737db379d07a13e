#include "app/shutdown.hpp"

#include <gtest/gtest.h>

namespace wgw::app {
namespace {

using enum Shutdown::Step;

constexpr Instant kStart{1'000};
constexpr Duration kDrain{10'000};

class AShutdown : public testing::Test {
protected:
    AShutdown() { shutdown_.begin(); }

    Shutdown::Step at(int ms) { return shutdown_.next(kStart + Duration(ms), left_); }

    Shutdown shutdown_{kDrain};
    Shutdown::Left left_;
};

TEST(AServer, ThatWasNotAskedToEndGoesOn)
{
    Shutdown shutdown(kDrain);
    EXPECT_FALSE(shutdown.has_begun());
    EXPECT_EQ(shutdown.next(kStart, {.is_drained = true}), wait);
    shutdown.begin();
    EXPECT_TRUE(shutdown.has_begun());
}

TEST_F(AShutdown, OfAnIdleServerIsOverAtOnce)
{
    left_.is_drained = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(0), close_connections);
    EXPECT_EQ(at(0), stop);
}

TEST_F(AShutdown, FinishesWhatIsUnderWayBeforeItClosesAnything)
{
    left_.is_working = true;
    left_.is_drained = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(0), wait);
    EXPECT_EQ(at(4'999), wait);
    left_.is_working = false;
    EXPECT_EQ(at(4'999), close_connections);
}

TEST_F(AShutdown, DoesNotWaitForWorkThatNeverEnds)
{
    left_.is_working = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(5'000), close_connections);
}

TEST_F(AShutdown, WaitsForPollsThatFetchWhatWasSentButNotLong)
{
    left_.is_working = true;
    left_.awaits_poll = true;
    EXPECT_EQ(at(0), refuse_work);
    left_.is_working = false;
    EXPECT_EQ(at(3'000), wait);
    EXPECT_EQ(at(3'999), wait);
    EXPECT_EQ(at(4'000), close_connections);
}

TEST_F(AShutdown, GoesOnWhenTheLastPollHasCome)
{
    left_.awaits_poll = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(20), wait);
    left_.awaits_poll = false;
    EXPECT_EQ(at(40), close_connections);
}

TEST_F(AShutdown, StopsWhenAllConnectionsAreClosed)
{
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(100), close_connections);
    EXPECT_EQ(at(100), wait);
    EXPECT_EQ(at(7'000), wait);
    left_.is_drained = true;
    EXPECT_EQ(at(7'000), stop);
}

TEST_F(AShutdown, DoesNotWaitForConnectionsThatStayOpen)
{
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(100), close_connections);
    EXPECT_EQ(at(12'099), wait);
    EXPECT_EQ(at(12'100), stop);
}

}  // namespace
}  // namespace wgw::app
