#pragma once
/// Time, as a parameter. Nothing below app/ reads a clock by itself.
///
/// Timestamp  wall clock, for people and for records; may jump
/// Instant    monotonic, for deadlines and heartbeats; milliseconds
/// Tests      time_test.cpp

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace wgw {

/// A moment of the wall clock: milliseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
    std::int64_t unix_ms = 0;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// `2026-11-22T13:05:38.051Z`: always UTC, always three decimals.
std::string to_iso(Timestamp time);

using Duration = std::chrono::milliseconds;

/// A moment of the monotonic clock, in milliseconds since some start.
struct Instant {
    std::int64_t ms = 0;

    friend auto operator<=>(const Instant&, const Instant&) = default;
    friend Instant operator+(Instant at, Duration span) { return {at.ms + span.count()}; }
    friend Instant operator-(Instant at, Duration span) { return {at.ms - span.count()}; }
    friend Duration operator-(Instant later, Instant earlier) { return Duration(later.ms - earlier.ms); }
};

/// Where time comes from. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
    virtual Instant monotonic() const = 0;
};

/// The clocks of the kernel.
class SystemClock final : public Clock {
public:
    Timestamp now() const override;
    Instant monotonic() const override;
};

/// A clock that stands still until it is told to move: for tests.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start = {1'800'000'000'000}) : now_(start) {}

    Timestamp now() const override { return now_; }
    Instant monotonic() const override { return monotonic_; }
    void advance(Duration span)
    {
        now_.unix_ms += span.count();
        monotonic_ = monotonic_ + span;
    }

private:
    Timestamp now_;
    Instant monotonic_{1'000};
};

}  // namespace wgw
