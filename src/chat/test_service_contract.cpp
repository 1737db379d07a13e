#include "chat/test_service_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace wgw::chat {

using testing::ElementsAre;

Id chat_id(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const UserId kOwner = chat_id(11);
const UserId kMember = chat_id(12);
const UserId kStranger = chat_id(13);

namespace {

TEST_P(AChat, TellsTheListenerFirstAndInTheOrderOfTheLog)
{
    send(kOwner, "a");
    send(kMember, "b");
    send(kStranger, "no");
    send(kOwner, "c");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3", "told 4", "4", "not_member", "told 5", "5"));
    EXPECT_THAT(contents(), ElementsAre("a", "b", "c"));
}

TEST_P(AChat, AnnouncesARepeatedSendOnce)
{
    send(kOwner, "a", "key");
    send(kOwner, "a", "key");
    send(kOwner, "b", "key");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3", "3 again", "client_msg_id_reused"));
    send(kOwner, "a", "key");
    EXPECT_THAT(settle(), ElementsAre("3 again"));
}

TEST_P(AChat, StoresOneOfTwoSendsWithOneKeyAThousandTimes)
{
    int stored = 0;
    int repeated = 0;
    for (int i = 0; i < 1'000; ++i) {
        for (int twice = 0; twice < 2; ++twice)
            process_->chat().submit(
                room_, as(kOwner), Send{"a", "key" + std::to_string(i)},
                [&](Result<Outcome> outcome) { ++(outcome.value().duplicate ? repeated : stored); }
            );
        if (i % 2 == 0)
            process_->settle();
    }
    process_->settle();
    EXPECT_EQ(stored, 1'000);
    EXPECT_EQ(repeated, 1'000);
    EXPECT_EQ(process_->await(process_->chat().room(room_))->seq, 2 + 1'000);
}

TEST_P(AChat, MakesOneRoomUnderAnId)
{
    auto& chat = process_->chat();
    const RoomId id = chat_id(77);
    const auto made = process_->await(chat.create_room_as(id, kOwner, "coffee"));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->_id, id);
    EXPECT_EQ(made->seq, 1);
    EXPECT_EQ(process_->await(chat.create_room_as(id, kOwner, "coffee")).error().code, Errc::conflict);
    EXPECT_EQ(process_->await(chat.room(id)), *made);
}

TEST_P(AChat, MakesOneMembershipOfAHundredJoins)
{
    std::vector<std::string> answers;
    for (int i = 0; i < 100; ++i)
        process_->chat().submit(room_, as(kStranger), Join{}, [&](const Result<Outcome>& outcome) {
            answers.push_back(in_words(outcome));
        });
    EXPECT_THAT(settle(), ElementsAre("told 3"));
    ASSERT_EQ(answers.size(), 100U);
    EXPECT_EQ(answers.front(), "3");
    EXPECT_EQ(std::ranges::count(answers, "3 again"), 99);
    EXPECT_EQ(process_->await(process_->chat().members(room_, kOwner, {}))->items.size(), 3U);
}

TEST_P(AChat, GoesOnAfterARestartWhereItWas)
{
    send(kOwner, "a", "key");
    settle();
    restart();
    send(kOwner, "a", "key");
    send(kOwner, "b", "key");
    send(kMember, "c");
    send(kStranger, "no");
    EXPECT_THAT(settle(), ElementsAre("3 again", "client_msg_id_reused", "told 4", "4", "not_member"));
    EXPECT_EQ(process_->await(process_->chat().room(room_))->seq, 4);
    EXPECT_EQ(process_->await(process_->chat().join(room_, kMember))->seq, 2);
}

TEST_P(AChat, AnswersUnavailableAtOnceWhenTooMuchIsUnderWay)
{
    process_.reset();
    process_ = store_->start(2);
    send(kOwner, "a");
    send(kOwner, "b");
    EXPECT_THAT(told_, testing::IsEmpty());
    send(kOwner, "c");
    EXPECT_THAT(told_, ElementsAre("unavailable"));
    EXPECT_THAT(settle(), ElementsAre("unavailable", "3", "4"));
    send(kOwner, "d");
    EXPECT_THAT(settle(), ElementsAre("5"));
}

TEST_P(AChat, AnswersWhatIsUnderWayWhenItStops)
{
    send(kOwner, "a");
    process_.reset();
    EXPECT_THAT(told_, ElementsAre("told 3", "3"));
}

TEST_P(AChat, MakesRoomsWithAnEpochOfTheirOwn)
{
    auto& chat = process_->chat();
    const auto made = process_->await(chat.create_room(kOwner, "coffee"));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->name, "coffee");
    EXPECT_EQ(made->seq, 1);
    EXPECT_EQ(made->epoch.size(), 32U);
    EXPECT_EQ(process_->await(chat.room(made->_id)), *made);
    EXPECT_NE(process_->await(chat.room(room_))->epoch, made->epoch);
    EXPECT_EQ(process_->await(chat.rooms({})).items.size(), 2U);
    EXPECT_EQ(process_->await(chat.rooms_of(as(kOwner))).size(), 2U);
    EXPECT_THAT(process_->await(chat.rooms_of(as(kMember))), ElementsAre(RoomHead{room_, 2}));
}

TEST_P(AChat, KnowsNoRoomThatNobodyMade)
{
    auto& chat = process_->chat();
    EXPECT_EQ(
        process_->await(chat.join(chat_id(99), kOwner)).error().text(),
        "Chat room is not found! Please create one first."
    );
    EXPECT_EQ(process_->await(chat.members(chat_id(99), kOwner, {})).error().code, Errc::not_found);
    EXPECT_EQ(process_->await(chat.messages(chat_id(99), kOwner, {})).error().code, Errc::not_found);
    EXPECT_EQ(process_->await(chat.messages(room_, kStranger, {})).error().code, Errc::not_member);
    EXPECT_FALSE(process_->await(chat.room(chat_id(99))).has_value());
}

TEST_P(APageOfChat, HoldsThatPartOfTheMessages)
{
    EXPECT_THAT(page({{}, {}, 2}), ElementsAre("…", "c", "d"));
    EXPECT_THAT(page({{}, {}, 4}), ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(page({5, {}, 1}), ElementsAre("…", "b"));
    EXPECT_THAT(page({5, {}, 2}), ElementsAre("a", "b"));
    EXPECT_THAT(page({3, {}, 2}), ElementsAre());
    EXPECT_THAT(page({100, {}, 1}), ElementsAre("…", "d"));
    EXPECT_THAT(page({{}, 3, 2}), ElementsAre("b", "c", "…"));
    EXPECT_THAT(page({{}, 0, 1}), ElementsAre("a", "…"));
    EXPECT_THAT(page({{}, 6, 2}), ElementsAre());
    EXPECT_THAT(page({6, 3, 10}), ElementsAre("b", "c"));
}

TEST_P(APageOfChat, HoldsThatPartOfTheMembersAndOfTheRooms)
{
    auto& chat = process_->chat();
    const auto all = process_->await(chat.members(room_, kOwner, {})).value();
    ASSERT_EQ(all.items.size(), 2U);
    EXPECT_EQ(all.items[0].user_id, kOwner);
    EXPECT_EQ(all.items[0].seq, 1);
    EXPECT_EQ(all.items[1].user_id, kMember);
    EXPECT_EQ(all.items[1].room_id, room_);
    EXPECT_THAT(process_->await(chat.members(room_, kOwner, {{}, 1, 9}))->items, ElementsAre(all.items[1]));
    EXPECT_TRUE(process_->await(chat.members(room_, kOwner, {{}, {}, 1}))->more);

    const auto second = process_->await(chat.create_room(kOwner, "coffee"))->_id;
    const auto names = [&](Page<RoomId> page) {
        std::vector<std::string> found;
        for (const auto& room : process_->await(chat.rooms(page)).items)
            found.push_back(room.name);
        return found;
    };
    EXPECT_THAT(names({}), ElementsAre("tea", "coffee"));
    EXPECT_THAT(names({{}, {}, 1}), ElementsAre("coffee"));
    EXPECT_THAT(names({second, {}, 9}), ElementsAre("tea"));
    EXPECT_THAT(names({{}, room_, 9}), ElementsAre("coffee"));
    EXPECT_EQ(process_->await(chat.rooms({})).items[0].seq, 6);
}

TEST_P(APageOfChat, ShowsMessagesAsTheyWereSent)
{
    const std::string content = "\"\\\n\t\x01 \u00e9\U0001f600";
    send(kMember, content, "k");
    settle();
    const auto list = process_->await(process_->chat().messages(room_, kOwner, {{}, 6, 9})).value();
    ASSERT_EQ(list.items.size(), 1U);
    EXPECT_EQ(list.items[0].content, content);
    EXPECT_EQ(list.items[0].user_id, kMember);
    EXPECT_EQ(list.items[0].seq, 7);
    EXPECT_EQ(list.items[0].client_msg_id, "k");
    EXPECT_FALSE(list.items[0]._id.empty());
}

}  // namespace
}  // namespace wgw::chat
