#pragma once
/// What the loop and its connections count of themselves. Loop only, but for whoever reads.

#include "base/counter.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>

namespace wgw::net {

inline constexpr std::array<std::uint64_t, 9> kFrameBounds{1, 2, 4, 8, 16, 32, 64, 128, 256};

/// Bytes and system calls of all connections of a loop. Counted per call: nothing is added per frame that is queued.
struct Traffic {
    Counter received_bytes;
    Counter sent_bytes;
    Counter reads;
    Counter writes;
    Histogram frames{kFrameBounds};  ///< WebSocket frames taken by the kernel with one call.
};

/// How the loop's time goes.
class Pulse {
public:
    static constexpr Duration kRecent{5'000};

    /// A turn has taken `us`, without its sleep.
    void turned(Instant now, std::int64_t us)
    {
        turns_.observe(static_cast<std::uint64_t>(us));
        note(now, us);
    }

    /// What was due is run `late` afterwards.
    void was_late(Instant now, Duration late)
    {
        lag_.observe(static_cast<std::uint64_t>(late.count() * 1'000));
        note(now, late.count() * 1'000);
    }

    /// The longest that anything had to wait for the loop in the last five to ten seconds.
    Duration worst(Instant now) const
    {
        if (now - since_ > 2 * kRecent)
            return Duration(0);
        return Duration(std::max(now - since_ > kRecent ? 0 : before_us_, worst_us_) / 1'000);
    }

    const Histogram& turns() const { return turns_; }
    const Histogram& lag() const { return lag_; }

private:
    void note(Instant now, std::int64_t us)
    {
        if (now - since_ > kRecent) {
            before_us_ = now - since_ > 2 * kRecent ? 0 : worst_us_;
            worst_us_ = 0;
            since_ = now;
        }
        worst_us_ = std::max(worst_us_, us);
    }

    Histogram turns_{kLatencyBounds};
    Histogram lag_{kLatencyBounds};
    Instant since_;  ///< When worst_us_ was begun anew.
    std::int64_t worst_us_ = 0;
    std::int64_t before_us_ = 0;  ///< In the span before that.
};

/// Of one HTTP server: what never became an answer of its handler.
struct HttpCounts {
    Counter accepted;
    Counter rests;         ///< Accepting was paused: no room for more connections.
    Counter bad_requests;  ///< Bytes that are no request.
    Counter large_headers;
    Counter large_bodies;
    Counter late_requests;  ///< A header block or a body took too long.
    Counter shed_inbound;   ///< Half-received messages took too much memory.
    Counter shed_outbound;  ///< What is not read took too much memory.
};

}  // namespace wgw::net
