#pragma once
/// Which chat service is asked to store a room's messages, where there are several: the same one by everybody, so that
/// they do not meet at the fence. A hint: any of them may store, and does what it is asked.
///
///     owners.heard("chat.0123456789abcdef01234567", now);    each service tells of its own queue, each second
///     owners.of(room)                                        a queue; empty: the one that all of them serve
///
/// Choice   of those that were heard of lately, by the highest hash of room and name: a service that comes or goes moves
///          its own share of the rooms only
/// Late     what a service does not take up, for it has died or is stopped, its queue hands to the others (bus::ServedQueue)
/// Loop only.
/// Tests    owners_test.cpp, tests/cluster/four_services.test.mjs

#include "base/time.hpp"
#include "model/id.hpp"

#include <map>
#include <string>
#include <string_view>

namespace wgw::chat {

/// Where services tell of their queues.
inline constexpr std::string_view kOwnersChannel = "wgw.chat";

/// Between two times that a service tells of its own.
inline constexpr Duration kOwnersInterval{1'000};

class Owners {
public:
    static constexpr std::size_t kMost = 64;  ///< Services that are remembered.

    /// What a service says while it serves `queue`, and once when it ends.
    static std::string serving(std::string_view queue) { return "+" + std::string(queue); }
    static std::string leaving(std::string_view queue) { return "-" + std::string(queue); }

    /// What was heard on the channel. False: it is nothing that a service says.
    bool heard(std::string_view payload, Instant now);

    /// Those that have said nothing for three intervals are forgotten.
    void expire(Instant now);

    std::string of(const Id& room) const;

    std::size_t size() const { return until_.size(); }

private:
    std::map<std::string, Instant, std::less<>> until_;  ///< By the queue.
};

}  // namespace wgw::chat
