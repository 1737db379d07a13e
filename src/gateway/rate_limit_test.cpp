#include "gateway/rate_limit.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;

RateKey key(std::uint64_t number) { return RateKey::of(number); }

class ARateTable : public testing::Test {
protected:
    int take(std::uint64_t number, int times)
    {
        int taken = 0;
        for (int i = 0; i < times; ++i)
            taken += table_.take(key(number), now_) == 0ms ? 1 : 0;
        return taken;
    }

    Instant now_{1'000};
    RateTable table_{
        Rate{10, 1s, 50},
        7, 1'000
    };
};

TEST_F(ARateTable, CountsEachKeyByItself)
{
    EXPECT_EQ(take(1, 60), 50);
    EXPECT_EQ(take(2, 60), 50);
    EXPECT_EQ(table_.take(key(1), now_), 100ms);
    now_ = now_ + 1s;
    EXPECT_EQ(take(1, 60), 10);
}

TEST_F(ARateTable, TakesBack)
{
    take(1, 50);
    table_.give_back(key(1));
    table_.give_back(key(99));
    EXPECT_EQ(take(1, 5), 1);
    EXPECT_EQ(take(99, 60), 50);
}

TEST_F(ARateTable, IsBoundedWhateverTheNumberOfKeys)
{
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        take(i, 1);
        ASSERT_LE(table_.size(), 1'000U);
    }
}

TEST_F(ARateTable, ForgetsWhatIsFullAgainBeforeAnythingElse)
{
    take(1, 50);
    for (std::uint64_t i = 100; i < 3'100; ++i) {
        take(i, 1);
        now_ = now_ + 1ms;  // each is full again after 100 ms, so about a hundred are not
    }
    EXPECT_EQ(take(1, 60), 30) << "three seconds have brought these back, and no sweep the others";
}

TEST_F(ARateTable, ForgetsThoseWhoHaveUsedLeastWhereNoneIsFullAgain)
{
    for (std::uint64_t i = 0; i < 100; ++i)
        take(i, 50);
    for (std::uint64_t i = 1'000; i < 20'000; ++i)
        take(i, 1);
    for (std::uint64_t i = 0; i < 100; ++i)
        EXPECT_EQ(take(i, 1), 0) << "whoever is at the limit stays there: " << i;
}

TEST_F(ARateTable, KeepsNothingWhereThereIsNoLimit)
{
    RateTable table(Rate{}, 7);
    for (std::uint64_t i = 0; i < 1'000; ++i)
        EXPECT_EQ(table.take(key(i), now_), 0ms);
    table.give_back(key(1));
    EXPECT_EQ(table.size(), 0U);
}

TEST(ARateKey, IsOfWhatItStandsFor)
{
    const auto a = *Id::parse("0123456789abcdef01234567");
    const auto b = *Id::parse("0123456789abcdef01234568");
    EXPECT_EQ(RateKey::of(a), RateKey::of(a));
    EXPECT_NE(RateKey::of(a), RateKey::of(b));
    EXPECT_NE(RateKey::of(*IpAddress::parse("192.0.2.1")), RateKey::of(*IpAddress::parse("192.0.2.2")));
    EXPECT_NE(RateKey::of(std::string_view("grace")), RateKey::of(std::string_view("Grace")));
}

TEST_F(ARateTable, IsChargedWithWhatWasTakenElsewhere)
{
    table_.charge(key(1), 30, now_);
    EXPECT_EQ(take(1, 50), 20);
    table_.charge(key(2), 30, now_);
    table_.charge(key(2), -10, now_);
    EXPECT_EQ(take(2, 50), 30);
    table_.charge(key(3), -10, now_);
    EXPECT_EQ(take(3, 100), 50) << "nothing is given back that was not taken";
}

TEST_F(ARateTable, OwesNoMoreThanAnotherBurst)
{
    for (const std::int64_t many : {100L, 1'000'000L, 2'147'483'647L})
        table_.charge(key(1), many, now_);
    EXPECT_EQ(table_.take(key(1), now_), 5'100ms) << "50 are owed, and then there is one";
    RateTable off(Rate{}, 7);
    off.charge(key(1), 1'000, now_);
    EXPECT_EQ(off.take(key(1), now_), 0ms);
}

}  // namespace
}  // namespace wgw::gateway
