#include "chat/owners.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace wgw::chat {
namespace {

std::string queue_of(int service)
{
    Id id;
    id.bytes[0] = static_cast<std::uint8_t>(service);
    return "chat." + id.hex();
}

Id room_of(int number)
{
    Id id;
    id.bytes[0] = 0x6a;  // as those of one time have it
    id.bytes[10] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

std::map<std::string, int> shares(const Owners& owners, int rooms)
{
    std::map<std::string, int> counts;
    for (int i = 0; i < rooms; ++i)
        ++counts[owners.of(room_of(i))];
    return counts;
}

TEST(AnOwner, IsNobodyUntilOneIsHeardOf)
{
    Owners owners;
    EXPECT_EQ(owners.of(room_of(1)), "");
    EXPECT_TRUE(owners.heard(Owners::serving(queue_of(1)), Instant{0}));
    EXPECT_EQ(owners.of(room_of(1)), queue_of(1));
}

TEST(AnOwner, IsTheSameForEverybodyInWhateverOrderTheyHeard)
{
    Owners one;
    Owners two;
    for (int service = 1; service <= 4; ++service) {
        one.heard(Owners::serving(queue_of(service)), Instant{service});
        two.heard(Owners::serving(queue_of(5 - service)), Instant{service});
    }
    for (int i = 0; i < 1'000; ++i)
        ASSERT_EQ(one.of(room_of(i)), two.of(room_of(i)));
}

TEST(AnOwner, HasAFairShareAndKeepsItWhenAnotherGoes)
{
    Owners owners;
    for (int service = 1; service <= 4; ++service)
        owners.heard(Owners::serving(queue_of(service)), Instant{0});
    for (const auto& [queue, rooms] : shares(owners, 4'000)) {
        EXPECT_GT(rooms, 850) << queue;
        EXPECT_LT(rooms, 1'150) << queue;
    }
    std::map<int, std::string> before;
    for (int i = 0; i < 1'000; ++i)
        before[i] = owners.of(room_of(i));
    owners.heard(Owners::leaving(queue_of(3)), Instant{1});
    for (const auto& [room, owner] : before) {
        if (owner != queue_of(3))
            ASSERT_EQ(owners.of(room_of(room)), owner);
    }
}

TEST(AnOwner, WhoSaysNothingForThreeIntervalsIsForgotten)
{
    Owners owners;
    owners.heard(Owners::serving(queue_of(1)), Instant{0});
    owners.heard(Owners::serving(queue_of(2)), Instant{0});
    owners.heard(Owners::serving(queue_of(2)), Instant{2'000});
    owners.expire(Instant{2'999});
    EXPECT_EQ(owners.size(), 2U);
    owners.expire(Instant{3'000});
    EXPECT_THAT(shares(owners, 100), testing::ElementsAre(testing::Pair(queue_of(2), 100)));
}

TEST(AnOwner, IsNotMadeOfWhatNoServiceSays)
{
    Owners owners;
    for (const auto* payload :
         {"", "+", "chat.000000000000000000000000", "+user", "+chat.x", "?chat.000000000000000000000000"})
        EXPECT_FALSE(owners.heard(payload, Instant{0})) << payload;
    EXPECT_EQ(owners.size(), 0U);
}

TEST(AnOwner, IsOneOfSoManyAtMost)
{
    Owners owners;
    for (int service = 0; service < 200; ++service)
        owners.heard(Owners::serving(queue_of(service)), Instant{0});
    EXPECT_EQ(owners.size(), Owners::kMost);
}

}  // namespace
}  // namespace wgw::chat
