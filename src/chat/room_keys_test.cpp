#include "base/all.hpp"
#include "chat/room_keys.hpp"
#include "store/collection_sqlite.hpp"
#include "store/test_store.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wgw::chat {
namespace {

UserId user(int number)
{
    UserId id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

class TheKeysOfRooms : public testing::Test {
protected:
    Result<RoomId> room_for(UserId who, std::string key, std::string name)
    {
        return store_.await(keys_.room_for(who, std::move(key), std::move(name)));
    }

    Task<> ask_at_once(int times, std::set<RoomId>& rooms)
    {
        std::vector<Task<>> asked;
        for (int i = 0; i < times; ++i)
            asked.push_back(ask_once(rooms));
        co_await all(std::move(asked));
    }

    Task<> ask_once(std::set<RoomId>& rooms)
    {
        const auto room = co_await keys_.room_for(user(1), "a", "tea");
        rooms.insert(room.value());
    }

    std::size_t rows() { return store_.await(rows_->list("", nullptr, Id{}, 1'000, store::Order::ascending)).size(); }

    store::TestStore store_{[](store::Sqlite& db) { store::create_collection(db, room_keys_spec()); }};
    std::unique_ptr<store::Collection> rows_ =
        store::make_sqlite_collection(store_.writer, store_.readers, room_keys_spec());
    SeededRandom random_{1};
    IdSource ids_{store_.clock, random_};
    RoomKeys keys_{*rows_, ids_, store_.clock};
};

TEST_F(TheKeysOfRooms, NameOneRoomHoweverOften)
{
    const auto room = room_for(user(1), "a", "tea");
    ASSERT_TRUE(room);
    EXPECT_EQ(room_for(user(1), "a", "tea"), room);
    EXPECT_EQ(rows(), 1U);
}

TEST_F(TheKeysOfRooms, AreThoseOfAUser)
{
    const auto room = room_for(user(1), "a", "tea");
    EXPECT_NE(room_for(user(1), "b", "tea"), room);
    EXPECT_NE(room_for(user(2), "a", "tea"), room);
    EXPECT_EQ(rows(), 3U);
}

TEST_F(TheKeysOfRooms, AreNotForAnotherName)
{
    const auto room = room_for(user(1), "a", "tea");
    EXPECT_EQ(room_for(user(1), "a", "coffee").error().code, Errc::conflict);
    EXPECT_EQ(room_for(user(1), "a", "tea"), room);
}

TEST_F(TheKeysOfRooms, NameOneRoomForAllWhoAskAtOnce)
{
    std::set<RoomId> rooms;
    store_.await(ask_at_once(10, rooms));
    EXPECT_EQ(rooms.size(), 1U);
    EXPECT_EQ(rows(), 1U);
}

TEST_F(TheKeysOfRooms, AreForgottenAfterADay)
{
    const auto room = room_for(user(1), "a", "tea");
    store_.clock.advance(kKeySpan - Duration(1));
    EXPECT_EQ(room_for(user(1), "a", "tea"), room);
    store_.clock.advance(Duration(1));
    const auto another = room_for(user(1), "a", "coffee");
    ASSERT_TRUE(another);
    EXPECT_NE(another, room);
}

TEST_F(TheKeysOfRooms, AreSweptThen)
{
    room_for(user(1), "a", "tea");
    store_.clock.advance(Duration(1));
    room_for(user(1), "b", "tea");
    store_.clock.advance(kKeySpan - Duration(1));
    store_.await(keys_.sweep());
    EXPECT_EQ(rows(), 1U);
    store_.clock.advance(Duration(1));
    store_.await(keys_.sweep());
    EXPECT_EQ(rows(), 0U);
}

}  // namespace
}  // namespace wgw::chat
