#include "chat/history_mongo.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "chat/numbering.hpp"
#include "store/test_mongo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

using store::Bson;
using testing::ElementsAre;

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(10);
const RoomId kEmpty = id_of(90);
const UserId kGrace = id_of(1);
const UserId kAda = id_of(2);

/// A database as the original leaves it: a room of two members, of whom one has joined twice, and one of nobody.
class ADatabaseOfTheOriginal : public testing::Test {
protected:
    ADatabaseOfTheOriginal()
    {
        room(kRoom, "tea");
        member(11, kGrace);
        message(12, kGrace, "a");
        message(13, kAda, "b");
        member(14, kAda);
        message(15, kAda, "\"c\"\n");
        member(16, kAda);
        message(17, kGrace, "d", 1);
        room(kEmpty, "empty");
        create_log(*mongo_.client);
    }

    void insert(std::string_view collection, Bson document, std::int64_t at)
    {
        document.add("created_at", Timestamp{at}).add("updated_at", Timestamp{at}).add("__v", 0);
        ASSERT_EQ(mongo_.client->insert(collection, {&document, 1}).count, 1U);
    }
    void room(RoomId id, std::string_view name)
    {
        Bson document;
        document.add("_id", id).add("name", name);
        insert("chatrooms", std::move(document), 1'000);
    }
    void member(int id, UserId user)
    {
        Bson document;
        document.add("_id", id_of(id)).add("room_id", kRoom).add("user_id", user);
        insert("chatmembers", std::move(document), 1'000 + id);
    }
    void message(int id, UserId user, std::string_view content, std::int64_t at = 0)
    {
        Bson document;
        document.add("_id", id_of(id)).add("room_id", kRoom).add("user_id", user).add("content", content);
        insert("chatmessages", std::move(document), at == 0 ? 1'000 + id : at);
    }

    /// The last byte of each _id in the order of the log.
    std::vector<int> ids()
    {
        std::vector<int> found;
        for (const auto& entry : log_->behind(kRoom, 0, 99)) {
            EXPECT_EQ(entry.seq, static_cast<Seq>(found.size() + 1));
            found.push_back(entry._id.bytes[11]);
        }
        return found;
    }

    store::TestMongo mongo_;
    SeededRandom random_{1};
    std::unique_ptr<LogStore> log_ = make_mongo_log(*mongo_.client);
};

TEST_F(ADatabaseOfTheOriginal, IsNumberedInTheOrderOfItsIdsOnce)
{
    EXPECT_EQ(number_rooms(*mongo_.client, random_), 2U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
    EXPECT_EQ(number_rooms(*mongo_.client, random_), 0U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
}

TEST_F(ADatabaseOfTheOriginal, IsReadAsIfItHadBeenWrittenHere)
{
    number_rooms(*mongo_.client, random_);
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
    number_rooms(*mongo_.client, random_);
    const auto room = log_->load(kEmpty);
    ASSERT_TRUE(room.has_value());
    EXPECT_EQ(room->member_count(), 0U);
    EXPECT_TRUE(room->decide(Join{}, kAda, {1}, id_of(99), {}).has_value());
    EXPECT_EQ(read_rooms(*mongo_.client, {}).items.size(), 2U);
}

TEST_F(ADatabaseOfTheOriginal, IsNumberedOnFromWhereItWasInterrupted)
{
    number_rooms(*mongo_.client, random_);
    const auto epoch = read_room(*mongo_.client, kRoom)->epoch;
    Bson late;
    late.add("seq", Bson().add("$gt", 3));
    mongo_.client->remove_all(kChatLog, late);
    Bson room;
    room.add("_id", kRoom);
    Bson change;
    change.add("$unset", Bson().add("epoch", "").add("members_to", ""));
    mongo_.client->update(kChatRooms, room, change);

    EXPECT_EQ(number_rooms(*mongo_.client, random_), 1U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17));
    EXPECT_EQ(read_room(*mongo_.client, kRoom)->epoch, epoch) << "that of the first entry";
}

TEST_F(ADatabaseOfTheOriginal, IsNotNumberedOverWhatSomebodyElseHasWritten)
{
    number_rooms(*mongo_.client, random_);
    Bson room;
    room.add("_id", kRoom);
    Bson change;
    change.add("$unset", Bson().add("epoch", ""));
    mongo_.client->update(kChatRooms, room, change);
    Bson second;
    second.add("_id", id_of(12));
    mongo_.client->remove(kOriginalMessages, second);
    EXPECT_THROW(number_rooms(*mongo_.client, random_), std::runtime_error);
}

}  // namespace
}  // namespace wgw::chat
