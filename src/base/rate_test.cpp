#include "base/rate.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

using namespace std::chrono_literals;

struct Written {
    std::string_view text;
    Rate rate;
    std::string_view again = {};  ///< How it is written; empty: as it was.
};

const Written kWritten[] = {
    {"10/s+50", {10, 1s, 50}},
    {"6/min+20", {6, 60s, 20}},
    {"20/h", {20, 3'600s, 20}},
    {"5/10min", {5, 600s, 5}},
    {"10/15min+10", {10, 900s, 10}, "10/15min"},
    {"1/60s", {1, 60s, 1}, "1/min"},
    {"1/90s", {1, 90s, 1}},
    {"1/s+1", {1, 1s, 1}, "1/s"},
    {"1000000/s+1000000", {1'000'000, 1s, 1'000'000}, "1000000/s"},
    {"off", {}},
};

TEST(ARate, IsReadAndWritten)
{
    for (const auto& row : kWritten) {
        const auto rate = parse_rate(row.text);
        ASSERT_TRUE(rate) << row.text;
        EXPECT_EQ(*rate, row.rate) << row.text;
        EXPECT_EQ(to_text(*rate), row.again.empty() ? row.text : row.again);
    }
}

TEST(ARate, ThatIsNoneIsNothing)
{
    for (const auto* text :
         {"",
          "10",
          "10/",
          "/s",
          "10/x",
          "10/s+",
          "10/s+0",
          "0/s",
          "-1/s",
          "+1/s",
          "1.5/s",
          "10/s50",
          "10/s+5 ",
          " 10/s",
          "10 /s",
          "10/0s",
          "1/25h",
          "1/s+1000001",
          "1000001/s",
          "OFF",
          "10/S",
          "10/m",
          "99999999999999999999/s",
          "1/99999999999999999999s"})
        EXPECT_FALSE(parse_rate(text)) << text;
}

class ABucket : public testing::Test {
protected:
    int take(int times)
    {
        int taken = 0;
        for (int i = 0; i < times; ++i)
            taken += bucket_.take(pace_, now_) == 0ms ? 1 : 0;
        return taken;
    }

    Pace pace_{
        Rate{10, 1s, 50}
    };
    Bucket bucket_;
    Instant now_{1'000};
};

TEST_F(ABucket, HoldsItsBurst)
{
    EXPECT_EQ(take(60), 50);
    EXPECT_EQ(bucket_.take(pace_, now_), 100ms);
}

TEST_F(ABucket, FillsEvenly)
{
    take(50);
    now_ = now_ + 99ms;
    EXPECT_EQ(bucket_.take(pace_, now_), 1ms);
    now_ = now_ + 1ms;
    EXPECT_EQ(take(2), 1);
    now_ = now_ + 1s;
    EXPECT_EQ(take(60), 10);
    now_ = now_ + 1h;
    EXPECT_EQ(take(60), 50);
}

TEST_F(ABucket, IsFullAgainWhenAllHasComeBack)
{
    EXPECT_TRUE(bucket_.is_full(now_));
    take(2);
    EXPECT_FALSE(bucket_.is_full(now_ + 199ms));
    EXPECT_TRUE(bucket_.is_full(now_ + 200ms));
}

TEST_F(ABucket, TakesBackWhatWasNotNeeded)
{
    take(50);
    bucket_.give_back(pace_);
    EXPECT_EQ(take(2), 1);
}

TEST_F(ABucket, KeepsToRatesOverAThousandASecond)
{
    pace_ = Pace(Rate{4'000, 1s, 1});
    EXPECT_EQ(take(2), 1);
    now_ = now_ + 1ms;
    EXPECT_EQ(take(2), 1);
}

TEST_F(ABucket, GivesAlwaysWhereThereIsNoLimit)
{
    pace_ = Pace(Rate{});
    EXPECT_EQ(take(1'000), 1'000);
    EXPECT_TRUE(bucket_.is_full(now_));
}

}  // namespace
}  // namespace wgw
