#pragma once
/// The owner of background coroutines: nothing is detached. One thread.
///
/// The scope is the last member of its owner, so that it is destroyed first, and by then it must be empty: the owner
/// has made everything that its tasks wait for call back.
/// Tests  task_test.cpp

#include "base/eager.hpp"
#include "base/task.hpp"

#include <cassert>
#include <cstddef>
#include <exception>
#include <functional>

namespace wgw {

class TaskScope {
public:
    /// `on_error` hears what a task throws. A task that runs in a scope has its own fence; this is the last one.
    explicit TaskScope(std::function<void(std::exception_ptr)> on_error) : on_error_(std::move(on_error)) {}
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;
    ~TaskScope() { assert(running_ == 0); }

    /// Starts `task` and keeps it until it ends.
    void spawn(Task<void> task)
    {
        ++running_;
        run(std::move(task), *this);
    }

    std::size_t running() const { return running_; }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the scope outlives it
    static Eager run(Task<void> task, TaskScope& scope)
    {
        try {
            co_await std::move(task);
        } catch (...) {
            scope.on_error_(std::current_exception());
        }
        --scope.running_;
    }

    std::function<void(std::exception_ptr)> on_error_;
    std::size_t running_ = 0;
};

}  // namespace wgw
