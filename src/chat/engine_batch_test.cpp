#include "chat/engine.hpp"
#include "chat/test_log_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <stdexcept>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    id.bytes[10] = static_cast<std::uint8_t>(number >> 8);
    return id;
}

const RoomId kRoom = id_of(1);
const RoomId kOther = id_of(2);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);
const Create kCreate{"tea", "00112233445566778899aabbccddeeff"};

/// A log that counts what it is asked, does something in front of an append, and fails for a room.
class WatchedLog final : public LogStore {
public:
    std::optional<Room> load(RoomId room) override
    {
        ++loads;
        return log.load(room);
    }
    Seq head(RoomId room) override { return log.head(room); }
    std::optional<Entry> find(RoomId room, Seq seq) override { return log.find(room, seq); }
    std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) override
    {
        return log.behind(room, after, most);
    }
    std::size_t rooms_of(UserId user, std::size_t most) override { return log.rooms_of(user, most); }
    Appended append(std::span<const Entry> entries) override
    {
        if (auto first = std::exchange(before_append, {}))
            first();
        if (entries.front().room_id == fails)
            throw std::runtime_error("network");
        if (is_always_taken)
            return {};
        appended.push_back(entries.size());
        return log.append(entries);
    }
    void forget() noexcept override {}

    MemoryLog log;
    int loads = 0;
    std::vector<std::size_t> appended;  ///< How many entries in each append.
    std::function<void()> before_append;
    RoomId fails;
    bool is_always_taken = false;
};

/// An engine with a room of kOwner, another one on the same log, and what batches it is given.
class ABatch : public testing::Test {
protected:
    ABatch()
    {
        run(kOwner, kCreate);
        log_.appended.clear();
    }

    void ask(UserId caller, Command command, RoomId room = kRoom)
    {
        requests_.push_back({room, caller, std::move(command), id_of(++last_id_), {1'000}});
    }

    /// What becomes of all that was asked, as "<seq>", "<seq> again", the name of a code or "error".
    std::vector<std::string> run(Engine& engine)
    {
        const Instant deadline = patience_ ? clock_.monotonic() + *patience_ : kNever;
        std::deque<Asked> batch;
        std::vector<Asked*> asked;
        for (const auto& request : requests_)
            asked.push_back(&batch.emplace_back(Asked{.request = &request, .deadline = deadline}));
        engine.execute(asked, clock_, [this](int tries) {
            pauses_.push_back(tries);
            clock_.advance(pause_);
        });
        std::vector<std::string> words;
        for (const auto& one : batch)
            words.push_back(in_words(one));
        requests_.clear();
        return words;
    }
    std::vector<std::string> run() { return run(engine_); }
    std::vector<std::string> run(UserId caller, Command command)
    {
        ask(caller, std::move(command));
        return run();
    }
    std::vector<std::string> run_elsewhere(UserId caller, Command command)
    {
        const Request request{kRoom, caller, std::move(command), id_of(++last_id_), {1'000}};
        return {in_words({&request, other_.execute(request)})};
    }

    static std::string in_words(const Asked& asked)
    {
        if (asked.error)
            return "error";
        const auto& outcome = *asked.outcome;
        if (!outcome)
            return std::string(row(outcome.error().code).name);
        return std::to_string(outcome->entry.seq) + (outcome->duplicate ? " again" : "");
    }

    WatchedLog log_;
    Engine engine_{log_, {}};
    Engine other_{log_.log, {}};
    std::deque<Request> requests_;
    std::vector<int> pauses_;
    ManualClock clock_;
    Duration pause_{0};
    std::optional<Duration> patience_;
    int last_id_ = 1'000;
};

TEST_F(ABatch, IsOneAppendForEachRoomAndDecidedOnTheStateThatItMakes)
{
    ask(kMember, Send{"no", {}});
    ask(kOwner, Send{"a", {}});
    ask(kOwner, kCreate, kOther);
    ask(kMember, Join{});
    ask(kMember, Send{"b", {}});
    ask(kMember, Join{}, kOther);
    ask(kMember, Join{});
    EXPECT_THAT(run(), ElementsAre("not_member", "2", "1", "3", "4", "2", "3 again"));
    EXPECT_THAT(log_.appended, ElementsAre(3, 2));
    EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(ABatch, OfSendsIsOneAppendForAllRooms)
{
    ask(kOwner, kCreate, kOther);
    run();
    const auto before = engine_.counts().appends.value();
    ask(kOwner, Send{"a", {}});
    ask(kOwner, Send{"b", {}}, kOther);
    ask(kOwner, Send{"c", {}});
    ask(kMember, Send{"d", {}}, kOther);
    EXPECT_THAT(run(), ElementsAre("2", "2", "3", "not_member"));
    EXPECT_EQ(engine_.counts().appends.value() - before, 1U);
}

TEST_F(ABatch, OfMoreRoomsThanAreKeptInMemoryIsDecidedAllTheSame)
{
    Engine small(log_, {}, {.rooms = 1, .members = 10});
    ask(kOwner, kCreate, kOther);
    run();
    for (int round = 0; round < 3; ++round) {
        ask(kOwner, Send{"a", "k"});
        ask(kOwner, Send{"b", {}}, kOther);
        ask(kMember, Send{"c", {}});
        const auto seq = std::to_string(2 + round);
        EXPECT_THAT(run(small), ElementsAre(round == 0 ? "2" : "2 again", seq, "not_member"));
    }
    EXPECT_EQ(log_.head(kOther), 4);
}

TEST_F(ABatch, AnswersAKeyThatItHoldsTwiceWithTheFirstOne)
{
    ask(kOwner, Send{"a", "k"});
    ask(kOwner, Send{"a", "k"});
    ask(kOwner, Send{"b", "k"});
    ask(kOwner, Send{"c", {}});
    EXPECT_THAT(run(), ElementsAre("2", "2 again", "client_msg_id_reused", "3"));
    EXPECT_THAT(run(kOwner, Send{"d", {}}), ElementsAre("4"));
}

TEST_F(ABatch, IsDecidedAnewBehindWhatAnotherWriterHasStored)
{
    run_elsewhere(kMember, Join{});
    log_.loads = 0;
    ask(kMember, Send{"a", {}});
    ask(kOwner, Send{"b", {}});
    ask(kMember, Join{});
    EXPECT_THAT(run(), ElementsAre("3", "4", "2 again")) << "this engine still thought that kMember is a stranger";
    EXPECT_EQ(log_.loads, 0) << "it reads on, and does not load the room";
    EXPECT_THAT(pauses_, ElementsAre(1));
}

TEST_F(ABatch, OfRefusalsAloneLooksAtTheHeadFirst)
{
    run_elsewhere(kMember, Join{});
    EXPECT_THAT(run(kMember, Send{"a", {}}), ElementsAre("3"));
    EXPECT_THAT(run(id_of(13), Send{"a", {}}), ElementsAre("not_member"));
}

TEST_F(ABatch, StoresNothingWhoseTimeIsOverWhenItMeetsAnotherWriter)
{
    run_elsewhere(kMember, Join{});
    ask(kOwner, Send{"a", {}});
    pause_ = Duration{1'000};
    patience_ = Duration{1'000};
    EXPECT_THAT(run(), ElementsAre("unavailable"));
    EXPECT_EQ(pauses_.size(), 1U);
    patience_.reset();
    EXPECT_THAT(run(kOwner, Send{"b", {}}), ElementsAre("3"));
}

TEST_F(ABatch, ThatMeetsAnotherWriterOverAndOverGivesUp)
{
    log_.is_always_taken = true;
    ask(kOwner, Send{"a", {}});
    ask(kOwner, Send{"b", {}});
    EXPECT_THAT(run(), ElementsAre("unavailable", "unavailable"));
    EXPECT_GT(pauses_.size(), 7U);
    EXPECT_LT(pauses_.size(), 50U);
    EXPECT_TRUE(std::ranges::is_sorted(pauses_));
    log_.is_always_taken = false;
    EXPECT_THAT(run(kOwner, Send{"c", {}}), ElementsAre("2"));
}

TEST_F(ABatch, LetsOneRoomFailAlone)
{
    log_.fails = kRoom;
    ask(kOwner, Send{"a", {}});
    ask(kOwner, kCreate, kOther);
    ask(kMember, Join{});
    EXPECT_THAT(run(), ElementsAre("error", "1", "error"));
    log_.fails = {};
    EXPECT_THAT(run(kOwner, Send{"b", {}}), ElementsAre("2")) << "nothing is remembered of what was not stored";
    EXPECT_THAT(run(kMember, Send{"b", {}}), ElementsAre("not_member"));
}

TEST_F(ABatch, TakesBackWhatWasNotStoredAlsoMembers)
{
    log_.before_append = [this] { run_elsewhere(kOwner, Send{"first", {}}); };
    ask(kMember, Join{});
    ask(kMember, Send{"a", {}});
    EXPECT_THAT(run(), ElementsAre("3", "4"));
    Room expected(kRoom);
    for (const auto& entry : log_.behind(kRoom, 0, 99))
        expected.apply(entry);
    EXPECT_EQ(log_.load(kRoom), expected);
    EXPECT_THAT(run(kMember, Join{}), ElementsAre("3 again"));
}

TEST_F(ABatch, OfARoomThatAnotherWriterMakesAtTheSameTimeIsDecidedOnThatOne)
{
    log_.before_append = [this] {
        const Request request{kOther, kMember, kCreate, id_of(900), {1'000}};
        other_.execute(request);
    };
    ask(kOwner, kCreate, kOther);
    ask(kOwner, Send{"a", {}}, kOther);
    EXPECT_THAT(run(), ElementsAre("conflict", "not_member"));
}

}  // namespace
}  // namespace wgw::chat
