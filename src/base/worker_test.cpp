#include "base/test_loop.hpp"
#include "base/worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace wgw {
namespace {

struct Note final : Job {
    Note(int number, std::vector<int>& done, bool broken = false) : number(number), done(done), broken(broken) {}
    void run() override
    {
        if (broken)
            throw std::runtime_error("broken");
    }
    void finish(std::exception_ptr error) override { done.push_back(error ? -number : number); }

    int number;
    std::vector<int>& done;
    bool broken;
};

std::unique_ptr<Job> note(int number, std::vector<int>& done, bool broken = false)
{
    return std::make_unique<Note>(number, done, broken);
}

TEST(AWorker, FinishesJobsInOrderAndOneBatchAtATime)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test"}, loop);
    for (int number : {1, 2, 3}) {
        auto job = note(number, done);
        ASSERT_TRUE(worker.submit(job));
    }
    EXPECT_EQ(worker.under_way(), 3U);
    worker.flush();
    loop.run_one();
    EXPECT_EQ(done, (std::vector{1, 2, 3}));
    EXPECT_EQ(worker.under_way(), 0U);
    EXPECT_EQ(loop.waiting(), 0U);
}

TEST(AWorker, RefusesWhatIsOverItsCapacity)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test", .capacity = 1}, loop);
    auto first = note(1, done);
    auto second = note(2, done);
    EXPECT_TRUE(worker.submit(first));
    EXPECT_FALSE(worker.submit(second));
    EXPECT_NE(second, nullptr);
    worker.flush();
    loop.run_one();
    EXPECT_TRUE(worker.submit(second));
    worker.stop();
    loop.run_one();
    EXPECT_EQ(done, (std::vector{1, 2}));
}

TEST(AWorker, TellsNobodyElseWhatAJobThrows)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test"}, loop);
    auto first = note(1, done, true);
    auto second = note(2, done);
    ASSERT_TRUE(worker.submit(first));
    ASSERT_TRUE(worker.submit(second));
    worker.flush();
    loop.run_one();
    EXPECT_EQ(done, (std::vector{-1, 2}));
}

TEST(AWorker, TellsTheWholeBatchWhatIsThrownAroundIt)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test", .around = [](Batch& batch) { batch.for_each([](Job& job) { job.run(); }); }}, loop);
    auto first = note(1, done);
    auto second = note(2, done, true);
    ASSERT_TRUE(worker.submit(first));
    ASSERT_TRUE(worker.submit(second));
    worker.flush();
    loop.run_one();
    EXPECT_EQ(done, (std::vector{-1, -2}));
}

TEST(AWorker, RunsWhatWasSubmittedBeforeItStops)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test"}, loop);
    auto job = note(1, done);
    ASSERT_TRUE(worker.submit(job));
    worker.stop();
    loop.run_one();
    EXPECT_EQ(done, (std::vector{1}));
    auto late = note(2, done);
    EXPECT_FALSE(worker.submit(late));
}

TEST(AWorker, CallsIdleOnceItsQueueIsEmpty)
{
    TestLoop loop;
    std::vector<int> done;
    std::atomic<int> idle = 0;
    Worker worker({.name = "test", .idle = [&idle] { ++idle; }}, loop);
    auto job = note(1, done);
    ASSERT_TRUE(worker.submit(job));
    worker.stop();
    EXPECT_EQ(idle, 1);
    loop.run_one();
}

/// What has become of each job, and a thread that hangs when a test says so.
class APatientWorker : public testing::Test {
protected:
    ~APatientWorker() override
    {
        go_on();
        worker_.stop();
        loop_.run_ready();
    }

    using Times = std::chrono::milliseconds;

    struct Slow final : Job {
        Slow(APatientWorker& owner, std::string job) : test(owner), name(std::move(job)) {}
        void run() override
        {
            ran = true;
            test.running_.release();
            test.go_on_.acquire();
        }
        void expire() override { test.told_.push_back(name + " given up"); }
        void finish(std::exception_ptr) override { test.told_.push_back(name + (ran ? " done" : " not run")); }

        APatientWorker& test;
        std::string name;
        bool ran = false;
    };

    void submit(std::string name)
    {
        std::unique_ptr<Job> job = std::make_unique<Slow>(*this, std::move(name));
        ASSERT_TRUE(worker_.submit(job));
        worker_.flush();
    }
    /// Lets the thread go on, with all that it has.
    void go_on() { go_on_.release(100); }

    std::vector<std::string> told() { return std::exchange(told_, {}); }

    TestLoop loop_;
    ManualClock clock_;
    std::counting_semaphore<> running_{0};
    std::counting_semaphore<> go_on_{0};
    std::vector<std::string> told_;
    Worker worker_{
        {.name = "test", .batch = 1, .patience = Patience{clock_, Times(5'000), "Look at it."}},
        loop_
    };
};

using Told = std::vector<std::string>;

TEST_F(APatientWorker, GivesUpWhatWaitsTooLongAndNothingElse)
{
    EXPECT_EQ(worker_.next_deadline(), std::nullopt);
    submit("a");
    running_.acquire();
    clock_.advance(Times(1'000));
    submit("b");
    EXPECT_EQ(worker_.next_deadline(), Instant{6'000});
    worker_.expire(Instant{5'999});
    EXPECT_EQ(told(), Told{});
    EXPECT_FALSE(worker_.is_late());
    worker_.expire(Instant{6'000});
    EXPECT_EQ(told(), Told{"a given up"});
    EXPECT_TRUE(worker_.is_late());
    EXPECT_EQ(worker_.next_deadline(), Instant{7'000});
    worker_.expire(Instant{6'000});
    EXPECT_EQ(told(), Told{}) << "once";
}

TEST_F(APatientWorker, FinishesWhatHadBegunAndNeverRunsWhatHadNot)
{
    submit("a");
    running_.acquire();
    submit("b");
    clock_.advance(Times(3'000));
    submit("c");
    clock_.advance(Times(2'000));
    worker_.expire(clock_.monotonic());
    EXPECT_EQ(told(), (Told{"a given up", "b given up"}));
    go_on();
    loop_.run_one();
    EXPECT_EQ(told(), Told{"a done"});
    loop_.run_one();
    EXPECT_EQ(told(), Told{}) << "b had been answered and was not run";
    EXPECT_FALSE(worker_.is_late());
    loop_.run_one();
    EXPECT_EQ(told(), Told{"c done"});
    EXPECT_EQ(worker_.under_way(), 0U);
    EXPECT_EQ(worker_.next_deadline(), std::nullopt);
}

TEST_F(APatientWorker, AnswersWhatTheThreadFindsTooOldBeforeTheLoopDoes)
{
    submit("a");
    running_.acquire();
    submit("b");
    clock_.advance(Times(5'000));
    go_on();
    loop_.run_one();
    loop_.run_one();
    EXPECT_EQ(told(), (Told{"a done", "b given up"}));
    EXPECT_FALSE(worker_.is_late());
}

TEST_F(APatientWorker, RunsNothingThatIsTooOldWhenItStops)
{
    submit("a");
    running_.acquire();
    submit("b");
    clock_.advance(Times(5'000));
    worker_.expire(clock_.monotonic());
    go_on();
    worker_.stop();
    loop_.run_ready();
    EXPECT_EQ(told(), (Told{"a given up", "b given up", "a done"}));
}

struct Heavy final : Job {
    explicit Heavy(std::size_t held) : size(held) {}
    void run() override {}
    void finish(std::exception_ptr) override {}
    std::size_t bytes() const override { return size; }

    std::size_t size;
};

/// The sizes of the batches in which jobs of these sizes are taken, with 100 bytes and 3 jobs at most.
std::vector<std::size_t> batches_of(const std::vector<std::size_t>& sizes)
{
    TestLoop loop;
    std::vector<std::size_t> batches;
    const auto around = [&batches](Batch& batch) {
        batches.push_back(0);
        batch.for_each([&batches](Job&) { ++batches.back(); });
    };
    Worker worker({.name = "test", .batch = 3, .batch_bytes = 100, .around = around}, loop);
    for (const auto size : sizes) {
        std::unique_ptr<Job> job = std::make_unique<Heavy>(size);
        EXPECT_TRUE(worker.submit(job));
    }
    worker.stop();
    loop.run_ready();
    return batches;
}

TEST(AWorker, TakesNoMoreAtOnceThanItsBounds)
{
    using Batches = std::vector<std::size_t>;
    EXPECT_EQ(batches_of({50, 50, 1}), (Batches{2, 1}));
    EXPECT_EQ(batches_of({0, 0, 0, 0}), (Batches{3, 1}));
    EXPECT_EQ(batches_of({101, 101, 50}), (Batches{1, 1, 1})) << "one alone may be larger";
    EXPECT_EQ(batches_of({1, 101}), (Batches{1, 1}));
}

TEST(AWorker, WaitsForTheLoopWithResultsThatPileUp)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test", .batch = 2, .unreturned = 3}, loop);
    for (int number = 1; number <= 10; ++number) {
        auto job = note(number, done);
        ASSERT_TRUE(worker.submit(job));
    }
    worker.flush();
    // Two batches may be out, so it runs a third only when one has come back: however long one waits.
    const auto settled = [&loop] {
        for (int i = 0; i < 20; ++i) {
            if (loop.waiting() > 2)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    };
    EXPECT_TRUE(settled());
    while (worker.under_way() > 0) {
        loop.run_one();
        EXPECT_LE(loop.waiting(), 2U);
    }
    EXPECT_EQ(done, (std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(AWorker, StopsAlthoughTheLoopTakesNothingBack)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test", .batch = 1, .unreturned = 1}, loop);
    for (int number : {1, 2, 3}) {
        auto job = note(number, done);
        ASSERT_TRUE(worker.submit(job));
    }
    worker.stop();
    loop.run_ready();
    EXPECT_EQ(done, (std::vector{1, 2, 3}));
}

TEST(AWorker, RefusesBytesOverItsCapacity)
{
    TestLoop loop;
    Worker worker({.name = "test", .capacity_bytes = 100}, loop);
    const auto submit = [&](std::size_t size) {
        std::unique_ptr<Job> job = std::make_unique<Heavy>(size);
        return worker.submit(job);
    };
    EXPECT_TRUE(submit(60));
    EXPECT_FALSE(submit(41));
    EXPECT_TRUE(submit(40));
    EXPECT_FALSE(submit(1));
    worker.stop();
    loop.run_ready();
    EXPECT_EQ(worker.under_way(), 0U);
}

}  // namespace
}  // namespace wgw
