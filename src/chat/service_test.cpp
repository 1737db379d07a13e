#include "base/test_loop.hpp"
#include "chat/history.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/service.hpp"
#include "store/failing_disk.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

using testing::ElementsAre;

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);
const UserId kStranger = id_of(13);

Caller as(UserId user)
{
    Caller caller;
    caller.user_id = user;
    return caller;
}

/// What one process has of chat, in the order of the graph. Its file outlives it.
class Process {
public:
    explicit Process(const std::string& path, std::size_t capacity = 4'096)
        : db_(path, store::Sqlite::Mode::write), migrated_(store::migrate(db_, "chat", kLogMigrations, Timestamp{})),
          log_(make_sqlite_log(db_)), engine_(*log_, {}), writer_(db_, loop_, clock_, options(capacity)),
          readers_(path, loop_, clock_), random_(static_cast<std::uint64_t>(++made_)),
          chat(engine_, writer_, readers_, clock_, random_)
    {
    }
    ~Process()
    {
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    template <class T>
    T await(Task<T> task)
    {
        return loop_.await(std::move(task), [this] { flush(); });
    }

    /// Hands over what was submitted, as the end of a turn does, and waits for all of it.
    void settle()
    {
        flush();
        while (writer_.under_way() > 0)
            loop_.run_one();
    }

    /// A batch that holds it is rolled back.
    void submit_what_breaks_the_store()
    {
        struct Breaks final : Job {
            void run() override { throw store::Error(10, "planted"); }
            void finish(std::exception_ptr) override {}
        };
        std::unique_ptr<Job> job = std::make_unique<Breaks>();
        writer_.submit(job);
    }

    /// Hands over what was submitted.
    void flush()
    {
        writer_.flush();
        readers_.flush();
    }

    /// Lets the time pass in which an answer has to come.
    void run_out_of_time()
    {
        clock_.advance(store::kPatience);
        writer_.expire(clock_.monotonic());
        readers_.expire(clock_.monotonic());
    }

    /// A room without its entries cannot be loaded.
    void damage(RoomId room)
    {
        await(writer_.write([room](store::Sqlite& db) {
            db.prepared("DELETE FROM chat_entry WHERE room = (SELECT number FROM chat_room WHERE _id = ?)")
                .run(store::Blob{room.raw()});
        }));
    }

private:
    store::WriterOptions options(std::size_t capacity)
    {
        store::WriterOptions options;
        options.capacity = capacity;
        options.on_rollback = [this] { engine_.forget_all(); };
        return options;
    }
    static inline int made_ = 0;

    TestLoop loop_;
    ManualClock clock_;
    store::Sqlite db_;
    int migrated_;
    std::unique_ptr<LogStore> log_;
    Engine engine_;
    store::Writer writer_;
    store::Readers readers_;
    SeededRandom random_;

public:
    Service chat;
};

/// A process with a room of kOwner and kMember.
class AService : public testing::Test {
protected:
    AService()
    {
        room_ = process_->await(process_->chat.create_room(kOwner, "tea"))->_id;
        EXPECT_TRUE(process_->await(process_->chat.join(room_, kMember)).has_value());
        listen();
    }

    void restart()
    {
        process_.reset();
        process_ = std::make_unique<Process>(path_);
        listen();
    }
    void listen()
    {
        process_->chat.set_listener([this](const Entry& entry) { told_.push_back("told " + std::to_string(entry.seq)); }
        );
    }

    /// Submits; the answer comes with settle(), as "<seq>", "<seq> again" or the name of a code.
    void send(UserId caller, std::string content, std::optional<std::string> key = {})
    {
        send_to(room_, caller, std::move(content), std::move(key));
    }
    void send_to(RoomId room, UserId caller, std::string content, std::optional<std::string> key = {})
    {
        process_->chat.submit(
            room, as(caller), Send{std::move(content), std::move(key)},
            [this](Result<Outcome> outcome) { told_.push_back(in_words(outcome)); }
        );
    }
    std::vector<std::string> settle()
    {
        process_->settle();
        return std::exchange(told_, {});
    }
    static std::string in_words(const Result<Outcome>& outcome)
    {
        if (!outcome)
            return std::string(row(outcome.error().code).name);
        return std::to_string(outcome->entry.seq) + (outcome->duplicate ? " again" : "");
    }
    std::vector<std::string> contents()
    {
        std::vector<std::string> found;
        for (const auto& message : process_->await(process_->chat.messages(room_, kOwner, {}))->items)
            found.push_back(message.content);
        return found;
    }

    store::FailingDisk disk_;
    store::TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/test.db";
    std::unique_ptr<Process> process_ = std::make_unique<Process>(path_);
    RoomId room_;
    std::vector<std::string> told_;
};

TEST_F(AService, TellsTheListenerFirstAndInTheOrderOfTheLog)
{
    send(kOwner, "a");
    send(kMember, "b");
    send(kStranger, "no");
    send(kOwner, "c");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3", "told 4", "4", "not_member", "told 5", "5"));
    EXPECT_THAT(contents(), ElementsAre("a", "b", "c"));
}

TEST_F(AService, TellsNobodyBeforeItIsStored)
{
    store::Sqlite other(path_, store::Sqlite::Mode::read);
    std::size_t stored_when_told = 0;
    std::size_t stored_when_answered = 0;
    const auto stored = [&] { return read_messages(other, room_, kOwner, {})->items.size(); };
    process_->chat.set_listener([&](const Entry&) { stored_when_told = stored(); });
    process_->chat.submit(room_, as(kOwner), Send{"a", {}}, [&](const Result<Outcome>&) {
        stored_when_answered = stored();
    });
    EXPECT_EQ(stored(), 0U);
    settle();
    EXPECT_EQ(stored_when_told, 1U);
    EXPECT_EQ(stored_when_answered, 1U);
}

TEST_F(AService, AnnouncesARepeatedSendOnce)
{
    send(kOwner, "a", "key");
    send(kOwner, "a", "key");
    send(kOwner, "b", "key");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3", "3 again", "client_msg_id_reused"));
    send(kOwner, "a", "key");
    EXPECT_THAT(settle(), ElementsAre("3 again"));
}

TEST_F(AService, StoresOneOfTwoSendsWithOneKeyAThousandTimes)
{
    int stored = 0;
    int repeated = 0;
    for (int i = 0; i < 1'000; ++i) {
        for (int twice = 0; twice < 2; ++twice)
            process_->chat.submit(
                room_, as(kOwner), Send{"a", "key" + std::to_string(i)},
                [&](Result<Outcome> outcome) { ++(outcome.value().duplicate ? repeated : stored); }
            );
        if (i % 2 == 0)
            process_->settle();
    }
    process_->settle();
    EXPECT_EQ(stored, 1'000);
    EXPECT_EQ(repeated, 1'000);
    EXPECT_EQ(process_->await(process_->chat.room(room_))->seq, 2 + 1'000);
}

TEST_F(AService, MakesOneMembershipOfAHundredJoins)
{
    std::vector<std::string> answers;
    for (int i = 0; i < 100; ++i)
        process_->chat.submit(room_, as(kStranger), Join{}, [&](const Result<Outcome>& outcome) {
            answers.push_back(in_words(outcome));
        });
    EXPECT_THAT(settle(), ElementsAre("told 3"));
    ASSERT_EQ(answers.size(), 100U);
    EXPECT_EQ(answers.front(), "3");
    EXPECT_EQ(std::ranges::count(answers, "3 again"), 99);
    EXPECT_EQ(process_->await(process_->chat.members(room_, kOwner, {}))->items.size(), 3U);
}

TEST_F(AService, GoesOnAfterARestartWhereItWas)
{
    send(kOwner, "a", "key");
    settle();
    restart();
    send(kOwner, "a", "key");
    send(kOwner, "b", "key");
    send(kMember, "c");
    send(kStranger, "no");
    EXPECT_THAT(settle(), ElementsAre("3 again", "client_msg_id_reused", "told 4", "4", "not_member"));
    EXPECT_EQ(process_->await(process_->chat.room(room_))->seq, 4);
    EXPECT_EQ(process_->await(process_->chat.join(room_, kMember))->seq, 2);
}

TEST_F(AService, AnswersUnavailableForABatchThatWasRolledBack)
{
    send(kOwner, "a", "key");
    send(kStranger, "b");
    process_->submit_what_breaks_the_store();
    send(kOwner, "c");
    EXPECT_THAT(settle(), ElementsAre("unavailable", "unavailable", "unavailable"));
    EXPECT_THAT(contents(), testing::IsEmpty());
    send(kOwner, "other", "key");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3")) << "no hole, and the key was not used up";
}

TEST_F(AService, LetsOneBadCommandFailAlone)
{
    const auto damaged = process_->await(process_->chat.create_room(kOwner, "coffee"))->_id;
    process_->damage(damaged);
    restart();  // what is in memory is not damaged
    told_.clear();
    send(kOwner, "a", "key");
    send_to(damaged, kOwner, "no");
    send(kMember, "b");
    send(kOwner, "a", "key");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3", "internal", "told 4", "4", "3 again"));
    EXPECT_THAT(contents(), ElementsAre("a", "b"));
    send(kOwner, "c");
    EXPECT_THAT(settle(), ElementsAre("told 5", "5"));
}

TEST_F(AService, AnswersUnavailableWhenTheDiskHangsAndTellsTheRoomWhatWasStored)
{
    disk_.hang();
    send(kOwner, "a", "a's key");
    send(kMember, "b");
    process_->flush();
    disk_.await_hanging();
    send(kOwner, "c", "c's key");
    process_->flush();
    EXPECT_THAT(told_, testing::IsEmpty());
    process_->run_out_of_time();
    EXPECT_THAT(std::exchange(told_, {}), ElementsAre("unavailable", "unavailable", "unavailable"));

    disk_.go_on();
    EXPECT_THAT(settle(), ElementsAre("told 3", "told 4")) << "and nobody is answered twice";
    EXPECT_THAT(contents(), ElementsAre("a", "b")) << "c had been answered before the store took it up";
    send(kOwner, "a", "a's key");
    send(kOwner, "c", "c's key");
    EXPECT_THAT(settle(), ElementsAre("3 again", "told 5", "5"));
}

TEST_F(AService, AnswersUnavailableAtOnceWhenTooMuchIsUnderWay)
{
    process_.reset();
    process_ = std::make_unique<Process>(path_, 2);
    send(kOwner, "a");
    send(kOwner, "b");
    EXPECT_THAT(told_, testing::IsEmpty());
    send(kOwner, "c");
    EXPECT_THAT(told_, ElementsAre("unavailable"));
    EXPECT_THAT(settle(), ElementsAre("unavailable", "3", "4"));
    send(kOwner, "d");
    EXPECT_THAT(settle(), ElementsAre("5"));
}

TEST_F(AService, AnswersWhatIsUnderWayWhenItStops)
{
    send(kOwner, "a");
    process_.reset();
    EXPECT_THAT(told_, ElementsAre("told 3", "3"));
}

TEST_F(AService, MakesRoomsWithAnEpochOfTheirOwn)
{
    auto& chat = process_->chat;
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

TEST_F(AService, KnowsNoRoomThatNobodyMade)
{
    auto& chat = process_->chat;
    EXPECT_EQ(
        process_->await(chat.join(id_of(99), kOwner)).error().text(), "Chat room is not found! Please create one first."
    );
    EXPECT_EQ(process_->await(chat.members(id_of(99), kOwner, {})).error().code, Errc::not_found);
    EXPECT_EQ(process_->await(chat.messages(id_of(99), kOwner, {})).error().code, Errc::not_found);
    EXPECT_EQ(process_->await(chat.messages(room_, kStranger, {})).error().code, Errc::not_member);
    EXPECT_FALSE(process_->await(chat.room(id_of(99))).has_value());
}

}  // namespace
}  // namespace wgw::chat
