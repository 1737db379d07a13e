#pragma once
/// For tests: a loop that the test turns by hand. It keeps what other threads post until the test runs it, so a test
/// says when each result arrives, and waits for it without a sleep.
///
///     TestLoop loop;
///     Worker worker({.name = "test"}, loop);
///     …; worker.flush(); loop.run_one();              one batch has come back
///     loop.await(task, [&] { worker.flush(); });      turns until the task has ended
///
/// Thread  post() any, the rest the test's

#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "base/worker.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <type_traits>
#include <utility>

namespace wgw {

class TestLoop final : public Outlet {
public:
    void post(std::move_only_function<void()> task) override
    {
        {
            const std::scoped_lock lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        posted_.notify_one();
    }

    /// Waits for something to be posted, and runs it.
    void run_one()
    {
        std::unique_lock lock(mutex_);
        posted_.wait(lock, [this] { return !tasks_.empty(); });
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
    }

    /// Runs what has been posted so far.
    void run_ready()
    {
        while (waiting() > 0)
            run_one();
    }

    std::size_t waiting()
    {
        const std::scoped_lock lock(mutex_);
        return tasks_.size();
    }

    /// Starts `task` and turns until it has ended: `end_of_turn`, then what is posted next. Throws what the task
    /// throws.
    template <class T>
    T await(Task<T> task, const std::function<void()>& end_of_turn)
    {
        std::promise<T> promise;
        auto future = promise.get_future();
        TaskScope scope([](std::exception_ptr) {});
        scope.spawn(fulfil(std::move(task), promise));
        while (scope.running() > 0) {
            end_of_turn();
            run_one();
        }
        return future.get();
    }

private:
    // `promise` is await()'s, which waits for the end of this.
    template <class T>
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    static Task<void> fulfil(Task<T> task, std::promise<T>& promise)
    {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(task);
                promise.set_value();
            } else {
                promise.set_value(co_await std::move(task));
            }
        } catch (...) {
            promise.set_exception(std::current_exception());
        }
    }

    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::move_only_function<void()>> tasks_;
};

}  // namespace wgw
