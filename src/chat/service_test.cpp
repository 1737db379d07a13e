#include "base/test_loop.hpp"
#include "chat/history.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/service.hpp"
#include "chat/test_service_contract.hpp"
#include "store/failing_disk.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace wgw::chat {
namespace {

using testing::ElementsAre;

/// In the order of the graph. Its file outlives it.
class Process final : public ChatProcess {
public:
    Process(const std::string& path, std::size_t capacity)
        : db_(path, store::Sqlite::Mode::write), migrated_(store::migrate(db_, "chat", kLogMigrations, Timestamp{})),
          log_(make_sqlite_log(db_)), engine_(*log_, {}), writer_(db_, loop_, clock_, options(capacity)),
          readers_(path, loop_, clock_), random_(static_cast<std::uint64_t>(++made_)),
          chat_(engine_, writer_, readers_, clock_, random_)
    {
    }
    ~Process() override
    {
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    ChatApi& chat() override { return chat_; }
    TestLoop& loop() override { return loop_; }
    std::size_t under_way() const override { return writer_.under_way(); }
    void flush() override
    {
        writer_.flush();
        readers_.flush();
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
    Service chat_;
};

/// A file, on a disk that can fail.
struct File final : ChatStore {
    std::unique_ptr<ChatProcess> start(std::size_t capacity) override
    {
        return std::make_unique<Process>(path, capacity);
    }

    store::FailingDisk disk;
    store::TemporaryFolder folder;
    std::string path = folder.path() + "/test.db";
};

const ChatKind kChats[] = {
    {"sqlite", []() -> std::unique_ptr<ChatStore> { return std::make_unique<File>(); }},
};

INSTANTIATE_TEST_SUITE_P(Every, AChat, testing::ValuesIn(kChats), name_of_chat);
INSTANTIATE_TEST_SUITE_P(Every, APageOfChat, testing::ValuesIn(kChats), name_of_chat);

/// What is true with SQLite only.
class AService : public AChat {
protected:
    Process& process() { return static_cast<Process&>(*process_); }
    File& file() { return static_cast<File&>(*store_); }
    store::FailingDisk& disk() { return file().disk; }
    const std::string& path() { return file().path; }
};

INSTANTIATE_TEST_SUITE_P(Only, AService, testing::ValuesIn(kChats), name_of_chat);

TEST_P(AService, TellsNobodyBeforeItIsStored)
{
    store::Sqlite other(path(), store::Sqlite::Mode::read);
    std::size_t stored_when_told = 0;
    std::size_t stored_when_answered = 0;
    const auto stored = [&] { return read_messages(other, room_, kOwner, {})->items.size(); };
    process_->chat().set_listener([&](const Entry&) { stored_when_told = stored(); });
    process_->chat().submit(room_, as(kOwner), Send{"a", {}}, [&](const Result<Outcome>&) {
        stored_when_answered = stored();
    });
    EXPECT_EQ(stored(), 0U);
    settle();
    EXPECT_EQ(stored_when_told, 1U);
    EXPECT_EQ(stored_when_answered, 1U);
}

TEST_P(AService, AnswersUnavailableForABatchThatWasRolledBack)
{
    send(kOwner, "a", "key");
    send(kStranger, "b");
    process().submit_what_breaks_the_store();
    send(kOwner, "c");
    EXPECT_THAT(settle(), ElementsAre("unavailable", "unavailable", "unavailable"));
    EXPECT_THAT(contents(), testing::IsEmpty());
    send(kOwner, "other", "key");
    EXPECT_THAT(settle(), ElementsAre("told 3", "3")) << "no hole, and the key was not used up";
}

TEST_P(AService, LetsOneBadCommandFailAlone)
{
    const auto damaged = process_->await(process_->chat().create_room(kOwner, "coffee"))->_id;
    process().damage(damaged);
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

TEST_P(AService, AnswersUnavailableWhenTheDiskHangsAndTellsTheRoomWhatWasStored)
{
    disk().hang();
    send(kOwner, "a", "a's key");
    send(kMember, "b");
    process_->flush();
    disk().await_hanging();
    send(kOwner, "c", "c's key");
    process_->flush();
    EXPECT_THAT(told_, testing::IsEmpty());
    process().run_out_of_time();
    EXPECT_THAT(std::exchange(told_, {}), ElementsAre("unavailable", "unavailable", "unavailable"));

    disk().go_on();
    EXPECT_THAT(settle(), ElementsAre("told 3", "told 4")) << "and nobody is answered twice";
    EXPECT_THAT(contents(), ElementsAre("a", "b")) << "c had been answered before the store took it up";
    send(kOwner, "a", "a's key");
    send(kOwner, "c", "c's key");
    EXPECT_THAT(settle(), ElementsAre("3 again", "told 5", "5"));
}

}  // namespace
}  // namespace wgw::chat
