#pragma once
/// What runs a task that nobody awaits. For those who own tasks: TaskScope, all().
/// Tests  task_test.cpp

#include <coroutine>
#include <exception>

namespace wgw {

/// A coroutine that starts at once and frees itself at its end. It has a fence of its own: nobody is there to throw to.
struct Eager {
    struct promise_type {
        Eager get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

}  // namespace wgw
