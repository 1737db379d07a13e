#include "chat/room.hpp"

#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

Id id_of(int number)
{
    Id id;
    id.bytes[10] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(1);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);
const UserId kStranger = id_of(13);
const Id kNew = id_of(99);

Limits small_limits()
{
    Limits limits;
    limits.content_bytes = 10;
    limits.members = 3;
    return limits;
}

Result<Decision> decide(const Room& room, const Command& command, UserId caller, Timestamp now = {1'000})
{
    return room.decide(command, caller, now, kNew, small_limits());
}

/// Applies what `command` becomes; fails the test if it becomes nothing.
Entry act(Room& room, const Command& command, UserId caller, Timestamp now = {1'000})
{
    auto decision = decide(room, command, caller, now);
    EXPECT_TRUE(decision.has_value());
    auto entry = std::get<Entry>(*decision);
    room.apply(entry);
    return entry;
}

/// Seq 1: made by kOwner. Seq 2: kMember joined.
Room two_members()
{
    Room room(kRoom);
    act(room, Create{"tea", "00112233445566778899aabbccddeeff"}, kOwner);
    act(room, Join{}, kMember);
    return room;
}

struct Made {
    std::string_view name;
    Command command;
    UserId caller;
    EntryType type;
    std::string_view body;

    friend void PrintTo(const Made& row, std::ostream* out) { *out << row.name; }
};

class WhatACommandBecomes : public testing::TestWithParam<Made> {};

TEST_P(WhatACommandBecomes, StandsBehindTheHead)
{
    const auto room = two_members();
    const auto decision = decide(room, GetParam().command, GetParam().caller);
    ASSERT_TRUE(decision.has_value());
    const auto& entry = std::get<Entry>(*decision);
    EXPECT_EQ(entry.room_id, kRoom);
    EXPECT_EQ(entry.seq, 3);
    EXPECT_EQ(entry._id, kNew);
    EXPECT_EQ(entry.user_id, GetParam().caller);
    EXPECT_EQ(entry.type, GetParam().type);
    EXPECT_EQ(entry.body, GetParam().body);
}

using enum EntryType;

const Made kMade[] = {
    {"send",              Send{"hi", {}},         kOwner,    message_receive, R"({"content":"hi"})"        },
    {"send_with_key",     Send{"hi", "k"},        kMember,   message_receive, R"({"content":"hi"})"        },
    {"send_is_escaped",   Send{"\"\n\\", {}},     kMember,   message_receive, R"({"content":"\"\n\\"})"    },
    {"send_at_the_limit", Send{"0123456789", {}}, kMember,   message_receive, R"({"content":"0123456789"})"},
    {"join",              Join{},                 kStranger, member_update,   R"({"action":"joined"})"     },
};

INSTANTIATE_TEST_SUITE_P(Table, WhatACommandBecomes, testing::ValuesIn(kMade), [](const auto& row) {
    return std::string(row.param.name);
});

struct Refused {
    std::string_view name;
    Command command;
    UserId caller;
    bool room_exists;
    Errc code;

    friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

class ARefusal : public testing::TestWithParam<Refused> {};

TEST_P(ARefusal, HasItsReason)
{
    const auto room = GetParam().room_exists ? two_members() : Room(kRoom);
    const auto decision = decide(room, GetParam().command, GetParam().caller);
    ASSERT_FALSE(decision.has_value());
    EXPECT_EQ(decision.error().code, GetParam().code);
}

const Refused kRefused[] = {
    {"send_by_a_stranger",      Send{"hi", {}},          kStranger, true,  Errc::not_member},
    {"too_large_by_a_stranger", Send{"01234567890", {}}, kStranger, true,  Errc::not_member},
    {"send_over_the_limit",     Send{"01234567890", {}}, kOwner,    true,  Errc::too_large },
    {"send_to_no_room",         Send{"hi", {}},          kOwner,    false, Errc::not_found },
    {"join_of_no_room",         Join{},                  kOwner,    false, Errc::not_found },
    {"creating_it_again",       Create{"tea", {}},       kOwner,    true,  Errc::conflict  },
};

INSTANTIATE_TEST_SUITE_P(Table, ARefusal, testing::ValuesIn(kRefused), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(ARoom, BeginsWithItsCreationAndItsCreatorAsMember)
{
    Room room(kRoom);
    EXPECT_FALSE(room.exists());
    const auto entry = act(room, Create{"a \"b\"", "00112233445566778899aabbccddeeff"}, kOwner);
    EXPECT_EQ(entry.seq, 1);
    EXPECT_EQ(entry.type, room_update);
    EXPECT_EQ(entry.body, R"({"name":"a \"b\"","epoch":"00112233445566778899aabbccddeeff"})");
    EXPECT_TRUE(room.exists());
    EXPECT_TRUE(room.has_member(kOwner));
    EXPECT_EQ(room.member_count(), 1U);
}

TEST(ARoom, KnowsSinceWhenAMemberIsOne)
{
    const auto room = two_members();
    EXPECT_EQ(decide(room, Join{}, kOwner), Decision(Already{1}));
    EXPECT_EQ(decide(room, Join{}, kMember), Decision(Already{2}));
}

TEST(ARoom, IsFullAtItsLimitButItsMembersMayJoinAgain)
{
    auto room = two_members();
    act(room, Join{}, kStranger);
    const auto refused = decide(room, Join{}, id_of(14));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_EQ(decide(room, Join{}, kStranger), Decision(Already{3}));
}

TEST(ARoom, NeverDatesAnEntryBeforeTheOneBeforeIt)
{
    auto room = two_members();
    EXPECT_EQ(act(room, Send{"a", {}}, kOwner, {5'000}).at, Timestamp{5'000});
    EXPECT_EQ(act(room, Send{"b", {}}, kOwner, {2'000}).at, Timestamp{5'000});
    EXPECT_EQ(act(room, Send{"c", {}}, kOwner, {5'001}).at, Timestamp{5'001});
}

TEST(ASendHash, IsMadeOfTheContentAndOnlyWhereThereIsAKey)
{
    auto room = two_members();
    const auto first = act(room, Send{"one", "a"}, kOwner);
    const auto same = act(room, Send{"one", "b"}, kMember);
    const auto other = act(room, Send{"two", "c"}, kOwner);
    const auto without = act(room, Send{"one", {}}, kOwner);
    EXPECT_EQ(first.send_hash, same.send_hash);
    EXPECT_NE(first.send_hash, other.send_hash);
    EXPECT_EQ(without.send_hash, SendHash{});
    EXPECT_NE(first.send_hash, SendHash{});
}

TEST(AnEntry, HasTheNameOfItsServerEvent)
{
    EXPECT_EQ(event_name(message_receive), "chat.message.receive");
    EXPECT_EQ(event_name(room_update), "chat.room.update");
    EXPECT_EQ(event_name(member_update), "chat.member.update");
}

TEST(AMessage, ShowsItsContentAsJsonText)
{
    auto room = two_members();
    EXPECT_EQ(content_json(act(room, Send{"a\"b", {}}, kOwner)), R"("a\"b")");
}

}  // namespace
}  // namespace wgw::chat
