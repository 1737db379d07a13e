#include "model/id.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw {
namespace {

TEST(AnId, IsReadFrom24HexDigitsOfEitherCase)
{
    const auto id = Id::parse("5F0c1d2e3F4a5b6c7d8e9f00");
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->hex(), "5f0c1d2e3f4a5b6c7d8e9f00");
    for (const auto* bad :
         {"", "5f0c1d2e3f4a5b6c7d8e9f0", "5f0c1d2e3f4a5b6c7d8e9f000", "0x5f0c1d2e3f4a5b6c7d8e9f",
          "5f0c1d2e3f4a5b6c7d8e9f0g"})
        EXPECT_FALSE(Id::parse(bad).has_value()) << bad;
}

TEST(AnIdSource, MakesIdsThatRiseAlsoWhenTheClockFalls)
{
    ManualClock clock;
    SeededRandom random(1);
    IdSource source(clock, random);
    Id last = source.next();
    for (int i = 0; i < 1000; ++i) {
        if (i % 100 == 50)
            clock.advance(Duration(i % 200 == 50 ? 5'000 : -60'000));
        const Id next = source.next();
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(AnIdSource, MakesIdsThatRiseFromOneMillisecondToTheNextWithThoseOfOtherSources)
{
    ManualClock clock({1'800'000'000'990});
    std::vector<IdSource> sources;
    for (std::uint64_t i = 0; i < 5; ++i) {
        SeededRandom random(i);
        sources.emplace_back(clock, random);
    }
    Id last;
    for (int i = 0; i < 3000; ++i) {
        clock.advance(Duration(1));
        const Id next = sources[static_cast<std::size_t>(i * 7) % sources.size()].next();
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(AnIdSource, StartsWithTheTimeThenItsRandomPartThenARandomCount)
{
    class Counting final : public Random {
    public:
        void fill(std::span<std::byte> bytes) override
        {
            for (auto& byte : bytes)
                byte = static_cast<std::byte>(next_++);
        }

    private:
        int next_ = 0xa1;
    };
    ManualClock clock({1'800'000'000'999});
    Counting random;
    IdSource source(clock, random);
    EXPECT_EQ(
        source.next().hex(), "6b49d200"
                             "03e7"
                             "a1a2a3"
                             "00a4a5"
    );
    EXPECT_EQ(
        source.next().hex(), "6b49d200"
                             "03e7"
                             "a1a2a3"
                             "00a4a6"
    );
}

TEST(AnIdSource, RisesWhenItsCounterWraps)
{
    ManualClock clock;
    SeededRandom random(1);
    IdSource source(clock, random);
    Id last = source.next();
    for (int i = 0; i < 0x1000000 + 10; ++i) {
        const Id next = source.next();
        ASSERT_LT(last, next);
        last = next;
    }
}

}  // namespace
}  // namespace wgw
