#pragma once
/// Timers of the loop: heartbeats and deadlines, exact to the millisecond, one per owner.
///
/// A binary heap whose entries know their place, so that moving one costs log n and cancelling it nothing extra. The
/// loop sleeps until the first is due and an idle server does not wake (a wheel with ticks would). One thread.
/// Tests  timers_test.cpp

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace wgw::net {

class Timers;

/// A resource, a base or member of what it wakes. Cancels itself when destroyed.
class Timer {
public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() { cancel(); }

    bool armed() const { return timers_ != nullptr; }
    Instant due() const { return due_; }
    void cancel();

protected:
    /// At `due` or later. The timer is no longer armed; it may arm itself again, or destroy itself.
    virtual void on_timer(Instant now) = 0;

private:
    friend class Timers;
    Timers* timers_ = nullptr;
    Instant due_;
    std::uint32_t place_ = 0;
};

class Timers {
public:
    Timers() = default;
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;
    ~Timers();

    /// Arms `timer`, or moves it. One that is armed for what run() has already handled is called in the next
    /// millisecond: whoever keeps arming itself for the past neither starves the others nor spins.
    void arm(Timer& timer, Instant due);

    /// When run() is next needed.
    std::optional<Instant> next() const;

    /// Calls on_timer() of what is due, first things first.
    void run(Instant now);

    std::size_t size() const { return heap_.size(); }

private:
    friend class Timer;
    void remove(Timer& timer);
    void sift_up(std::size_t place);
    void sift_down(std::size_t place);
    void put(std::size_t place, Timer* timer);

    std::vector<Timer*> heap_;
    Instant handled_;  ///< Of the last run().
};

}  // namespace wgw::net
