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

}  // namespace
}  // namespace wgw
