#pragma once
/// What an Engine.IO server counts of itself. Loop only, but for whoever reads.

#include "base/counter.hpp"
#include "sio/protocol/close_reason.hpp"
#include "sio/protocol/engine_output.hpp"

#include <array>
#include <cstddef>

namespace wgw::sio {

struct EngineCounts {
    static constexpr std::size_t kTransports = 2;
    static constexpr std::size_t place(Transport transport) { return static_cast<std::size_t>(transport); }

    std::array<Gauge, kTransports> connections;  ///< By the transport that they are on now.
    std::array<Counter, kTransports> opened;     ///< By the transport that they began on.
    Counter upgraded;
    std::array<Counter, kCloseReasons> closed;
    std::array<Counter, 6> answers;  ///< To requests, by the first digit of their status.
    Counter received;                ///< Messages of clients.
    Counter polled;                  ///< Packets in answers to polls; what WebSockets take is counted by net.
    Counter refused;                 ///< Too many have not said who they are.
    Counter overflowed;              ///< Ended, because what is for them alone did not fit into their queue.
    Counter shed;                    ///< Ended, because all queues together took too much memory.
};

}  // namespace wgw::sio
