#include "base/all.hpp"
#include "base/task.hpp"
#include "base/task_scope.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace wgw {
namespace {

Task<int> one() { co_return 1; }

Task<int> sum()
{
    const int first = co_await one();
    const int second = co_await one();
    co_return first + second;
}

Task<int> broken()
{
    throw std::runtime_error("broken");
    co_return 0;
}

Task<void> store(Task<int> task, int& into) { into = co_await std::move(task); }

struct Scope {
    std::string error;
    TaskScope tasks{[this](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& failure) {
            error = failure.what();
        }
    }};
};

TEST(ATask, DoesNothingUntilItIsAwaited)
{
    bool ran = false;
    auto body = [](bool& flag) -> Task<void> {
        flag = true;
        co_return;
    };
    {
        auto task = body(ran);
    }
    EXPECT_FALSE(ran);
}

TEST(ATask, ReturnsWhatItsPartsReturned)
{
    Scope scope;
    int result = 0;
    scope.tasks.spawn(store(sum(), result));
    EXPECT_EQ(result, 2);
    EXPECT_EQ(scope.tasks.running(), 0U);
}

TEST(ATask, PassesAnExceptionToItsAwaiterAndAtLastToTheScope)
{
    Scope scope;
    int result = 0;
    scope.tasks.spawn(store(broken(), result));
    EXPECT_EQ(scope.error, "broken");
    EXPECT_EQ(scope.tasks.running(), 0U);
}

Task<int> wait_for(std::function<void(int)>& resume)
{
    auto start = [&resume](auto done) { resume = done; };
    co_return co_await callback<int>(start);
}

TEST(ACallback, ResumesTheTaskWhenItIsCalled)
{
    Scope scope;
    int result = 0;
    std::function<void(int)> resume;
    scope.tasks.spawn(store(wait_for(resume), result));
    EXPECT_EQ(scope.tasks.running(), 1U);
    resume(7);
    EXPECT_EQ(result, 7);
    EXPECT_EQ(scope.tasks.running(), 0U);
}

Task<int> immediate()
{
    auto start = [](auto done) { done(3); };
    co_return co_await callback<int>(start);
}

TEST(ACallback, MayBeCalledBeforeTheTaskIsSuspended)
{
    Scope scope;
    int result = 0;
    scope.tasks.spawn(store(immediate(), result));
    EXPECT_EQ(result, 3);
}

// The waits of tasks that are started by all().
struct Waits {
    std::vector<std::function<void()>> pending;
    int ended = 0;
};

// `waits` is the test's.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<void> wait_in(Waits& waits, bool fails)
{
    auto start = [&waits](auto done) { waits.pending.emplace_back([done]() mutable { done(true); }); };
    co_await callback<bool>(start);
    ++waits.ended;
    if (fails)
        throw std::runtime_error("one failed");
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<void> wait_for_all(std::vector<Task<void>> tasks, std::string& result)
{
    try {
        co_await all(std::move(tasks));
        result = "ended";
    } catch (const std::exception& error) {
        result = error.what();
    }
}

TEST(SeveralTasks, AreStartedTogetherAndAwaitedAll)
{
    Waits waits;
    std::string result;
    TaskScope scope([](std::exception_ptr) {});
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 3; ++i)
        tasks.push_back(wait_in(waits, false));
    scope.spawn(wait_for_all(std::move(tasks), result));
    ASSERT_EQ(waits.pending.size(), 3U);
    waits.pending[2]();
    waits.pending[0]();
    EXPECT_EQ(result, "");
    waits.pending[1]();
    EXPECT_EQ(result, "ended");
    EXPECT_EQ(scope.running(), 0U);
}

TEST(SeveralTasks, FailWhenAllHaveEnded)
{
    Waits waits;
    std::string result;
    TaskScope scope([](std::exception_ptr) {});
    std::vector<Task<void>> tasks;
    tasks.push_back(wait_in(waits, true));
    tasks.push_back(wait_in(waits, false));
    scope.spawn(wait_for_all(std::move(tasks), result));
    waits.pending[0]();
    EXPECT_EQ(result, "");
    waits.pending[1]();
    EXPECT_EQ(result, "one failed");
    EXPECT_EQ(waits.ended, 2);
}

TEST(SeveralTasks, MayBeNoneOrEndAtOnce)
{
    std::string result;
    TaskScope scope([](std::exception_ptr) {});
    scope.spawn(wait_for_all({}, result));
    EXPECT_EQ(std::exchange(result, ""), "ended");
    const auto at_once = []() -> Task<void> { co_return; };
    std::vector<Task<void>> tasks;
    tasks.push_back(at_once());
    tasks.push_back(at_once());
    scope.spawn(wait_for_all(std::move(tasks), result));
    EXPECT_EQ(result, "ended");
}

}  // namespace
}  // namespace wgw
