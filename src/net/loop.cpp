#include "net/loop.hpp"

#include "base/fence.hpp"

#include <algorithm>

namespace wgw::net {
namespace {

constexpr unsigned kEventsPerClock = 8;  // one may be a whole read buffer of messages; reading the clock costs 25 ns

}  // namespace

Loop::Loop(const Clock& clock)
    : clock_(clock), buffer_(std::make_unique_for_overwrite<char[]>(kReadBuffer)), now_us_(clock.monotonic_us()),
      now_{now_us_ / 1'000}
{
}

void Loop::run()
{
    while (!stopped_)
        turn();
    stale_ = true;
    run_tasks();
    end_turn();
}

void Loop::turn()
{
    sleep();
    stale_ = true;
    const std::int64_t began_us = now_us();
    turn_end_ = now() + kLongestTurn;
    for (unsigned handled = 1; readiness_.tell_one() || find_more(); ++handled) {
        stale_ = true;
        if (handled % kEventsPerClock == 0 && turn_is_over())
            break;
    }
    stale_ = true;
    if (const auto due = timers_.next(); due && *due <= now())
        pulse_.was_late(now(), now() - *due);
    while (!fenced("A timer on the loop failed.", [&] { timers_.run(now()); })) {
    }
    end_turn();
    stale_ = true;
    pulse_.turned(now(), now_us() - began_us);
}

/// Until there is something to do. What the last turn had no time for is that.
void Loop::sleep()
{
    if (readiness_.has_more())
        return;
    std::optional<Duration> longest;
    if (const auto next = timers_.next())
        longest = *next - clock_.monotonic();
    {
        const std::scoped_lock lock(mutex_);
        asleep_ = posted_.empty();
        if (!asleep_)
            longest = Duration(0);
    }
    readiness_.wait(longest);
    const std::scoped_lock lock(mutex_);
    asleep_ = false;
}

/// When all that was ready has been told: runs what was posted, then looks again. False: there is nothing more.
bool Loop::find_more() { return run_tasks() || readiness_.wait(Duration(0)); }

void Loop::stop()
{
    stopped_ = true;
    post([] {});
}

void Loop::post(std::move_only_function<void()> task)
{
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(task));
    if (std::exchange(asleep_, false))
        readiness_.wake();
}

/// False: none was posted.
bool Loop::run_tasks()
{
    std::vector<std::move_only_function<void()>> tasks;
    {
        const std::scoped_lock lock(mutex_);
        tasks.swap(posted_);
    }
    for (auto& task : tasks)
        fenced("A task on the loop failed.", [&] { task(); });
    return !tasks.empty();
}

void Loop::touch(Flushable& what)
{
    if (what.dirty_place_ != Flushable::kNowhere)
        return;
    what.dirty_place_ = static_cast<std::uint32_t>(dirty_.size());
    dirty_.push_back(&what);
}

void Loop::forget(Flushable& what)
{
    if (const auto place = std::exchange(what.dirty_place_, Flushable::kNowhere); place != Flushable::kNowhere)
        dirty_[place] = nullptr;
    if (const auto place = std::exchange(what.flushing_place_, Flushable::kNowhere); place != Flushable::kNowhere)
        flushing_[place] = nullptr;
}

void Loop::end_turn()
{
    while (true) {
        for (const auto& hook : hooks_)
            hook();
        if (dirty_.empty() && !(backlog_.is_over() && backlog_.shed(now())))
            return;
        // A flush may find a dead peer and so touch others: they are written in the same turn.
        flushing_.swap(dirty_);
        for (Flushable* what : flushing_)
            if (what != nullptr)
                what->flushing_place_ = std::exchange(what->dirty_place_, Flushable::kNowhere);
        for (std::size_t i = 0; i < flushing_.size(); ++i)
            if (Flushable* const what = flushing_[i]) {
                what->flushing_place_ = Flushable::kNowhere;
                what->flush();
            }
        flushing_.clear();
    }
}

}  // namespace wgw::net
