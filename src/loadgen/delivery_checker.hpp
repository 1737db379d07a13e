#pragma once
/// Proves delivery: every member of a room hears every message of each of its senders once, and each sender's in order.
///
/// Clients are numbered: client = room * members + place; the first `senders` places of each room send. A message that
/// arrives too early makes those before it missing; a missing one that arrives after all was reordered, and one that
/// never does is lost. So a swap of two counts once.
/// Tests  delivery_checker_test.cpp; bench/generator_test.cpp, against a server with faults

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace wgw::loadgen {

struct DeliveryCounts {
    std::uint64_t arrived = 0;     ///< First arrivals, of which `reordered` came late.
    std::uint64_t lost = 0;        ///< Until finish(): nothing.
    std::uint64_t duplicated = 0;  ///< Arrivals beyond the first.
    std::uint64_t reordered = 0;
    std::uint64_t wrong_room = 0;
    std::uint64_t unknown = 0;  ///< Nobody has sent that.

    bool good() const { return lost + duplicated + reordered + wrong_room + unknown == 0; }
    friend bool operator==(const DeliveryCounts&, const DeliveryCounts&) = default;
};

class DeliveryChecker {
public:
    DeliveryChecker(std::uint32_t rooms, std::uint32_t members, std::uint32_t senders);

    /// The number of the next message of `sender`, which is sent now.
    std::uint32_t send(std::uint32_t sender) { return sent_[sender]++; }

    /// Whether it is the first arrival of that message at that client.
    bool arrive(std::uint32_t receiver, std::uint32_t sender, std::uint32_t number);

    /// Arrivals that are still due. 0: everything that was sent has reached everybody.
    std::uint64_t due() const;

    /// With what has been lost, if nothing more arrives.
    DeliveryCounts finish() const;

    const DeliveryCounts& counts() const { return counts_; }
    std::uint64_t sent() const;

private:
    std::uint32_t members_;
    std::uint32_t senders_;
    std::vector<std::uint32_t> sent_;  ///< Per client.
    std::vector<std::uint32_t> next_;  ///< Per receiver and sender of its room: the number that is due.
    std::unordered_set<std::uint64_t> missing_;
    DeliveryCounts counts_;
};

}  // namespace wgw::loadgen
