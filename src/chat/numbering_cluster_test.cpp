#include "chat/history_mongo.hpp"
#include "chat/test_original.hpp"

#include <gmock/gmock.h>

#include <stop_token>

namespace wgw::chat {
namespace {

using testing::ElementsAre;

TEST_F(ADatabaseOfTheOriginal, IsNumberedInTheOrderOfItsIdsOnce)
{
    EXPECT_EQ(number(), 2U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
    EXPECT_EQ(number(), 0U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
}

TEST_F(ADatabaseOfTheOriginal, IsReadAsIfItHadBeenWrittenHere)
{
    number();
    const auto messages = read_messages(*mongo_.client, kRoom, kAda, {}).value();
    ASSERT_EQ(messages.items.size(), 4U);
    EXPECT_EQ(messages.items[2].content, "\"c\"\n");
    EXPECT_EQ(messages.items[2]._id, id_of(15));
    EXPECT_EQ(messages.items[3].created_at.unix_ms, 1'015) << "time does not go back along a log";
    const auto members = read_members(*mongo_.client, kRoom, kAda, {}).value();
    ASSERT_EQ(members.items.size(), 2U);
    EXPECT_EQ(members.items[1]._id, id_of(14));
    EXPECT_EQ(members.items[1].seq, 4);
    const auto room = read_room(*mongo_.client, kRoom);
    EXPECT_EQ(room->name, "tea");
    EXPECT_EQ(room->epoch.size(), 32U);
    EXPECT_EQ(room->seq, 6);
    EXPECT_EQ(log_->load(kRoom)->member_count(), 2U);
    EXPECT_EQ(log_->rooms_of(kAda, 9), 1U);
}

TEST_F(ADatabaseOfTheOriginal, MayHaveARoomOfNobodyThatCanBeJoined)
{
    number();
    const auto room = log_->load(kEmpty);
    ASSERT_TRUE(room.has_value());
    EXPECT_EQ(room->member_count(), 0U);
    EXPECT_TRUE(room->decide(Join{}, kAda, {1}, id_of(99), {}).has_value());
    EXPECT_EQ(read_rooms(*mongo_.client, {}).items.size(), 2U);
}

TEST_F(ADatabaseOfTheOriginal, IsNumberedOnFromWhereItWasInterrupted)
{
    number();
    const auto epoch = read_room(*mongo_.client, kRoom)->epoch;
    Bson late;
    late.add("seq", Bson().add("$gt", 3));
    mongo_.client->remove_all(kChatLog, late);
    Bson room;
    room.add("_id", kRoom);
    Bson change;
    change.add("$unset", Bson().add("epoch", "").add("members_to", ""));
    mongo_.client->update(kChatRooms, room, change);

    EXPECT_EQ(number(), 1U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
    EXPECT_EQ(read_room(*mongo_.client, kRoom)->epoch, epoch) << "that of the first entry";
}

TEST_F(ADatabaseOfTheOriginal, IsNumberedOnAfterItWasStopped)
{
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(number_rooms(*mongo_.client, random_, stopped.get_token()), 0U);
    EXPECT_FALSE(read_room(*mongo_.client, kRoom).has_value()) << "not shown before it is whole";
    EXPECT_EQ(number(), 2U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
}

TEST_F(ADatabaseOfTheOriginal, IsNotNumberedOverWhatSomebodyElseHasWritten)
{
    number();
    Bson room;
    room.add("_id", kRoom);
    Bson change;
    change.add("$unset", Bson().add("epoch", ""));
    mongo_.client->update(kChatRooms, room, change);
    Bson second;
    second.add("_id", id_of(12));
    mongo_.client->remove(kOriginalMessages, second);
    EXPECT_THROW(number(), std::runtime_error);
}

}  // namespace
}  // namespace wgw::chat
