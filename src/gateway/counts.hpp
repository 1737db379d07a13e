#pragma once
/// What the gateway counts: requests by route, events by name, each by what they were answered. Loop only, but for
/// whoever reads.

#include "base/counter.hpp"
#include "model/errc.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace wgw::gateway {

/// Answers by code: done, or one of Errc.
class ResultCounts {
public:
    static constexpr std::size_t kPlaces = kErrcs + 1;

    void add(std::optional<Errc> error) { counters_[error ? 1 + static_cast<std::size_t>(*error) : 0].add(); }

    /// `ok`, or the code's name.
    static std::string_view name(std::size_t place)
    {
        return place == 0 ? "ok" : row(static_cast<Errc>(place - 1)).name;
    }
    const Counter& at(std::size_t place) const { return counters_[place]; }

private:
    std::array<Counter, kPlaces> counters_;
};

struct RouteCounts {
    std::array<Counter, 6> statuses;  ///< By their first digit.
    ResultCounts results;
    Histogram duration_us{kLatencyBounds};
};

struct EventCounts {
    ResultCounts connects;             ///< CONNECT packets.
    ResultCounts sends;                ///< `chat.message.send`.
    ResultCounts others;               ///< Events that nobody knows.
    Histogram ack_us{kLatencyBounds};  ///< From a send to its answer, of those that reached the log.
    Histogram fan_out{kSizeBounds};    ///< Sockets that a message was told to.
};

}  // namespace wgw::gateway
