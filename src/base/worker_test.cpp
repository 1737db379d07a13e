#include "base/test_loop.hpp"
#include "base/worker.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

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

TEST(AWorker, TellsTheWholeBatchWhenOneJobBreaksIt)
{
    TestLoop loop;
    std::vector<int> done;
    Worker worker({.name = "test"}, loop);
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

}  // namespace
}  // namespace wgw
