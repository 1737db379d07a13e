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

    Shutdown::Step at(int ms) { return shutdown_.next(kStart + Duration(ms), is_working_, is_drained_); }

    Shutdown shutdown_{kDrain};
    bool is_working_ = false;
    bool is_drained_ = false;
};

TEST(AServer, ThatWasNotAskedToEndGoesOn)
{
    Shutdown shutdown(kDrain);
    EXPECT_FALSE(shutdown.has_begun());
    EXPECT_EQ(shutdown.next(kStart, false, true), wait);
    shutdown.begin();
    EXPECT_TRUE(shutdown.has_begun());
}

TEST_F(AShutdown, OfAnIdleServerIsOverAtOnce)
{
    is_drained_ = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(0), close_connections);
    EXPECT_EQ(at(0), stop);
}

TEST_F(AShutdown, FinishesWhatIsUnderWayBeforeItClosesAnything)
{
    is_working_ = true;
    is_drained_ = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(0), wait);
    EXPECT_EQ(at(4'999), wait);
    is_working_ = false;
    EXPECT_EQ(at(4'999), close_connections);
}

TEST_F(AShutdown, DoesNotWaitForWorkThatNeverEnds)
{
    is_working_ = true;
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(5'000), close_connections);
}

TEST_F(AShutdown, StopsWhenAllConnectionsAreClosed)
{
    EXPECT_EQ(at(0), refuse_work);
    EXPECT_EQ(at(100), close_connections);
    EXPECT_EQ(at(100), wait);
    EXPECT_EQ(at(7'000), wait);
    is_drained_ = true;
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
