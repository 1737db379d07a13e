#include "chat/room_cache.hpp"

#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

Room room_with(int number, int members)
{
    std::unordered_map<UserId, Seq> all;
    for (int i = 1; i <= members; ++i)
        all.emplace(id_of(100 + i), i);
    return Room(id_of(number), members, Timestamp{}, std::move(all));
}

TEST(ARoomCache, ForgetsTheRoomThatWasUsedLongestAgo)
{
    RoomCache cache(2, 100);
    cache.put(room_with(1, 1));
    cache.put(room_with(2, 1));
    EXPECT_NE(cache.find(id_of(1)), nullptr);
    cache.put(room_with(3, 1));
    EXPECT_NE(cache.find(id_of(1)), nullptr);
    EXPECT_EQ(cache.find(id_of(2)), nullptr);
    EXPECT_NE(cache.find(id_of(3)), nullptr);
}

TEST(ARoomCache, IsBoundedByMembersToo)
{
    RoomCache cache(100, 10);
    cache.put(room_with(1, 4));
    cache.put(room_with(2, 4));
    cache.put(room_with(3, 4));
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(cache.members(), 8U);
    cache.put(room_with(4, 20));
    EXPECT_EQ(cache.size(), 1U) << "the room in use stays, whatever its size";
    EXPECT_NE(cache.find(id_of(4)), nullptr);
}

TEST(ARoomCache, CountsTheMembersThatJoinLater)
{
    RoomCache cache(100, 5);
    cache.put(room_with(1, 2));
    auto& room = cache.put(room_with(2, 3));
    cache.apply(room, Entry{id_of(2), 4, id_of(9), id_of(50), {}, {}, {}, EntryType::member_update, "{}"});
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_EQ(cache.members(), 4U);
    EXPECT_NE(cache.find(id_of(2)), nullptr);
}

TEST(ARoomCache, CanBeEmptied)
{
    RoomCache cache(100, 100);
    cache.put(room_with(1, 2));
    cache.put(room_with(2, 2));
    cache.erase(id_of(1));
    cache.erase(id_of(7));
    EXPECT_EQ(cache.members(), 2U);
    cache.clear();
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.members(), 0U);
    EXPECT_EQ(cache.find(id_of(2)), nullptr);
}

}  // namespace
}  // namespace wgw::chat
