#include "bus/hints_local.hpp"
#include "chat/entry_hint.hpp"
#include "chat/entry_stream.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <stdexcept>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const RoomId kRoom = *Id::parse("aaaaaaaaaaaaaaaaaaaaaaaa");
const RoomId kOther = *Id::parse("bbbbbbbbbbbbbbbbbbbbbbbb");

/// Answers at once, from what is in it.
class FakeLog final : public LogReader {
public:
    Task<std::vector<Entry>> entries(RoomId room, Seq after, std::size_t limit) override
    {
        ++asked;
        if (is_away)
            throw std::runtime_error("away");
        std::vector<Entry> page;
        for (const auto& entry : logs[room])
            if (entry.seq > after && page.size() < limit)
                page.push_back(entry);
        co_return page;
    }
    Task<std::vector<RoomHead>> heads(std::vector<RoomId> rooms) override
    {
        compared.insert(compared.end(), rooms.begin(), rooms.end());
        if (is_away)
            throw std::runtime_error("away");
        std::vector<RoomHead> found;
        for (const auto& room : rooms)
            if (!logs[room].empty())
                found.push_back({room, logs[room].back().seq});
        co_return found;
    }
    Task<Recent> recent(Duration) override
    {
        if (is_away)
            throw std::runtime_error("away");
        co_return lately;
    }

    Entry append(const RoomId& room, EntryType type = EntryType::message_receive)
    {
        Entry entry;
        entry.room_id = room;
        entry.seq = static_cast<Seq>(logs[room].size()) + 1;
        entry.type = type;
        entry.body = type == EntryType::message_receive ? R"({"content":"hello"})" : R"({"action":"joined"})";
        logs[room].push_back(entry);
        return entry;
    }

    std::map<RoomId, std::vector<Entry>> logs;
    Recent lately;
    bool is_away = false;
    int asked = 0;
    std::vector<RoomId> compared;
};

class EntryStreamTest : public testing::Test {
protected:
    EntryStreamTest()
    {
        hints_.set_listener(
            {.heard = [this](std::string_view, std::string_view payload) { stream_.heard(payload); },
             .following = [this](std::string_view channel) { stream_.following(channel); }}
        );
        stream_.set_listener([this](const Entry& entry) { told_.push_back(entry); });
        turn();
    }

    /// Time passes, and the loop turns.
    void turn(Duration span = Duration(0))
    {
        now_ = now_ + span;
        stream_.advance(now_);
        stream_.advance(now_);  // what the first has shown is read by the second
    }

    std::vector<Seq> seqs(const RoomId& room = kRoom)
    {
        std::vector<Seq> seqs;
        for (const auto& entry : told_)
            if (entry.room_id == room)
                seqs.push_back(entry.seq);
        return seqs;
    }

    Instant now_{1'000};
    bus::LocalHints hints_;
    FakeLog log_;
    TaskScope tasks_{[](std::exception_ptr) { FAIL() << "a task has a fence of its own"; }};
    EntryStream stream_{hints_, log_, tasks_};
    std::vector<Entry> told_;
};

TEST_F(EntryStreamTest, AHintOfAWatchedRoomIsToldAtOnce)
{
    stream_.watch(kRoom, 0);
    publish(hints_, log_.append(kRoom));
    EXPECT_THAT(seqs(), ElementsAre(1));
    EXPECT_EQ(log_.asked, 0);
}

TEST_F(EntryStreamTest, AnAnswerAndItsHintAreToldOnce)
{
    stream_.watch(kRoom, 0);
    const auto entry = log_.append(kRoom);
    stream_.stored(entry);
    publish(hints_, entry);
    EXPECT_THAT(seqs(), ElementsAre(1));
}

TEST_F(EntryStreamTest, AHoleIsReadFromTheLog)
{
    stream_.watch(kRoom, 0);
    log_.append(kRoom);
    log_.append(kRoom);
    publish(hints_, log_.append(kRoom));
    turn();
    EXPECT_THAT(seqs(), ElementsAre(1, 2, 3));
}

TEST_F(EntryStreamTest, WhatWasStoredBeforeTheRoomWasHeardIsToldToo)
{
    log_.append(kRoom);
    stream_.watch(kRoom, 0);
    turn();
    EXPECT_THAT(seqs(), ElementsAre(1));
}

TEST_F(EntryStreamTest, TheLastEntryOfABurstWhoseHintWasLostIsToldWithinAGlance)
{
    stream_.watch(kRoom, 0);
    turn();
    log_.append(kRoom);
    log_.lately.heads = {
        {kRoom, 1}
    };
    turn(EntryStream::kGlance);
    EXPECT_THAT(seqs(), ElementsAre(1));
}

TEST_F(EntryStreamTest, OnceAMinuteAllHeadsAreCompared)
{
    stream_.watch(kRoom, 0);
    stream_.watch(kOther, 0);
    turn();
    log_.compared.clear();
    turn(EntryStream::kCompare);
    EXPECT_EQ(log_.compared.size(), 2u);
    log_.append(kOther);
    turn(EntryStream::kCompare);
    EXPECT_THAT(seqs(kOther), ElementsAre(1));
}

TEST_F(EntryStreamTest, WhileTheLogIsAwayNothingIsLostAndNobodyAsksInACircle)
{
    stream_.watch(kRoom, 0);
    turn();
    log_.is_away = true;
    log_.append(kRoom);
    publish(hints_, log_.append(kRoom));
    for (int each = 0; each < 100; ++each)
        turn(Duration(10));
    EXPECT_THAT(seqs(), IsEmpty());
    EXPECT_LE(log_.asked, 5);
    log_.is_away = false;
    turn(Duration(1'000));
    EXPECT_THAT(seqs(), ElementsAre(1, 2));
}

TEST_F(EntryStreamTest, AJoinIsToldOfARoomThatNobodyWatches)
{
    publish(hints_, log_.append(kRoom, EntryType::member_update));
    publish(hints_, log_.append(kRoom));
    EXPECT_THAT(seqs(), ElementsAre(1));
    log_.lately.joins = {log_.append(kOther, EntryType::member_update)};
    turn(EntryStream::kGlance);
    EXPECT_THAT(seqs(kOther), ElementsAre(1)) << "its hint was lost";
}

TEST_F(EntryStreamTest, AnUnwatchedRoomIsQuiet)
{
    log_.append(kRoom);
    stream_.watch(kRoom, 1);
    stream_.unwatch(kRoom);
    publish(hints_, log_.append(kRoom));
    turn(EntryStream::kCompare);
    EXPECT_THAT(seqs(), IsEmpty());
}

TEST_F(EntryStreamTest, RubbishIsIgnored)
{
    stream_.watch(kRoom, 0);
    for (const auto* payload : {"", "x", "{\"a\":1}"})
        hints_.publish(room_channel(kRoom), payload);
    publish(hints_, log_.append(kRoom));
    EXPECT_THAT(seqs(), ElementsAre(1));
}

TEST_F(EntryStreamTest, MoreRoomsThanAreReadAtATimeAreAllTold)
{
    for (std::uint8_t each = 0; each < 200; ++each) {
        RoomId room = kRoom;
        room.bytes[0] = each;
        log_.append(room);
        stream_.watch(room, 0);
    }
    turn();
    EXPECT_EQ(told_.size(), 200u);
}

// Half of the hints are lost, the log goes away and comes back.
TEST_F(EntryStreamTest, WhateverIsLostEverythingIsToldInOrder)
{
    for (unsigned seed = 0; seed < 100; ++seed) {
        std::mt19937 random(seed);
        told_.clear();
        log_.logs.clear();
        stream_.unwatch(kRoom);
        stream_.watch(kRoom, 0);
        for (int step = 0; step < 200; ++step) {
            log_.is_away = random() % 8 == 0;
            if (random() % 2 == 0) {
                const auto entry = log_.append(kRoom);
                if (random() % 2 == 0)
                    publish(hints_, entry);
            }
            turn(Duration(random() % 300));
        }
        log_.is_away = false;
        turn(EntryStream::kCompare);
        ASSERT_EQ(told_.size(), log_.logs[kRoom].size()) << "seed " << seed;
        for (std::size_t each = 0; each < told_.size(); ++each)
            ASSERT_EQ(told_[each].seq, static_cast<Seq>(each) + 1);
    }
}

}  // namespace
}  // namespace wgw::chat
