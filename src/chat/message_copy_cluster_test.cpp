#include "chat/message_copier.hpp"
#include "chat/message_copy.hpp"
#include "chat/test_original.hpp"

#include <gmock/gmock.h>

#include <string>

namespace wgw::chat {
namespace {

using store::BsonView;
using testing::ElementsAre;
using testing::IsEmpty;

class ACopy : public ADatabaseOfTheOriginal {
protected:
    ACopy() { number(); }

    Entry append(int id, std::string body, EntryType type = EntryType::message_receive)
    {
        Entry entry;
        entry.room_id = kRoom;
        entry.seq = log_->head(kRoom) + 1;
        entry._id = id_of(id);
        entry.user_id = kGrace;
        entry.at = {2'000 + id};
        entry.type = type;
        entry.body = std::move(body);
        EXPECT_EQ(log_->append({&entry, 1}).kept, 1U);
        return entry;
    }
    Entry send(int id, std::string_view content) { return append(id, message_body(content)); }

    std::vector<Copied> copy(News news = {.room = kRoom}) { return copy_messages(*mongo_.client, {&news, 1}); }

    /// What the original reads.
    std::vector<std::string> contents()
    {
        std::vector<std::string> found;
        store::MongoQuery query{.collection = kOriginalMessages, .filter = {}};
        query.sort.add("_id", 1);
        mongo_.client->find(query, [&found](BsonView document) {
            found.emplace_back(document.text("content").value_or("?"));
            return true;
        });
        return found;
    }
};

TEST_F(ACopy, HasWhatIsNewOnce)
{
    send(21, "e");
    append(22, std::string(kJoinedBody), EntryType::member_update);
    send(23, "f");
    EXPECT_EQ(copy().at(0).to, 9);
    EXPECT_THAT(contents(), ElementsAre("a", "b", "\"c\"\n", "d", "e", "f"));
    EXPECT_EQ(copy().at(0).to, 9);
    EXPECT_THAT(contents(), ElementsAre("a", "b", "\"c\"\n", "d", "e", "f"));
}

TEST_F(ACopy, LooksLikeADocumentOfTheOriginal)
{
    send(21, "e");
    copy();
    store::MongoQuery query{.collection = kOriginalMessages, .filter = {}};
    query.filter.add("_id", id_of(21));
    std::vector<std::string> names;
    mongo_.client->find(query, [&names](BsonView document) {
        document.for_each([&names](std::string_view name, const BsonView::Value&) { names.emplace_back(name); });
        EXPECT_EQ(document.get<Id>("room_id"), kRoom);
        EXPECT_EQ(document.get<Id>("user_id"), kGrace);
        EXPECT_EQ(document.get<Timestamp>("created_at"), (Timestamp{2'021}));
        EXPECT_EQ(document.get<Timestamp>("updated_at"), (Timestamp{2'021}));
        EXPECT_EQ(document.get<std::int64_t>("__v"), 0);
        EXPECT_EQ(document.get<Seq>("seq"), 7);
        return true;
    });
    EXPECT_THAT(names, ElementsAre("_id", "room_id", "user_id", "content", "created_at", "updated_at", "__v", "seq"));
}

TEST_F(ACopy, IsMadeAnewWithoutItsCursor)
{
    send(21, "e");
    copy();
    Bson room;
    room.add("_id", kRoom);
    Bson change;
    change.add("$unset", Bson().add("copied_to", ""));
    mongo_.client->update(kChatRooms, room, change);
    Bson second;
    second.add("_id", id_of(13));
    mongo_.client->remove(kOriginalMessages, second);
    copy();
    EXPECT_THAT(contents(), ElementsAre("a", "b", "\"c\"\n", "d", "e"));
}

TEST_F(ACopy, GoesOnInPages)
{
    for (std::size_t i = 0; i < kCopied; ++i) {
        Entry entry{.room_id = kRoom, .seq = log_->head(kRoom) + 1, .user_id = kGrace, .body = message_body("x")};
        entry._id = id_of(static_cast<int>(i % 256));
        entry._id.bytes[10] = static_cast<std::uint8_t>(1 + i / 256);
        ASSERT_EQ(log_->append({&entry, 1}).kept, 1U);
    }
    send(250, "last");
    EXPECT_TRUE(copy().at(0).has_more);
    EXPECT_FALSE(copy().at(0).has_more);
    EXPECT_EQ(contents().size(), 4 + kCopied + 1);
}

TEST_F(ACopy, OfARoomThatIsDamagedIsNoMatterToOthers)
{
    append(21, "nothing like it");
    send(22, "e");
    EXPECT_EQ(copy().at(0).to, 8);
    EXPECT_THAT(contents(), ElementsAre("a", "b", "\"c\"\n", "d", "e"));
}

TEST_F(ACopy, IsMadeOfWhatIsGivenWithoutReading)
{
    const Entry given = send(21, "e");
    Bson all;
    all.add("seq", given.seq);
    mongo_.client->remove_all(kChatLog, all);
    EXPECT_EQ(copy({.room = kRoom, .copied_to = 6, .entries = {given}}).at(0).to, 7);
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(ACopy, ReadsWhereWhatIsGivenHasAHoleBeforeIt)
{
    send(21, "e");
    const Entry given = send(22, "f");
    EXPECT_EQ(copy({.room = kRoom, .copied_to = 6, .entries = {given}}).at(0).to, 8);
    EXPECT_EQ(contents().size(), 6U);
}

TEST_F(ACopy, OfARoomThatNobodyKnowsIsLeftOut) { EXPECT_THAT(copy({.room = id_of(77)}), IsEmpty()); }

TEST_F(ACopy, IsFoundToBeBehind)
{
    EXPECT_THAT(find_uncopied(*mongo_.client, {}, 10).rooms, IsEmpty());
    send(21, "e");
    const auto all = find_uncopied(*mongo_.client, {}, 10);
    EXPECT_THAT(all.rooms, ElementsAre(kRoom));
    EXPECT_TRUE(all.last.empty());
    EXPECT_EQ(find_uncopied(*mongo_.client, {}, 1).last, kRoom);
    EXPECT_THAT(find_uncopied(*mongo_.client, kRoom, 10).rooms, IsEmpty());
}

class ACopier : public ACopy {
protected:
    void turn(Duration span)
    {
        mongo_.clock.advance(span);
        copier_.advance(mongo_.clock.monotonic());
        while (tasks_.running() > 0) {
            mongo_.threads.flush();
            mongo_.loop.run_one();
        }
    }

    TaskScope tasks_{[](const std::exception_ptr&) { ADD_FAILURE(); }};
    MessageCopier copier_{mongo_.threads, tasks_};
};

TEST_F(ACopier, FindsWhatWasLeftAtItsStart)
{
    send(21, "e");
    turn(MessageCopier::kInterval);
    turn(MessageCopier::kInterval);
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(ACopier, CopiesWhatIsStoredAnIntervalLater)
{
    turn(MessageCopier::kInterval);
    copier_.stored(send(21, "e"));
    turn(Duration(1));
    EXPECT_EQ(contents().size(), 5U) << "nothing was copied lately: at once";
    copier_.stored(send(22, "f"));
    turn(MessageCopier::kInterval / 2);
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_FALSE(copier_.is_finished());
    turn(MessageCopier::kInterval / 2);
    EXPECT_EQ(contents().size(), 6U);
    turn(MessageCopier::kInterval);
    EXPECT_TRUE(copier_.is_finished());
}

/// Nothing is read where it knows the room: what it is told is not even in the log.
TEST_F(ACopier, RemembersWhatIsStoredHere)
{
    turn(MessageCopier::kInterval);
    Entry entry = send(21, "e");
    copier_.stored(entry);
    turn(MessageCopier::kInterval);
    for (int id = 22; id < 25; ++id) {
        entry.seq += 1;
        entry._id = id_of(id);
        copier_.stored(entry);
        turn(MessageCopier::kInterval);
        EXPECT_EQ(contents().size(), static_cast<std::size_t>(id - 16));
    }
}

TEST_F(ACopier, ReadsWhatAnotherProcessHasStoredBetween)
{
    turn(MessageCopier::kInterval);
    copier_.stored(send(21, "e"));
    turn(MessageCopier::kInterval);
    send(22, "f");
    copier_.stored(send(23, "g"));
    send(24, "h");
    copier_.stored(send(25, "i"));
    turn(MessageCopier::kInterval);
    turn(MessageCopier::kInterval);
    EXPECT_EQ(contents().size(), 9U);
    EXPECT_TRUE(copier_.is_finished());
}

TEST_F(ACopier, CopiesTheRestAtTheEnd)
{
    turn(MessageCopier::kInterval);
    for (int id = 21; id < 23; ++id) {
        copier_.stored(send(id, "e"));
        turn(Duration(1));
    }
    copier_.finish();
    turn(Duration(1));
    EXPECT_EQ(contents().size(), 6U);
    turn(Duration(1));
    EXPECT_TRUE(copier_.is_finished());
}

}  // namespace
}  // namespace wgw::chat
