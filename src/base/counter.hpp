#pragma once
/// What a part of the program counts of itself, for /metrics: numbers that one thread writes and any may read.
///
///     struct Traffic { Counter bytes; Histogram frames{kFrames}; };
///     traffic.bytes.add(got);                                one addition in memory
///     traffic.frames.observe(taken);                         a short walk over the bounds, two additions
///
/// No lock, no allocation, no name: names, labels and help stand where the page is written (app/metrics.cpp), and
/// whoever counts knows nothing of them. See docs/adr/0015-metrics-are-read.md.
/// Threads  one thread writes. Others may read at any time: they see each number whole, and not all at the same moment
/// Tests    counter_test.cpp

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wgw {

/// Only ever grows.
class Counter {
public:
    void add(std::uint64_t more = 1)
    {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

/// Goes up and down.
class Gauge {
public:
    void add(std::int64_t more) { set(value() + more); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_ = 0;
};

/// How often values up to each of some bounds were seen, and their sum. Whole numbers: of things, or microseconds.
class Histogram {
public:
    static constexpr std::size_t kMostBounds = 18;

    /// `bounds` ascend, are at most kMostBounds, and live as long as the program.
    explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_(bounds) {}

    void observe(std::uint64_t value)
    {
        std::size_t place = 0;
        while (place < bounds_.size() && value > bounds_[place])
            ++place;
        buckets_[place].add();
        sum_.add(value);
    }

    std::span<const std::uint64_t> bounds() const { return bounds_; }

    /// Of the values over the bound before `place`, up to bounds()[place]; the last place is of those over all bounds.
    std::uint64_t bucket(std::size_t place) const { return buckets_[place].value(); }
    std::uint64_t sum() const { return sum_.value(); }
    std::uint64_t count() const
    {
        std::uint64_t all = 0;
        for (const auto& bucket : buckets_)
            all += bucket.value();
        return all;
    }

private:
    std::span<const std::uint64_t> bounds_;
    std::array<Counter, kMostBounds + 1> buckets_;
    Counter sum_;
};

/// Bounds in microseconds, from a tenth of a millisecond to ten seconds.
inline constexpr std::array<std::uint64_t, 16> kLatencyBounds{100,       250,       500,       1'000,
                                                              2'500,     5'000,     10'000,    25'000,
                                                              50'000,    100'000,   250'000,   500'000,
                                                              1'000'000, 2'500'000, 5'000'000, 10'000'000};

/// Bounds of how many of something there are.
inline constexpr std::array<std::uint64_t, 14> kSizeBounds{1,   2,   5,     10,    20,    50,     100,
                                                           200, 500, 1'000, 2'000, 5'000, 10'000, 20'000};

}  // namespace wgw
