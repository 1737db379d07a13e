#pragma once
/// The loop: one thread with all connections, sessions and timers.
///
/// A turn   read everything that is ready, for at most 20 ms; then end the turn: hand over what the turn has asked of
///          other threads, and write to each touched connection once. Fewer system calls per delivered message is the
///          one lever that matters for speed, and this is where it is: docs/adr/0008-a-turn-of-20-ms.md.
/// Threads  everything is called on the loop's thread, but post() and stop()
/// Tests    loop_test.cpp

#include "base/time.hpp"
#include "base/worker.hpp"
#include "net/backlog.hpp"
#include "net/counts.hpp"
#include "net/readiness.hpp"
#include "net/timers.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace wgw::net {

/// Something to be written at the end of the turn. Queued at most once per turn.
class Flushable {
public:
    /// Writes what is queued. May be called when there is nothing any more.
    virtual void flush() = 0;

protected:
    ~Flushable() = default;

private:
    friend class Loop;
    static constexpr std::uint32_t kNowhere = static_cast<std::uint32_t>(-1);
    std::uint32_t dirty_place_ = kNowhere;     ///< In the loop's list of what is to be flushed next.
    std::uint32_t flushing_place_ = kNowhere;  ///< In that of what is being flushed, until it is its turn.
};

class Loop final : public Outlet {
public:
    static constexpr Duration kLongestTurn{20};
    static constexpr std::size_t kReadBuffer = 256 * 1024;

    explicit Loop(const Clock& clock);

    /// Turns until stop().
    void run();

    /// One turn: waits until something is ready.
    void turn();

    /// Any thread.
    void stop();

    /// Runs what was posted since run() has returned: for whoever ends the threads that post.
    void run_posted() { run_tasks(); }

    /// Any thread; wakes the loop only if it sleeps.
    void post(std::move_only_function<void()> task) override;

    /// The time at which the turn's current event was taken up.
    Instant now() const
    {
        look_at_clock();
        return now_;
    }

    /// The same moment, in microseconds: for what is measured.
    std::int64_t now_us() const
    {
        look_at_clock();
        return now_us_;
    }

    /// Whether the turn has had its time: an event with more to do puts the rest off. Reads the clock.
    bool turn_is_over() const { return clock_.monotonic() >= turn_end_; }
    Timestamp wall_time() const { return clock_.now(); }
    Timers& timers() { return timers_; }
    Readiness& readiness() { return readiness_; }

    Traffic& traffic() { return traffic_; }
    const Pulse& pulse() const { return pulse_; }

    /// What peers have not taken yet; kept to its bound behind the flush.
    Backlog& backlog() { return backlog_; }

    /// Called at the end of each turn, before the flush, and once more behind it: a flush may end a connection, and
    /// whoever hears of that may ask something of another thread. For the life of the loop.
    void at_end_of_turn(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

    /// Has `what.flush()` called at the end of this turn.
    void touch(Flushable& what);

    /// Before a Flushable is destroyed.
    void forget(Flushable& what);

    /// Where everybody reads into: empty before and after each event.
    std::span<char> read_buffer() { return {buffer_.get(), kReadBuffer}; }

private:
    void look_at_clock() const
    {
        if (!std::exchange(stale_, false))
            return;
        now_us_ = clock_.monotonic_us();
        now_ = Instant{now_us_ / 1'000};
    }
    bool run_tasks();
    void sleep();
    bool find_more();
    void end_turn();

    const Clock& clock_;
    Readiness readiness_;
    Timers timers_;
    Backlog backlog_;
    Traffic traffic_;
    Pulse pulse_;
    std::unique_ptr<char[]> buffer_;
    mutable std::int64_t now_us_;
    mutable Instant now_;
    mutable bool stale_ = false;  ///< A new event has been taken up, and nobody has asked for the time yet.
    Instant turn_end_;
    std::vector<std::function<void()>> hooks_;
    std::vector<Flushable*> dirty_;
    std::vector<Flushable*> flushing_;
    std::atomic<bool> stopped_ = false;

    std::mutex mutex_;
    std::vector<std::move_only_function<void()>> posted_;  // guarded by mutex_
    bool asleep_ = false;                                  // guarded by mutex_
};

}  // namespace wgw::net
