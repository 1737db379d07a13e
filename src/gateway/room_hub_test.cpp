#include "gateway/room_hub.hpp"
#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

const UserId kGrace = test_id(1);
const UserId kAlan = test_id(2);
const RoomId kTea = test_id(100);
const RoomId kBridge = test_id(101);

class TheRoomHub : public testing::Test {
protected:
    TheRoomHub()
    {
        gateway_.chat.rooms_by_user[kGrace] = {
            {kTea,    1},
            {kBridge, 1}
        };
        gateway_.chat.rooms_by_user[kAlan] = {
            {kTea, 1}
        };
    }

    sio::TestClient& join(UserId user, std::string more = {})
    {
        return gateway_.join({.auth = R"({"token":")" + gateway_.token(user) + "\"" + more + "}"});
    }

    void tell(const chat::Entry& entry)
    {
        gateway_.chat.tell(entry);
        gateway_.turn();
    }

    /// What the messages among the packets say, and who says it.
    std::vector<std::string> heard(sio::TestClient& client)
    {
        gateway_.turn();
        std::vector<std::string> out;
        for (const auto& packet : client.received()) {
            constexpr std::string_view kEvent = R"(42["chat.message.receive",)";
            EXPECT_TRUE(packet.starts_with(kEvent)) << packet;
            const JsonValue message(std::string_view(packet).substr(kEvent.size(), packet.size() - kEvent.size() - 1));
            const auto user = *message.find("user");
            out.push_back(
                message.find("content")->string() + " of " +
                (user.is_null() ? "nobody" : user.find("username")->string())
            );
        }
        return out;
    }

    static chat::Entry joins(RoomId room, chat::Seq seq, UserId user)
    {
        chat::Entry entry = message(room, seq, user, "");
        entry.type = chat::EntryType::member_update;
        entry.body = R"({"action":"joined"})";
        return entry;
    }

    TestGateway gateway_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(TheRoomHub, TellsAMessageToAllFollowersOfItsRoomTheSenderToo)
{
    auto& grace = join(kGrace);
    auto& alan = join(kAlan);
    auto& stranger = join(test_id(3));
    auto& anonymous = gateway_.join({});
    tell(message(kTea, 2, kAlan, "tea"));
    tell(message(kBridge, 2, kGrace, "bridge"));
    EXPECT_THAT(heard(grace), ElementsAre("tea of user02", "bridge of user01"));
    EXPECT_THAT(heard(alan), ElementsAre("tea of user02"));
    EXPECT_THAT(heard(stranger), IsEmpty());
    EXPECT_THAT(heard(anonymous), IsEmpty());
}

TEST_F(TheRoomHub, EncodesAMessageOnceForAll)
{
    auto& one = join(kGrace);
    auto& two = join(kGrace);
    gateway_.chat.tell(message(kTea, 2, kGrace, "once"));
    ASSERT_EQ(one.stream->queued().size(), 1U);
    ASSERT_EQ(two.stream->queued().size(), 1U);
    EXPECT_EQ(one.stream->queued()[0].wire().data(), two.stream->queued()[0].wire().data());
}

TEST_F(TheRoomHub, HoldsTheRoomsEntriesWhileAnAuthorIsLookedUpAndOnlyThatRooms)
{
    auto& grace = join(kGrace);
    gateway_.users.hold = true;
    tell(message(kTea, 2, kAlan, "first"));
    tell(message(kTea, 3, kGrace, "second"));
    tell(message(kBridge, 2, kGrace, "elsewhere"));
    EXPECT_THAT(heard(grace), ElementsAre("elsewhere of user01"));
    gateway_.users.release();
    EXPECT_THAT(heard(grace), ElementsAre("first of user02", "second of user01"));
    tell(message(kTea, 4, kAlan, "third"));
    EXPECT_THAT(heard(grace), ElementsAre("third of user02"));
}

TEST_F(TheRoomHub, FollowsInTheOrderOfTheLogEvenBehindALookUp)
{
    auto& mary = join(test_id(3));
    gateway_.users.hold = true;
    tell(message(kTea, 2, kAlan, "before"));
    tell(joins(kTea, 3, test_id(3)));
    tell(message(kTea, 4, test_id(3), "after"));
    gateway_.users.release();
    EXPECT_THAT(heard(mary), ElementsAre("after of user03"));
}

TEST_F(TheRoomHub, TellsAMessageWhoseAuthorIsNotThereOrCannotBeRead)
{
    auto& grace = join(kGrace);
    gateway_.users.unknown.insert(kAlan);
    tell(message(kTea, 2, kAlan, "a"));
    gateway_.users.broken = true;
    tell(message(kTea, 3, kAlan, "b"));
    EXPECT_THAT(heard(grace), ElementsAre("a of nobody", "b of nobody"));
    gateway_.users.broken = false;
    gateway_.users.unknown.clear();
    tell(message(kTea, 4, kAlan, "c"));
    EXPECT_THAT(heard(grace), ElementsAre("c of user02"));
}

TEST_F(TheRoomHub, FollowsARoomFromTheEntryThatMakesAMember)
{
    auto& mary = join(test_id(3));
    tell(message(kTea, 2, kGrace, "before"));
    tell(joins(kTea, 3, test_id(3)));
    tell(message(kTea, 4, kGrace, "after"));
    chat::Entry made = joins(test_id(102), 1, test_id(3));
    made.type = chat::EntryType::room_update;
    tell(made);
    tell(message(test_id(102), 2, kGrace, "in her own"));
    EXPECT_THAT(heard(mary), ElementsAre("after of user01", "in her own of user01"));
}

TEST_F(TheRoomHub, GivesASocketThatWantsOneRoomThatRoomOnly)
{
    auto& one = join(kGrace, R"(,"room_id":")" + kBridge.hex() + "\"");
    tell(message(kTea, 2, kGrace, "tea"));
    tell(joins(test_id(102), 3, kGrace));
    tell(message(test_id(102), 4, kGrace, "new"));
    tell(message(kBridge, 2, kGrace, "bridge"));
    EXPECT_THAT(heard(one), ElementsAre("bridge of user01"));
}

TEST_F(TheRoomHub, ForgetsWhoHasGone)
{
    auto& gone = join(kGrace);
    auto& stays = join(kGrace);
    gone.drop();
    gateway_.turn();
    tell(joins(test_id(102), 1, kGrace));
    tell(message(kTea, 2, kGrace, "still here"));
    EXPECT_THAT(heard(stays), ElementsAre("still here of user01"));
}

TEST_F(TheRoomHub, TellsNobodyOfARoomThatNobodyFollows)
{
    auto& alan = join(kAlan);
    tell(message(kBridge, 2, kGrace, "alone"));
    EXPECT_THAT(heard(alan), IsEmpty());
}

TEST_F(TheRoomHub, CountsHowManyAMessageIsToldTo)
{
    join(kGrace);
    join(kGrace);
    join(kAlan);
    tell(message(kTea, 2, kGrace, "to three"));
    tell(message(kBridge, 2, kGrace, "to two"));
    const auto& fan_out = gateway_.gateway.events().fan_out;
    EXPECT_EQ(fan_out.count(), 2U);
    EXPECT_EQ(fan_out.sum(), 5U);
}

}  // namespace
}  // namespace wgw::gateway
