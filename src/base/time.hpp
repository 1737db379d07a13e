#pragma once
/// Time, as a parameter. Nothing below app/ reads a clock by itself.
///
/// Timestamp  wall clock, for people and for records; may jump
/// Instant    monotonic, for deadlines and heartbeats; milliseconds
/// Tests      time_test.cpp

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

/// A moment of the wall clock: milliseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
    std::int64_t unix_ms = 0;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// `2026-11-22T13:05:38.051Z`: always UTC, always three decimals.
std::string to_iso(Timestamp time);

/// The same text back; nothing where it is of another form.
std::optional<Timestamp> from_iso(std::string_view text);

using Duration = std::chrono::milliseconds;

/// A moment of the monotonic clock, in milliseconds since some start.
struct Instant {
    std::int64_t ms = 0;

    friend auto operator<=>(const Instant&, const Instant&) = default;
    friend Instant operator+(Instant at, Duration span) { return {at.ms + span.count()}; }
    friend Instant operator-(Instant at, Duration span) { return {at.ms - span.count()}; }
    friend Duration operator-(Instant later, Instant earlier) { return Duration(later.ms - earlier.ms); }
};

/// Later than any other moment: of what has no deadline.
inline constexpr Instant kNever{std::numeric_limits<std::int64_t>::max()};

/// Where time comes from. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
    virtual Instant monotonic() const = 0;

    /// The same clock, in microseconds: for what is measured, not for what is due.
    virtual std::int64_t monotonic_us() const { return monotonic().ms * 1'000; }
};

/// The clocks of the kernel.
class SystemClock final : public Clock {
public:
    Timestamp now() const override;
    Instant monotonic() const override;
    std::int64_t monotonic_us() const override;
};

/// A clock that stands still until it is told to move: for tests.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start = {1'800'000'000'000}) : start_(start) {}

    Timestamp now() const override { return {start_.unix_ms + moved_ms_}; }
    Instant monotonic() const override { return {1'000 + moved_ms_}; }
    void advance(Duration span) { moved_ms_ += span.count(); }

private:
    const Timestamp start_;
    std::atomic<std::int64_t> moved_ms_ = 0;
};

}  // namespace wgw
