#pragma once
/// Coroutines without a library: Task<T>, a lazily started coroutine with one awaiter, and callback(),
/// which awaits something that ends in a callback.
///
/// Nothing here knows a thread, a reactor or a timer: a task goes on wherever what it waits for calls back.
/// In this program that is the loop, and in a test it is the test.
/// A task is started by awaiting it, or by TaskScope::spawn (base/task_scope.hpp).
/// Rules: arguments by value, or a reference that the awaiting caller keeps alive and a comment says so;
/// no capturing lambda is a coroutine; closures are named on the line above a co_await.
/// Tests  task_test.cpp

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace wgw {

template <class T>
class Task;

namespace detail {

struct TaskPromiseBase {
    std::coroutine_handle<> awaiter = std::noop_coroutine();

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept
        {
            return self.promise().awaiter;
        }
        void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
    std::variant<std::monostate, T, std::exception_ptr> result;

    Task<T> get_return_object();
    template <class U>
    void return_value(U&& value)
    {
        result.template emplace<1>(std::forward<U>(value));
    }
    void unhandled_exception() { result.template emplace<2>(std::current_exception()); }
    T take()
    {
        if (auto* error = std::get_if<2>(&result))
            std::rethrow_exception(*error);
        return std::move(std::get<1>(result));
    }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    std::exception_ptr error;

    Task<void> get_return_object();
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
    void take() const
    {
        if (error)
            std::rethrow_exception(error);
    }
};

}  // namespace detail

/// A resource: owns its coroutine frame. Await it once.
template <class T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::TaskPromise<T>;

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task()
    {
        if (handle_)
            handle_.destroy();
    }

    struct Awaiter {
        std::coroutine_handle<promise_type> handle;

        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept
        {
            handle.promise().awaiter = awaiter;
            return handle;
        }
        T await_resume() { return handle.promise().take(); }
    };
    Awaiter operator co_await() && { return {handle_}; }

private:
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object()
{
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> detail::TaskPromise<void>::get_return_object()
{
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// `co_await callback<T>(start)`: calls `start(done)`, and goes on when `done(T)` is called, at once or later, on the
/// same thread. `done` must be called exactly once, and is copyable so that it fits any function type.
/// `start` is a named local of the awaiting coroutine.
template <class T, class Start>
class CallbackAwaiter {
public:
    explicit CallbackAwaiter(Start& start) : start_(start) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> self)
    {
        starting_ = true;
        start_([this, self](T value) {
            value_.emplace(std::move(value));
            if (!starting_)
                self.resume();
        });
        starting_ = false;
        return !value_;  // called back at once: do not suspend
    }
    T await_resume() { return std::move(*value_); }

private:
    Start& start_;
    std::optional<T> value_;
    bool starting_ = false;
};

template <class T, class Start>
CallbackAwaiter<T, Start> callback(Start& start)
{
    return CallbackAwaiter<T, Start>(start);
}

}  // namespace wgw
