#include "chat/engine.hpp"
#include "chat/test_log_store.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace wgw::chat {
namespace {

Id id_of(int number)
{
    Id id;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[11 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
}

const RoomId kRoom = id_of(1);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);
const Create kCreate{"tea", "00112233445566778899aabbccddeeff"};

/// An engine that commits after each command, as a caller sees it.
class AnEngine : public testing::Test {
protected:
    Result<Outcome> run(Engine& engine, UserId caller, Command command, RoomId room = kRoom)
    {
        auto result = engine.execute({room, caller, std::move(command), id_of(++last_id_), {1'000}});
        log_.commit();
        return result;
    }
    Result<Outcome> run(UserId caller, Command command) { return run(engine_, caller, std::move(command)); }

    MemoryLog log_;
    Engine engine_{log_, {}};
    int last_id_ = 1'000;
};

TEST_F(AnEngine, NumbersARoomFromOneWithoutHoles)
{
    EXPECT_EQ(run(kOwner, kCreate)->entry.seq, 1);
    EXPECT_EQ(run(kMember, Send{"no", {}}).error().code, Errc::not_member);
    EXPECT_EQ(run(kMember, Join{})->entry.seq, 2);
    EXPECT_EQ(run(kMember, Send{"a", {}})->entry.seq, 3);
    EXPECT_EQ(run(kOwner, Send{"b", {}})->entry.seq, 4);
}

TEST_F(AnEngine, AnswersARepeatedKeyWithTheFirstEntry)
{
    run(kOwner, kCreate);
    const auto first = run(kOwner, Send{"a", "key"});
    run(kOwner, Send{"b", {}});
    const auto again = run(kOwner, Send{"a", "key"});
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->entry, first->entry);
    EXPECT_EQ(run(kOwner, Send{"c", {}})->entry.seq, 4) << "the repetition took no seq";
}

TEST_F(AnEngine, RefusesAKeyThatWasUsedForOtherContent)
{
    run(kOwner, kCreate);
    run(kOwner, Send{"a", "key"});
    EXPECT_EQ(run(kOwner, Send{"b", "key"}).error().code, Errc::client_msg_id_reused);
    EXPECT_EQ(run(kOwner, Send{"a", "key"})->entry.seq, 2) << "the first one is untouched";
}

TEST_F(AnEngine, KeepsTheKeysOfUsersAndRoomsApart)
{
    run(kOwner, kCreate);
    run(kMember, Join{});
    run(engine_, kOwner, kCreate, id_of(2));
    EXPECT_FALSE(run(kOwner, Send{"a", "key"})->duplicate);
    EXPECT_FALSE(run(kMember, Send{"a", "key"})->duplicate);
    EXPECT_FALSE(run(engine_, kOwner, Send{"a", "key"}, id_of(2))->duplicate);
}

TEST_F(AnEngine, LetsAUserIntoSoManyRoomsAndNoMore)
{
    Limits limits;
    limits.rooms_per_user = 2;
    Engine engine(log_, limits);
    EXPECT_TRUE(run(engine, kOwner, kCreate, id_of(1)).has_value());
    EXPECT_TRUE(run(engine, kOwner, kCreate, id_of(2)).has_value());
    const auto made = run(engine, kOwner, kCreate, id_of(3));
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, Errc::forbidden);
    EXPECT_EQ(made.error().text(), "You are in as many chat rooms as one user may be in.");
    EXPECT_EQ(run(engine, kMember, kCreate, id_of(3))->entry.seq, 1) << "the refusal has made nothing";
    EXPECT_EQ(run(engine, kOwner, Join{}, id_of(3)).error().code, Errc::forbidden);
    EXPECT_EQ(run(engine, kOwner, Join{}, id_of(9)).error().code, Errc::not_found);
    EXPECT_TRUE(run(engine, kOwner, Join{}, id_of(2))->duplicate) << "it is in that one already";
    EXPECT_TRUE(run(engine, kOwner, Send{"a", {}}, id_of(2)).has_value());

    Engine after_a_restart(log_, limits);
    EXPECT_EQ(run(after_a_restart, kOwner, Join{}, id_of(3)).error().code, Errc::forbidden);
}

TEST_F(AnEngine, AnswersARoomThatIsMadeTwiceByOneRequestWithTheFirstOne)
{
    const Request request{kRoom, kOwner, kCreate, id_of(50), {1'000}};
    const auto first = engine_.execute(request);
    const auto again = engine_.execute(request);
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->entry, first->entry);
    EXPECT_EQ(run(kOwner, kCreate).error().code, Errc::conflict) << "another request for the same id";
}

TEST_F(AnEngine, DoesNotUseUpTheKeyOfARefusedSend)
{
    run(kOwner, kCreate);
    EXPECT_EQ(run(kMember, Send{"a", "key"}).error().code, Errc::not_member);
    run(kMember, Join{});
    EXPECT_FALSE(run(kMember, Send{"a", "key"})->duplicate);
}

TEST_F(AnEngine, AnswersASecondJoinWithTheFirstOne)
{
    run(kOwner, kCreate);
    const auto first = run(kMember, Join{});
    run(kMember, Send{"a", {}});
    const auto second = run(kMember, Join{});
    EXPECT_TRUE(second->duplicate);
    EXPECT_EQ(second->entry, first->entry);
    EXPECT_TRUE(run(kOwner, Join{})->duplicate) << "who made the room is in it";
}

TEST_F(AnEngine, DecidesAgainWhenAnotherWriterTookTheSeq)
{
    Engine other(log_, {});
    run(kOwner, kCreate);
    EXPECT_EQ(run(other, kMember, Join{})->entry.seq, 2);
    EXPECT_EQ(run(kOwner, Send{"a", {}})->entry.seq, 3) << "this engine still thought that the head was 1";
    EXPECT_EQ(run(other, kMember, Send{"b", {}})->entry.seq, 4);
    EXPECT_EQ(run(kMember, Send{"c", {}})->entry.seq, 5);
}

TEST_F(AnEngine, RefusesNobodyWhoBecameAMemberThroughAnotherWriter)
{
    Engine other(log_, {});
    run(kOwner, kCreate);
    run(other, kMember, Join{});
    EXPECT_EQ(run(kMember, Send{"a", {}})->entry.seq, 3) << "this engine still thought that the head was 1";
}

TEST_F(AnEngine, FindsAKeyThatAnotherWriterStored)
{
    Engine other(log_, {});
    run(kOwner, kCreate);
    const auto first = run(other, kOwner, Send{"a", "key"});
    const auto again = run(kOwner, Send{"a", "key"});
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(again->entry, first->entry);
}

TEST_F(AnEngine, ForgetsWhatARollbackTookBack)
{
    run(kOwner, kCreate);
    engine_
        .execute({
            kRoom, kOwner, Send{"lost", "key"},
              id_of(50), {1'000}
    })
        .value();
    engine_.execute({id_of(2), kOwner, kCreate, id_of(51), {1'000}}).value();
    log_.rollback();
    engine_.forget_all();
    const auto sent = run(kOwner, Send{"other", "key"});
    EXPECT_EQ(sent->entry.seq, 2);
    EXPECT_FALSE(sent->duplicate);
    EXPECT_EQ(run(engine_, kOwner, Send{"a", {}}, id_of(2)).error().code, Errc::not_found);
}

TEST_F(AnEngine, GivesTheSameAnswersWhenItForgotEverything)
{
    run(kOwner, kCreate);
    run(kMember, Join{});
    run(kMember, Send{"a", "key"});
    Engine fresh(log_, {});
    EXPECT_TRUE(run(fresh, kMember, Send{"a", "key"})->duplicate);
    EXPECT_TRUE(run(fresh, kMember, Join{})->duplicate);
    EXPECT_EQ(run(fresh, kMember, Send{"b", {}})->entry.seq, 4);
}

/// A log that fails once when it is told to.
class FailingLog final : public LogStore {
public:
    std::optional<Room> load(RoomId room) override { return log.load(room); }
    Seq head(RoomId room) override { return log.head(room); }
    std::optional<Entry> find(RoomId room, Seq seq) override { return log.find(room, seq); }
    std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) override
    {
        return log.behind(room, after, most);
    }
    std::size_t rooms_of(UserId user, std::size_t most) override { return log.rooms_of(user, most); }
    Appended append(std::span<const Entry> entries) override
    {
        if (std::exchange(fails, false))
            throw std::runtime_error("disk");
        if (taken > 0) {
            --taken;
            return {};
        }
        return log.append(entries);
    }
    void forget() noexcept override { ++forgotten; }

    MemoryLog log;
    bool fails = false;
    int taken = 0;
    int forgotten = 0;
};

TEST(AnEngineOnAFailingLog, RemembersNothingAcrossAnError)
{
    FailingLog log;
    Engine engine(log, {});
    engine.execute({kRoom, kOwner, kCreate, id_of(50), {1'000}}).value();
    log.log.commit();
    engine
        .execute({
            kRoom, kOwner, Send{"lost", {}},
              id_of(51), {1'000}
    })
        .value();
    log.fails = true;
    EXPECT_THROW(
        engine.execute({
            kRoom, kOwner, Send{"a", {}},
              id_of(52), {1'000}
    }),
        std::runtime_error
    );
    EXPECT_EQ(log.forgotten, 1);
    log.log.rollback();
    EXPECT_EQ(
        engine
            .execute({
                kRoom, kOwner, Send{"b", {}},
                  id_of(53), {1'000}
    })
            ->entry.seq,
        2
    );
}

TEST(AnEngineOnAFailingLog, GivesUpWhenTheSeqIsAlwaysTaken)
{
    FailingLog log;
    Engine engine(log, {});
    engine.execute({kRoom, kOwner, kCreate, id_of(50), {1'000}}).value();
    log.taken = 1'000;
    EXPECT_EQ(
        engine
            .execute({
                kRoom, kOwner, Send{"a", {}},
                  id_of(51), {1'000}
    })
            .error()
            .code,
        Errc::unavailable
    );
    EXPECT_GT(log.taken, 900) << "after a few tries";
}

}  // namespace
}  // namespace wgw::chat
