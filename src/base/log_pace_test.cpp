#include "base/log_pace.hpp"

#include <gtest/gtest.h>

namespace wgw::log {
namespace {

Instant at(std::int64_t ms) { return {1'000'000 + ms}; }

TEST(APaceOfLines, AdmitsSoManyOfAKindInASecondAndCountsTheRest)
{
    Pace pace(3);
    int admitted = 0;
    for (int i = 0; i < 10; ++i)
        admitted += pace.admits("Broken.", at(i)) ? 1 : 0;
    EXPECT_EQ(admitted, 3);
    EXPECT_EQ(pace.suppressed(), 7U);
    EXPECT_TRUE(pace.admits("Another.", at(10)));
}

TEST(APaceOfLines, TellsWhatIsMissingWhenItsSecondIsOverAndThenAdmitsMore)
{
    Pace pace(1);
    EXPECT_TRUE(pace.admits("Broken.", at(0)));
    EXPECT_FALSE(pace.admits("Broken.", at(1)));
    EXPECT_FALSE(pace.admits("Broken.", at(2)));
    EXPECT_TRUE(pace.take_missing(at(999)).empty()) << "more may come";
    const auto missing = pace.take_missing(at(1'000));
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing[0].sentence, "Broken.");
    EXPECT_EQ(missing[0].lines, 2U);
    EXPECT_TRUE(pace.take_missing(at(2'000)).empty());
    EXPECT_TRUE(pace.admits("Broken.", at(2'000)));
    EXPECT_EQ(pace.suppressed(), 2U);
}

TEST(APaceOfLines, KeepsNothingOfKindsWithoutEnd)
{
    Pace pace(100);
    for (int i = 0; i < 100'000; ++i)
        pace.admits("Sentence " + std::to_string(i), at(i));  // 1,000 in each second, over 128 places
    EXPECT_EQ(pace.suppressed(), 0U);
}

}  // namespace
}  // namespace wgw::log
