#include "chat/history_mongo.hpp"
#include "chat/latecomers.hpp"
#include "chat/test_original.hpp"

#include <gmock/gmock.h>

namespace wgw::chat {
namespace {

using testing::ElementsAre;

const UserId kMary = id_of(3);
constexpr Timestamp kNow{10'000};

/// A database of the original that was taken over, into which the original has written again.
class ALatecomer : public ADatabaseOfTheOriginal {
protected:
    ALatecomer() { number(); }

    std::size_t add() { return add_latecomers(*mongo_.client, kNow, {}); }
};

TEST_F(ALatecomer, IsAppendedOnce)
{
    message(21, kGrace, "late");
    EXPECT_EQ(add(), 1U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17, 21));
    EXPECT_EQ(add(), 0U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17, 21));
    EXPECT_EQ(read_messages(*mongo_.client, kRoom, kAda, {}).value().items.back().content, "late");
}

TEST_F(ALatecomer, DoesNotComeBeforeWhatIsThere)
{
    message(21, kGrace, "late", 5);
    add();
    EXPECT_EQ(log_->find(kRoom, 7)->at, log_->find(kRoom, 6)->at);
}

TEST_F(ALatecomer, WhoHasJoinedIsAMember)
{
    member(22, kMary);
    message(21, kMary, "hello");
    EXPECT_EQ(add(), 2U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17, 22, 21)) << "members first";
    const auto members = read_members(*mongo_.client, kRoom, kMary, {}).value();
    ASSERT_EQ(members.items.size(), 3U);
    EXPECT_EQ(members.items[2].seq, 7);
}

TEST_F(ALatecomer, WhoHasJoinedAgainAddsNothing)
{
    member(22, kGrace);
    member(23, kMary);
    member(24, kMary);
    EXPECT_EQ(add(), 1U);
    EXPECT_THAT(ids(), ElementsAre(11, 12, 13, 14, 15, 17, 23));
    EXPECT_EQ(add(), 0U);
}

TEST_F(ALatecomer, WhoseProcessEndedBeforeHeWasShownIsShown)
{
    member(22, kMary);
    add();
    Bson mary;
    mary.add("_id", id_of(22));
    Bson change;
    change.add("$unset", Bson().add("seq", ""));
    mongo_.client->update(kChatMembers, mary, change);
    EXPECT_EQ(add(), 0U);
    EXPECT_EQ(read_members(*mongo_.client, kRoom, kMary, {}).value().items.size(), 3U);
}

TEST_F(ALatecomer, InARoomThatNobodyKnowsIsLeftOut)
{
    Bson document;
    document.add("_id", id_of(30)).add("room_id", id_of(99)).add("user_id", kAda).add("content", "?");
    insert("chatmessages", std::move(document), 1'000);
    message(31, kGrace, "known");
    EXPECT_EQ(add(), 1U);
}

TEST_F(ALatecomer, IsNotWaitedForWhileOthersStore)
{
    Id later = id_of(21);
    later.bytes[3] = 71;  // seconds
    Bson document;
    document.add("_id", later).add("room_id", kRoom).add("user_id", kAda).add("content", "later");
    insert("chatmessages", std::move(document), 71'000);
    EXPECT_EQ(add(), 0U);
}

TEST_F(ALatecomer, ComesInAnyNumber)
{
    constexpr int kMany = 1'203;
    for (int i = 0; i < kMany; ++i) {
        Id id = id_of(i % 256);
        id.bytes[10] = static_cast<std::uint8_t>(1 + i / 256);
        Bson document;
        document.add("_id", id).add("room_id", kRoom).add("user_id", kAda).add("content", std::to_string(i));
        insert("chatmessages", std::move(document), 2'000);
    }
    EXPECT_EQ(add(), static_cast<std::size_t>(kMany));
    EXPECT_EQ(log_->head(kRoom), 6 + kMany);
    EXPECT_EQ(log_->find(kRoom, 6 + kMany)->body, message_body("1202"));
    EXPECT_EQ(add(), 0U);
}

}  // namespace
}  // namespace wgw::chat
