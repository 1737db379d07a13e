#pragma once
/// Several tasks at once: `co_await all(std::move(tasks))`.
/// Tests  task_test.cpp

#include "base/eager.hpp"
#include "base/task.hpp"

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace wgw {

/// Starts them in their order, and goes on when each of them has ended. Then throws what the first of them threw that
/// failed.
class AllAwaiter {
public:
    explicit AllAwaiter(std::vector<Task<void>> tasks) : tasks_(std::move(tasks)) {}

    bool await_ready() const noexcept { return tasks_.empty(); }
    bool await_suspend(std::coroutine_handle<> waiter)
    {
        waiter_ = waiter;
        left_ = tasks_.size() + 1;  // none of them is the last before all have been started
        for (auto& task : tasks_)
            run(std::move(task), *this);
        return --left_ > 0;
    }
    void await_resume() const
    {
        if (error_)
            std::rethrow_exception(error_);
    }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): it waits for this
    static Eager run(Task<void> task, AllAwaiter& all)
    {
        try {
            co_await std::move(task);
        } catch (...) {
            if (!all.error_)
                all.error_ = std::current_exception();
        }
        if (--all.left_ == 0)
            all.waiter_.resume();  // `all` is gone behind this
    }

    std::vector<Task<void>> tasks_;
    std::coroutine_handle<> waiter_;
    std::size_t left_ = 0;
    std::exception_ptr error_;
};

inline AllAwaiter all(std::vector<Task<void>> tasks) { return AllAwaiter(std::move(tasks)); }

}  // namespace wgw
