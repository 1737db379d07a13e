#include "bus/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wgw::bus {
namespace {

TEST(ABackoff, BeginsSoonDoublesAndHasABound)
{
    SeededRandom random(1);
    Backoff backoff(random);
    Duration span = Backoff::kFirst;
    for (int i = 0; i < 20; ++i) {
        const auto wait = backoff.next();
        EXPECT_GE(wait, span / 2);
        EXPECT_LE(wait, span);
        span = std::min(span * 2, Backoff::kLongest);
    }
    EXPECT_EQ(span, Backoff::kLongest);
    backoff.reset();
    EXPECT_LE(backoff.next(), Backoff::kFirst);
}

TEST(ABackoff, IsNotTheSameForAll)
{
    SeededRandom random(1);
    std::set<Duration> waits;
    for (int i = 0; i < 20; ++i) {
        Backoff backoff(random);
        waits.insert(backoff.next());
    }
    EXPECT_GT(waits.size(), 5u);
}

}  // namespace
}  // namespace wgw::bus
