#include "loadgen/schedule.hpp"

#include <gtest/gtest.h>

namespace wgw::loadgen {
namespace {

TEST(ASchedule, GivesEachSenderItsRateAndSpreadsThemEvenly)
{
    Schedule schedule(1'000, 4, 250);  // 1,000 messages per second in all
    for (std::uint32_t i = 0; i < 12; ++i, schedule.advance())
        EXPECT_EQ(schedule.next(), (Schedule::Send{i % 4, 1'000 + i * std::uint64_t{1'000'000}}));
}

TEST(ASchedule, DoesNotDriftWhereTheDistanceIsNoWholeNumber)
{
    Schedule schedule(0, 1, 3);
    for (int i = 0; i < 3'000'000; ++i)
        schedule.advance();
    EXPECT_EQ(schedule.next().at_ns, 1'000'000'000'000'000U);
}

}  // namespace
}  // namespace wgw::loadgen
