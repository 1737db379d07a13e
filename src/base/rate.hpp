#pragma once
/// So many in a time, and how many at once: rates, and the bucket that keeps to one.
///
///     10/s+50     ten a second, fifty at once after a pause
///     6/min+20    20/h     5/10min      without `+`: as many at once as there are in the time
///     off         no limit
///
/// A Bucket is one number: the moment at which it is full again (the generic cell rate algorithm). What is taken comes
/// back evenly, not all at once at the end of the period.
/// Tests  rate_test.cpp

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

struct Rate {
    std::int64_t count = 0;  ///< In each period; 0: no limit.
    Duration period{0};
    std::int64_t burst = 0;  ///< At once.

    constexpr bool is_off() const { return count == 0; }
    friend constexpr bool operator==(const Rate&, const Rate&) = default;
};

inline constexpr std::int64_t kMostOfRate = 1'000'000;  ///< Of `count` and of `burst`.
inline constexpr Duration kLongestPeriod = std::chrono::hours(24);

/// As in the page above: units are s, min and h.
std::optional<Rate> parse_rate(std::string_view text);

/// The shortest text that parse_rate() reads as this.
std::string to_text(const Rate& rate);

/// A rate in the units of a bucket: microseconds, so that a thousand a second are told apart.
struct Pace {
    constexpr Pace() = default;
    explicit constexpr Pace(const Rate& rate)
        : each_us(rate.is_off() ? 0 : std::max<std::int64_t>(1, rate.period.count() * 1'000 / rate.count)),
          all_us(each_us * rate.burst)
    {
    }

    std::int64_t each_us = 0;  ///< One comes back in this time. 0: no limit.
    std::int64_t all_us = 0;   ///< An empty bucket is full again in this.
};

class Bucket {
public:
    /// Takes one: 0. Where there is none, how long until there is, at least 1 ms; nothing is taken then.
    Duration take(const Pace& pace, Instant now)
    {
        const std::int64_t now_us = now.ms * 1'000;
        const std::int64_t full_us = std::max(full_us_, now_us) + pace.each_us;
        if (const std::int64_t short_us = full_us - now_us - pace.all_us; short_us > 0)
            return Duration((short_us + 999) / 1'000);
        full_us_ = full_us;
        return Duration(0);
    }

    /// Puts back what take() has taken.
    void give_back(const Pace& pace) { full_us_ = std::max<std::int64_t>(1, full_us_ - pace.each_us); }

    /// So many were taken elsewhere, or fewer than none: given back. What was taken beyond the burst is owed, up to as
    /// many again.
    void charge(const Pace& pace, std::int64_t many, Instant now)
    {
        const std::int64_t now_us = now.ms * 1'000;
        const std::int64_t most = pace.each_us == 0 ? 0 : 2 * pace.all_us / pace.each_us;
        const std::int64_t full_us = std::max(full_us_, now_us) + std::clamp(many, -most, most) * pace.each_us;
        full_us_ = std::clamp<std::int64_t>(full_us, 1, now_us + 2 * pace.all_us);
    }

    /// Like one that was never used: it may be forgotten.
    bool is_full(Instant now) const { return full_us_ <= now.ms * 1'000; }

    friend auto operator<=>(const Bucket&, const Bucket&) = default;  ///< The emptier is the greater.

private:
    std::int64_t full_us_ = 0;
};

}  // namespace wgw
