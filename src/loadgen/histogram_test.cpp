#include "loadgen/histogram.hpp"

#include <gtest/gtest.h>

namespace wgw::loadgen {
namespace {

TEST(AHistogram, IsWithinTwoPercentAtEveryMagnitude)
{
    for (std::uint64_t value = 1; value < (std::uint64_t{1} << 62U); value = value * 3 / 2 + 1) {
        Histogram histogram;
        histogram.add(value);
        histogram.add(std::uint64_t{1} << 63U);  // so that the greatest value does not hide the error
        const auto shown = static_cast<double>(histogram.quantile(0.5));
        EXPECT_NEAR(shown, static_cast<double>(value), static_cast<double>(value) * 0.02);
    }
}

TEST(AHistogram, SplitsItsValuesWhereAskedTo)
{
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 100; ++value)
        histogram.add(value);
    EXPECT_EQ(histogram.quantile(0.5), 50U);
    EXPECT_EQ(histogram.quantile(0.99), 99U);
    EXPECT_DOUBLE_EQ(histogram.mean(), 50.5);
    EXPECT_EQ(histogram.quantile(1), 100U);
    EXPECT_EQ(histogram.quantile(0), 1U);
}

TEST(AHistogram, KeepsTheGreatestValueExactly)
{
    Histogram histogram;
    histogram.add(123'456'789);
    histogram.add(5);
    EXPECT_EQ(histogram.max(), 123'456'789U);
    EXPECT_EQ(histogram.count(), 2U);
}

TEST(AHistogram, OfNothingShowsZero) { EXPECT_EQ(Histogram().quantile(0.99), 0U); }

TEST(AHistogram, HoldsTheGreatestNumber)
{
    Histogram histogram;
    histogram.add(~std::uint64_t{0});
    EXPECT_EQ(histogram.max(), ~std::uint64_t{0});
    EXPECT_GT(histogram.quantile(0.5), std::uint64_t{1} << 63U);
}

}  // namespace
}  // namespace wgw::loadgen
