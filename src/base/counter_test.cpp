#include "base/counter.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace wgw {
namespace {

constexpr std::array<std::uint64_t, 3> kBounds{1, 10, 100};

TEST(ACounter, GrowsByWhatItIsToldAndIsReadWholeMeanwhile)
{
    Counter counter;
    constexpr std::uint64_t kStep = (std::uint64_t{1} << 32) + 1;  // both halves of a number change together
    std::thread writer([&] {
        for (int i = 0; i < 100'000; ++i)
            counter.add(kStep);
    });
    std::uint64_t last = 0;
    while (last < 100'000 * kStep) {
        const auto seen = counter.value();
        ASSERT_GE(seen, last);
        ASSERT_EQ(seen >> 32, seen & 0xffff'ffff);
        last = seen;
    }
    writer.join();
}

TEST(AGauge, GoesUpAndDown)
{
    Gauge gauge;
    gauge.add(5);
    gauge.add(-7);
    EXPECT_EQ(gauge.value(), -2);
    gauge.set(3);
    EXPECT_EQ(gauge.value(), 3);
}

TEST(AHistogram, PutsAValueIntoTheFirstBucketWhoseBoundItDoesNotExceed)
{
    Histogram histogram(kBounds);
    for (const std::uint64_t value : {0, 1, 2, 10, 11, 100, 101, 1'000'000})
        histogram.observe(value);
    EXPECT_EQ(histogram.bucket(0), 2U);
    EXPECT_EQ(histogram.bucket(1), 2U);
    EXPECT_EQ(histogram.bucket(2), 2U);
    EXPECT_EQ(histogram.bucket(3), 2U) << "over all bounds";
    EXPECT_EQ(histogram.count(), 8U);
    EXPECT_EQ(histogram.sum(), 1'000'225U);
}

TEST(Bounds, AscendAndAreNotTooMany)
{
    for (const auto bounds :
         {std::span<const std::uint64_t>(kLatencyBounds), std::span<const std::uint64_t>(kSizeBounds)}) {
        EXPECT_LE(bounds.size(), Histogram::kMostBounds);
        for (std::size_t i = 1; i < bounds.size(); ++i)
            EXPECT_LT(bounds[i - 1], bounds[i]);
    }
}

}  // namespace
}  // namespace wgw
