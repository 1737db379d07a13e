#pragma once
/// What the calls between services count of themselves, and whether they can be made: for /metrics and /readyz.
///
/// Written on the loop.

#include "base/counter.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wgw::bus {

/// Of one connection.
struct LinkState {
    bool is_up = false;
    Instant since;    ///< Of that.
    std::string why;  ///< It is not: a sentence for the operator. Empty: it has not been tried to the end yet.
};

struct LinkCounts {
    Counter connects;  ///< How often it became usable.
    Counter losses;    ///< How often it ceased to be.
};

/// How a call that was asked has ended.
enum class CallResult : std::uint8_t {
    answered,    ///< With a value, or with nothing to say.
    error,       ///< With an error.
    no_handler,  ///< Nobody there knows the pattern.
    late,        ///< Not in time.
    lost,        ///< The connection was lost meanwhile.
    away,        ///< Refused at once: there was no connection.
    full,        ///< Refused at once: too much was under way.
};
inline constexpr std::array<std::string_view, 7> kCallResults{"answered", "error", "no_handler", "late",
                                                              "lost",     "away",  "full"};

struct CallCounts {
    std::array<Counter, kCallResults.size()> results;
    Histogram seconds{kLatencyBounds};  ///< Of those that were answered, in microseconds.
    Counter unexpected;                 ///< Replies that nobody waits for: late ones, and second ones.

    Counter& of(CallResult result) { return results[static_cast<std::size_t>(result)]; }
    const Counter& of(CallResult result) const { return results[static_cast<std::size_t>(result)]; }
};

/// What has become of a message on a queue that is served.
enum class ServeResult : std::uint8_t {
    answered,     ///< With a value, with nothing to say, or an event that was handled.
    error,        ///< With an error.
    no_handler,   ///< Nobody here knows the pattern.
    unavailable,  ///< The handler could not do it now.
    failed,       ///< The handler met what nobody expected.
    expired,      ///< It came too late to be begun.
    dropped,      ///< It is no request.
    requeued,     ///< Given back while this process ends.
};
inline constexpr std::array<std::string_view, 8> kServeResults{"answered", "error",   "no_handler", "unavailable",
                                                               "failed",   "expired", "dropped",    "requeued"};

struct ServeCounts {
    std::array<Counter, kServeResults.size()> results;
    Histogram seconds{kLatencyBounds};  ///< From the begin of a request to its reply, in microseconds.
    Counter redelivered;                ///< Requests that somebody had before, and has not answered.

    Counter& of(ServeResult result) { return results[static_cast<std::size_t>(result)]; }
    const Counter& of(ServeResult result) const { return results[static_cast<std::size_t>(result)]; }
};

}  // namespace wgw::bus
