#include "chat/test_log_store_contract.hpp"

#include <gmock/gmock.h>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(1);
const RoomId kOther = id_of(2);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);

/// Of each entry its own: of its room, its place and its user.
Id entry_id(RoomId room, Seq seq, UserId user)
{
    Id id = id_of(100 + static_cast<int>(seq));
    id.bytes[10] = room.bytes[11];
    id.bytes[9] = user.bytes[11];
    return id;
}

Entry created(RoomId room = kRoom)
{
    return {
        room,
        1,
        entry_id(room, 1, kOwner),
        kOwner,
        {},
        {},
        {1'000},
        EntryType::room_update,
        R"({"name":"a \"b\"","epoch":"00112233445566778899aabbccddeeff"})"
    };
}

Entry joined(Seq seq, UserId user)
{
    return {kRoom,
            seq,
            entry_id(kRoom, seq, user),
            user,
            {},
            {},
            {1'000},
            EntryType::member_update,
            R"({"action":"joined"})"};
}

Entry message(Seq seq, UserId user = kOwner, RoomId room = kRoom)
{
    return {room,
            seq,
            entry_id(room, seq, user),
            user,
            {},
            {},
            {1'000 + seq},
            EntryType::message_receive,
            R"({"content":"é"})"};
}

Entry keyed(Seq seq, std::string key, UserId user = kOwner, RoomId room = kRoom)
{
    auto entry = message(seq, user, room);
    entry.client_msg_id = std::move(key);
    entry.send_hash = {1, 2, 3};
    return entry;
}

TEST_P(ALogStore, HasNoRoomThatNobodyMade)
{
    EXPECT_FALSE(log_.load(kRoom).has_value());
    EXPECT_EQ(log_.head(kRoom), 0);
    EXPECT_FALSE(log_.find(kRoom, 1).has_value());
}

TEST_P(ALogStore, LoadsARoomAsTheSumOfItsEntries)
{
    EXPECT_EQ(append({created(), joined(2, kMember), message(3, kMember)}).kept, 3U);
    EXPECT_EQ(append({message(4)}).kept, 1U);
    Room expected(kRoom);
    for (const auto& entry : {created(), joined(2, kMember), message(3, kMember), message(4)})
        expected.apply(entry);
    EXPECT_EQ(log_.load(kRoom), expected);
    EXPECT_EQ(log_.head(kRoom), 4);
}

TEST_P(ALogStore, FindsEveryEntryAsItWasAppended)
{
    const std::vector all{created(), joined(2, kMember), message(3, kMember), keyed(4, "k")};
    append(all);
    for (const auto& entry : all)
        EXPECT_EQ(log_.find(kRoom, entry.seq), entry);
    EXPECT_FALSE(log_.find(kRoom, 0).has_value());
    EXPECT_FALSE(log_.find(kRoom, 5).has_value());
    EXPECT_FALSE(log_.find(kOther, 1).has_value());
}

TEST_P(ALogStore, ShowsWhatStandsBehindASeqInOrder)
{
    append({created(), joined(2, kMember), message(3), keyed(4, "k")});
    append({created(kOther)});
    EXPECT_THAT(log_.behind(kRoom, 2, 9), ElementsAre(message(3), keyed(4, "k")));
    EXPECT_THAT(log_.behind(kRoom, 0, 2), ElementsAre(created(), joined(2, kMember)));
    EXPECT_THAT(log_.behind(kRoom, 4, 9), IsEmpty());
    EXPECT_THAT(log_.behind(id_of(9), 0, 9), IsEmpty());
}

TEST_P(ALogStore, KeepsOnlyTheEntriesBeforeATakenSeq)
{
    append({created(), message(2)});
    const auto result = append({message(2, kMember), message(3)});
    EXPECT_EQ(result.kept, 0U);
    EXPECT_FALSE(result.taken.has_value());
    EXPECT_EQ(log_.find(kRoom, 2), message(2));
    EXPECT_EQ(log_.load(kRoom)->head(), 2);
}

TEST_P(ALogStore, TakesARoomsFirstSeqOnce)
{
    append({created()});
    const auto result = append({created()});
    EXPECT_EQ(result.kept, 0U);
    EXPECT_FALSE(result.taken.has_value());
}

TEST_P(ALogStore, ShowsTheEntryThatHasTheKey)
{
    append({created(), keyed(2, "k"), message(3)});
    const auto result = append({message(4), keyed(5, "k"), message(6)});
    EXPECT_EQ(result.kept, 1U);
    EXPECT_EQ(result.taken, keyed(2, "k"));
    EXPECT_EQ(log_.load(kRoom)->head(), 4);
}

TEST_P(ALogStore, ShowsTheEntryThatHasTheKeyAlsoIfTheSeqIsTakenToo)
{
    append({created(), keyed(2, "k")});
    EXPECT_EQ(append({keyed(2, "k")}).taken, keyed(2, "k"));
}

TEST_P(ALogStore, SeesKeysOfTheTransactionItIsIn)
{
    const auto result = append({created(), keyed(2, "k"), keyed(3, "k")});
    EXPECT_EQ(result.kept, 2U);
    EXPECT_EQ(result.taken, keyed(2, "k"));
}

TEST_P(ALogStore, KeepsTheKeysOfUsersAndRoomsApart)
{
    append({created(), joined(2, kMember), keyed(3, "k")});
    append({created(kOther), keyed(2, "k", kOwner, kOther)});
    EXPECT_EQ(append({keyed(4, "k", kMember)}).kept, 1U);
    EXPECT_EQ(append({keyed(5, "K")}).kept, 1U) << "keys differ by case";
    EXPECT_EQ(log_.load(kOther)->head(), 2);
}

TEST_P(ALogStore, AppendsToSeveralRoomsWhateverOneOfThemMeets)
{
    const RoomId third = id_of(3);
    append({created(), keyed(2, "k")});
    append({created(kOther)});
    append({created(third)});
    const std::vector taken_seq{message(2, kMember, kOther), message(3, kOwner, kOther)};
    const std::vector taken_key{message(3), keyed(4, "k"), message(5)};
    const std::vector free{message(2, kOwner, third), message(3, kOwner, third)};
    append({message(2, kOwner, kOther)});

    const std::vector<std::span<const Entry>> parts{taken_seq, taken_key, free};
    subject_->begin();
    const auto results = log_.append_each(parts);
    subject_->commit();
    ASSERT_EQ(results.size(), 3U);
    for (const auto& result : results)
        EXPECT_FALSE(result.error);
    EXPECT_EQ(results[0].appended.kept, 0U);
    EXPECT_EQ(results[0].appended.taken, std::nullopt) << "its seq is taken";
    EXPECT_EQ(results[1].appended.kept, 1U);
    EXPECT_EQ(results[1].appended.taken, keyed(2, "k"));
    EXPECT_EQ(results[2].appended.kept, 2U);
    EXPECT_EQ(log_.load(kOther)->head(), 2);
    EXPECT_EQ(log_.load(kRoom)->head(), 3);
    EXPECT_EQ(log_.load(third)->head(), 3);
}

TEST_P(ALogStore, ForgetsWhatARollbackTookBack)
{
    append({created()});
    subject_->begin();
    log_.append(std::vector{keyed(2, "k"), joined(3, kMember)});
    log_.append(std::vector{created(kOther)});
    subject_->rollback();
    log_.forget();
    EXPECT_EQ(log_.load(kRoom)->head(), 1);
    EXPECT_FALSE(log_.load(kRoom)->has_member(kMember));
    EXPECT_FALSE(log_.load(kOther).has_value());
    EXPECT_EQ(append({joined(2, kMember), keyed(3, "k")}).kept, 2U);
    EXPECT_EQ(append({created(kOther)}).kept, 1U);
    EXPECT_EQ(log_.find(kRoom, 2)->user_id, kMember);
    EXPECT_EQ(log_.find(kRoom, 3)->user_id, kOwner);
}

TEST_P(ALogStore, CountsTheRoomsOfAUserUpToWhatIsAsked)
{
    EXPECT_EQ(log_.rooms_of(kMember, 9), 0U);
    append({created(), joined(2, kMember), message(3, kMember), message(4, kMember)});
    append({created(kOther)});
    EXPECT_EQ(log_.rooms_of(kMember, 9), 1U) << "sends are no memberships";
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 2U);
    EXPECT_EQ(log_.rooms_of(kOwner, 1), 1U);
    EXPECT_EQ(log_.rooms_of(kOwner, 0), 0U);
}

TEST_P(ALogStore, CountsTheRoomsOfTheTransactionItIsInAndNotThoseOfARollback)
{
    subject_->begin();
    log_.append(std::vector{created()});
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 1U);
    subject_->rollback();
    log_.forget();
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 0U);
}

}  // namespace
}  // namespace wgw::chat
