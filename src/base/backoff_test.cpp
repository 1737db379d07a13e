#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wgw {
namespace {

TEST(BackoffTest, EachWaitIsBetweenHalfAndAllOfASpanThatDoubles)
{
    SeededRandom random(1);
    for (int round = 0; round < 200; ++round) {
        Backoff backoff(random, Duration(100), Duration(1'000));
        for (const int span : {100, 200, 400, 800, 1'000, 1'000, 1'000}) {
            const Duration wait = backoff.next();
            EXPECT_GE(wait, Duration(span / 2));
            EXPECT_LE(wait, Duration(span));
        }
    }
}

TEST(BackoffTest, ManyDoNotComeBackAtOneMoment)
{
    SeededRandom random(2);
    std::set<Duration> waits;
    for (int each = 0; each < 100; ++each)
        waits.insert(Backoff(random, Duration(1'000), Duration(1'000)).next());
    EXPECT_GT(waits.size(), 50u);
}

TEST(BackoffTest, AfterASuccessItBeginsAnew)
{
    SeededRandom random(3);
    Backoff backoff(random, Duration(100), Duration(5'000));
    for (int each = 0; each < 9; ++each)
        backoff.next();
    backoff.reset();
    EXPECT_LE(backoff.next(), Duration(100));
}

}  // namespace
}  // namespace wgw
