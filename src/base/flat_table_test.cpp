#include "base/flat_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

namespace wgw {
namespace {

struct Thing {
    std::uint64_t number = 0;
};

struct ByNumber {
    static std::uint64_t key_of(const Thing& thing) { return thing.number; }
    static std::size_t hash(std::uint64_t key) { return spread(key); }
};

/// Everything wants to stand in few places: the longest rows there can be.
struct Crowded {
    static std::uint64_t key_of(const Thing& thing) { return thing.number; }
    static std::size_t hash(std::uint64_t key) { return key % 3 + 6; }
};

template <class Keys>
class AFlatTable : public testing::Test {};
using Both = testing::Types<ByNumber, Crowded>;
TYPED_TEST_SUITE(AFlatTable, Both);

TYPED_TEST(AFlatTable, HoldsWhatAMapHoldsWhateverIsDone)
{
    FlatTable<std::unique_ptr<Thing>, TypeParam> table;
    std::set<std::uint64_t> known;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t number = random() % 200;
        if (known.contains(number)) {
            const auto taken = table.take(number);
            ASSERT_TRUE(taken);
            ASSERT_EQ(taken->number, number);
            known.erase(number);
        } else {
            ASSERT_FALSE(table.take(number));
            table.insert(std::make_unique<Thing>(number));
            known.insert(number);
        }
        ASSERT_EQ(table.size(), known.size());
        const std::uint64_t other = random() % 200;
        const auto* found = table.find(other);
        ASSERT_EQ(found != nullptr, known.contains(other));
        ASSERT_TRUE(found == nullptr || (*found)->number == other);
    }
    std::set<std::uint64_t> seen;
    for (const auto& thing : table.all())
        seen.insert(thing->number);
    EXPECT_EQ(seen, known);
}

TEST(AnEmptyFlatTable, HasNothing)
{
    FlatTable<Thing*, ByNumber> table;
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(table.find(std::uint64_t{1}), nullptr);
    EXPECT_EQ(table.take(std::uint64_t{1}), nullptr);
    EXPECT_EQ(table.all().begin(), table.all().end());
}

}  // namespace
}  // namespace wgw
