#pragma once
/// A function that runs on a store's thread, and its result that comes back to the loop: what Writer::write() and
/// Readers::read() are made of.
/// Tests  writer_test.cpp, readers_test.cpp

#include "base/task.hpp"
#include "base/time.hpp"
#include "base/worker.hpp"
#include "store/collection.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

namespace wgw::store {

/// How long anybody waits for the store (a client waits up to 10 s for an answer, whatever the disk does).
inline constexpr Duration kPatience{5'000};

/// What a call ended with.
template <class T>
struct Outcome {
    using Content = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    std::variant<std::exception_ptr, Content> value;
};

/// A value on its way. `Run` is called on the worker's thread and returns an Outcome<T>.
template <class T, class Run>
class CallJob final : public Job {
public:
    CallJob(Run function, std::move_only_function<void(Outcome<T>)> done)
        : run_(std::move(function)), done_(std::move(done))
    {
    }

    void run() override { outcome_ = run_(); }
    void expire() override { answer({std::make_exception_ptr(TooLate("The store has not answered in time."))}); }
    void finish(std::exception_ptr error) override
    {
        if (error)
            outcome_.value = error;
        if (done_)  // else it was given up
            answer(std::move(outcome_));
    }

private:
    void answer(Outcome<T> outcome) { std::exchange(done_, nullptr)(std::move(outcome)); }

    Run run_;
    std::move_only_function<void(Outcome<T>)> done_;
    Outcome<T> outcome_;
};

/// Awaits `run` on a worker. Throws what it threw or what ended its batch, TooLate where that took too long, and Full
/// where the worker takes no more. `run` lives on behind TooLate: it holds values, or what outlives the worker.
/// `submit` is a bool(std::unique_ptr<Job>&).
template <class T, class Submit, class Run>
Task<T> call(Submit submit, Run run)
{
    auto start = [&submit, &run](auto done) {
        std::unique_ptr<Job> job = std::make_unique<CallJob<T, Run>>(std::move(run), done);
        if (!submit(job))
            done(Outcome<T>{std::make_exception_ptr(Full("The store has too much to do."))});
    };
    auto outcome = co_await callback<Outcome<T>>(start);
    if (auto* error = std::get_if<0>(&outcome.value))
        std::rethrow_exception(*error);
    if constexpr (!std::is_void_v<T>)
        co_return std::move(std::get<1>(outcome.value));
}

/// `function(db)` as an Outcome. Throws what it throws.
template <class T, class Function>
Outcome<T> outcome_of(Function& function, auto& db)
{
    Outcome<T> outcome;
    if constexpr (std::is_void_v<T>) {
        function(db);
        outcome.value.template emplace<1>();
    } else {
        outcome.value.template emplace<1>(function(db));
    }
    return outcome;
}

}  // namespace wgw::store
