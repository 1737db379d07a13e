#include "store/failing_disk.hpp"
#include "store/test_store.hpp"
#include "store/writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

namespace wgw::store {
namespace {

using namespace std::chrono_literals;

/// What became of a job.
enum class End { none, stored, full, locked, uncertain, late, error };

/// Inserts a number, like a feature's own job.
struct Insert final : Job {
    Insert(Sqlite& db, int number, End& end) : db(db), number(number), end(end) {}
    void run() override
    {
        db.prepared("INSERT INTO t(a) VALUES(?)").run(number);
        if (number < 0)
            throw std::logic_error("ours");
    }
    void expire() override { end = End::late; }
    void finish(std::exception_ptr error) override
    {
        if (end == End::late)
            return;
        end = End::stored;
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (const Full&) {
            end = End::full;
        } catch (const Locked&) {
            end = End::locked;
        } catch (const Uncertain&) {
            end = End::uncertain;
        } catch (const std::exception&) {
            end = End::error;
        }
    }

    Sqlite& db;
    int number;
    End& end;
};

class TheWriter : public testing::Test {
protected:
    static void prepare(Sqlite& db) { db.exec("CREATE TABLE t(a UNIQUE)"); }

    static WriterOptions options(TheWriter& test)
    {
        return {
            .on_rollback = [&test] { ++test.rollbacks_; },
            .on_broken = [&test] { ++test.broken_; },
            .quiet_checkpoint_pages = 20,
            .forced_checkpoint_pages = 40,
            .space = [&test] { return DiskSpace{test.free_, 1'000'000'000'000}; },
        };
    }

    /// Submits these in one turn, and waits for their end.
    std::vector<End> insert(std::vector<int> numbers)
    {
        std::vector<End> ends(numbers.size(), End::none);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            submit(numbers[i], ends[i]);
        store_.flush();
        while (std::ranges::find(ends, End::none) != ends.end())
            store_.loop.run_one();
        return ends;
    }

    void submit(int number, End& end)
    {
        std::unique_ptr<Job> job = std::make_unique<Insert>(store_.db, number, end);
        EXPECT_TRUE(store_.writer.submit(job));
    }

    std::string stored()
    {
        return store_.await(store_.readers.read([](Sqlite& db) {
            auto rows = db.prepared("SELECT group_concat(a, ' ') FROM (SELECT a FROM t ORDER BY a)").query();
            return rows.step() ? std::string(rows.text(0)) : std::string();
        }));
    }

    FailingDisk disk_;
    std::atomic<int> rollbacks_ = 0;
    std::atomic<int> broken_ = 0;
    std::atomic<std::uint64_t> free_ = 1'000'000'000;
    TestStore store_{&TheWriter::prepare, options(*this)};
};

TEST_F(TheWriter, CommitsWhatWasSubmittedInATurnWithOneSync)
{
    insert({1});  // the first sync of a new log is one more, of its header
    const int before = disk_.syncs;
    EXPECT_EQ(insert({2, 3, 4}), std::vector(3, End::stored));
    EXPECT_EQ(disk_.syncs - before, 1);
    EXPECT_EQ(stored(), "1 2 3 4");
}

TEST_F(TheWriter, LetsOneBadJobFailAlone)
{
    EXPECT_EQ(insert({1, -2, 3}), (std::vector{End::stored, End::error, End::stored}));
    EXPECT_EQ(stored(), "1 3") << "in the order of submission, and nothing twice";
    EXPECT_EQ(rollbacks_, 2) << "of the batch, then of the job alone";
    EXPECT_EQ(insert({-4}), std::vector(1, End::error));
    EXPECT_EQ(stored(), "1 3");
}

TEST_F(TheWriter, StillCommitsABatchWithABadJobWithOneSync)
{
    insert({1});
    const int before = disk_.syncs;
    EXPECT_EQ(insert({2, -3, 4}), (std::vector{End::stored, End::error, End::stored}));
    EXPECT_EQ(disk_.syncs - before, 1);
}

TEST_F(TheWriter, DoesNotBelieveASyncThatFailedBehindABadJob)
{
    insert({1});
    disk_.failing_syncs = 1;
    EXPECT_EQ(insert({2, -3, 4}), std::vector(3, End::uncertain));
    EXPECT_EQ(stored(), "1");
}

TEST_F(TheWriter, LetsOneBadCallFailAlone)
{
    const auto broken = [](Sqlite& db) -> int {
        db.prepared("INSERT INTO t(a) VALUES(?)").run(5);
        throw std::logic_error("ours");
    };
    End end = End::none;
    submit(1, end);
    EXPECT_THROW(store_.await(store_.writer.write(broken)), std::logic_error);
    EXPECT_EQ(end, End::stored);
    EXPECT_EQ(stored(), "1");
}

TEST_F(TheWriter, GivesUpWhoeverWaitsForADiskThatHangs)
{
    insert({1});
    std::array<End, 3> ends{};
    disk_.hang();
    submit(2, ends[0]);
    store_.flush();
    disk_.await_hanging();
    submit(3, ends[1]);
    store_.flush();
    EXPECT_EQ(store_.writer.next_deadline(), store_.clock.monotonic() + kPatience);
    store_.clock.advance(kPatience);
    store_.writer.expire(store_.clock.monotonic());
    EXPECT_EQ(ends, (std::array{End::late, End::late, End::none}));
    EXPECT_TRUE(store_.writer.is_late());

    submit(4, ends[2]);
    store_.flush();
    disk_.go_on();
    while (store_.writer.under_way() > 0)
        store_.loop.run_one();
    EXPECT_EQ(ends, (std::array{End::late, End::late, End::stored}));
    EXPECT_FALSE(store_.writer.is_late());
    EXPECT_EQ(stored(), "1 2 4") << "2 was under way when it was given up; 3 had not begun";
}

TEST_F(TheWriter, GivesUpACallWhoseCommitHangs)
{
    insert({1});
    disk_.hang();
    bool late = false;
    TaskScope scope([&late](std::exception_ptr error) {
        EXPECT_THROW(std::rethrow_exception(error), TooLate);
        late = true;
    });
    scope.spawn(store_.writer.write([](Sqlite& db) { db.prepared("INSERT INTO t(a) VALUES(2)").run(); }));
    store_.flush();
    disk_.await_hanging();
    store_.clock.advance(kPatience);
    store_.writer.expire(store_.clock.monotonic());
    EXPECT_TRUE(late);
    EXPECT_EQ(scope.running(), 0U);
    disk_.go_on();
    store_.loop.run_one();
    EXPECT_EQ(stored(), "1 2");
}

TEST_F(TheWriter, AnswersWhileAnotherProgramHoldsTheDatabaseAndGoesOnBehindIt)
{
    insert({1});
    Sqlite other(store_.db.path(), Sqlite::Mode::write);
    other.begin();
    EXPECT_EQ(insert({2, 3}), std::vector(2, End::locked));
    other.rollback();
    EXPECT_EQ(insert({4}), std::vector(1, End::stored));
    EXPECT_EQ(stored(), "1 4");
    EXPECT_EQ(broken_, 0) << "nothing is wrong with the disk";
}

TEST_F(TheWriter, GoesOnBesideAReaderThatNeverEnds)
{
    insert({0});
    Sqlite other(store_.db.path(), Sqlite::Mode::read);
    other.begin();
    auto rows = other.prepared("SELECT a FROM t").query();
    ASSERT_TRUE(rows.step());
    const auto start = std::chrono::steady_clock::now();
    for (int i = 1; i <= 120; ++i)
        ASSERT_EQ(insert({i}), std::vector(1, End::stored));
    // With a wait of a quarter of a second before every batch it would be twice that.
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(TheWriter, BringsBackWhatACallReturns)
{
    const auto add = [](Sqlite& db) { return db.prepared("INSERT INTO t(a) VALUES(?)").run(5); };
    EXPECT_TRUE(store_.await(store_.writer.write(add)));
    EXPECT_FALSE(store_.await(store_.writer.write(add)));
    const auto nothing = [](Sqlite&) {};
    store_.await(store_.writer.write(nothing));
    const auto wrong = [](Sqlite& db) { db.exec("INSERT INTO nowhere VALUES(1)"); };
    EXPECT_THROW(store_.await(store_.writer.write(wrong)), Error);
    EXPECT_EQ(stored(), "5");
}

TEST_F(TheWriter, DoesNotBelieveASyncThatFailed)
{
    insert({1});
    disk_.failing_syncs = 1;
    EXPECT_EQ(insert({2, 3}), std::vector(2, End::uncertain));
    EXPECT_EQ(rollbacks_, 1);
    EXPECT_EQ(stored(), "1");
    EXPECT_EQ(insert({3, 4}), std::vector(2, End::stored));
    EXPECT_EQ(stored(), "1 3 4");
    EXPECT_FALSE(store_.writer.is_broken());
}

TEST_F(TheWriter, OpensTheStoreWithTheNextBatchWhenItCannotBeOpenedAtOnce)
{
    insert({1});
    disk_.failing_syncs = 1;
    disk_.failing_opens = 1;
    EXPECT_EQ(insert({2}), std::vector(1, End::uncertain));
    EXPECT_EQ(insert({3}), std::vector(1, End::stored));
    EXPECT_EQ(stored(), "1 3");
}

TEST_F(TheWriter, GivesUpAfterThreeFailuresWithinAMinute)
{
    for (int i = 1; i <= 3; ++i) {
        disk_.failing_syncs = 1;
        EXPECT_EQ(insert({i}), std::vector(1, End::uncertain));
        store_.clock.advance(20s);
    }
    store_.loop.run_ready();
    EXPECT_EQ(broken_, 1);
    EXPECT_TRUE(store_.writer.is_broken());
    EXPECT_EQ(insert({4}), std::vector(1, End::error));
    EXPECT_EQ(stored(), "");
    EXPECT_EQ(broken_, 1);
}

TEST_F(TheWriter, GoesOnWhenFailuresAreRare)
{
    for (int i = 1; i <= 5; ++i) {
        disk_.failing_syncs = 1;
        EXPECT_EQ(insert({i}), std::vector(1, End::uncertain));
        store_.clock.advance(31s);
    }
    EXPECT_EQ(insert({6}), std::vector(1, End::stored));
    EXPECT_EQ(broken_, 0);
}

TEST_F(TheWriter, StoresNothingWhileTheDiskIsNearlyFullAndGoesOnByItself)
{
    free_ = 1'000;
    EXPECT_EQ(insert({1}), std::vector(1, End::full));
    EXPECT_TRUE(store_.writer.is_full());
    EXPECT_EQ(stored(), "");
    free_ = 1'000'000'000;
    EXPECT_EQ(insert({2}), std::vector(1, End::full));
    store_.clock.advance(1s);
    EXPECT_EQ(insert({3}), std::vector(1, End::stored));
    EXPECT_FALSE(store_.writer.is_full());
    EXPECT_EQ(stored(), "3");
}

TEST_F(TheWriter, SeesThatThereIsRoomAgainAlthoughNobodyWrites)
{
    free_ = 1'000;
    EXPECT_EQ(insert({1}), std::vector(1, End::full));
    free_ = 1'000'000'000;
    store_.clock.advance(1s);
    store_.writer.look_again();
    store_.writer.flush();
    store_.loop.run_one();
    EXPECT_FALSE(store_.writer.is_full());
}

TEST_F(TheWriter, TakesADiskThatIsFullEarlierThanItSaysForFull)
{
    disk_.failing_writes = 1;
    EXPECT_EQ(insert({1}), std::vector(1, End::full));
    EXPECT_EQ(rollbacks_, 1);
    EXPECT_TRUE(store_.writer.is_full());
    EXPECT_EQ(insert({2}), std::vector(1, End::full));
    store_.clock.advance(1s);
    EXPECT_EQ(insert({3}), std::vector(1, End::stored));
    EXPECT_EQ(stored(), "3");
    EXPECT_EQ(broken_, 0);
}

TEST_F(TheWriter, KeepsTheLogShort)
{
    int longest = 0;
    for (int i = 0; i < 200; ++i) {
        insert({i});
        longest = std::max(longest, store_.await(store_.writer.write([](Sqlite& db) { return db.wal_pages(); })));
    }
    EXPECT_GT(longest, 10);
    EXPECT_LE(longest, 45);
}

TEST_F(TheWriter, KeepsTheLogShortAlsoWhenItNeverHasNothingToDo)
{
    // As if it never had: no checkpoint comes from being idle.
    TestStore busy(&TheWriter::prepare, {.quiet_checkpoint_pages = 1'000'000, .forced_checkpoint_pages = 40});
    int longest = 0;
    for (int i = 0; i < 200; ++i)
        longest = std::max(longest, busy.await(busy.writer.write([i](Sqlite& db) {
            db.prepared("INSERT INTO t(a) VALUES(?)").run(i);
            return db.wal_pages();
        })));
    EXPECT_GT(longest, 30);
    EXPECT_LE(longest, 45);
}

TEST_F(TheWriter, KeepsTheLogShortWhileThereIsNothingToDo)
{
    TestStore quiet(&TheWriter::prepare, {.quiet_checkpoint_pages = 20, .forced_checkpoint_pages = 1'000'000});
    int pages = 0;
    bool started_anew = false;
    for (int i = 0; i < 10'000 && !started_anew; ++i) {
        const int before = pages;
        pages = quiet.await(quiet.writer.write([i](Sqlite& db) {
            db.prepared("INSERT INTO t(a) VALUES(?)").run(i);
            return db.wal_pages();
        }));
        started_anew = pages < before;
    }
    EXPECT_TRUE(started_anew);
}

TEST_F(TheWriter, RefusesWhatIsOverItsCapacity)
{
    Sqlite db("", Sqlite::Mode::memory);
    Writer writer(db, store_.loop, store_.clock, {.capacity = 0});
    EXPECT_THROW(store_.await(writer.write([](Sqlite&) {})), Full);
}

TEST_F(TheWriter, CommitsWhatWasSubmittedBeforeItStops)
{
    End end = End::none;
    std::unique_ptr<Job> job = std::make_unique<Insert>(store_.db, 1, end);
    ASSERT_TRUE(store_.writer.submit(job));
    store_.writer.stop();
    store_.loop.run_ready();
    EXPECT_EQ(end, End::stored);
    EXPECT_EQ(stored(), "1");
}

}  // namespace
}  // namespace wgw::store
