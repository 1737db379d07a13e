#pragma once
/// What a run of the load generator is to do, and what it found. Values.

#include "loadgen/delivery_checker.hpp"
#include "loadgen/histogram.hpp"
#include "loadgen/process_stats.hpp"
#include "loadgen/seats.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::loadgen {

struct Load {
    std::string url = "http://127.0.0.1:3000";
    std::string path = "/socket.io/";
    bool anywhere = false;  ///< Not only loopback.

    std::string auth;         ///< Sent in CONNECT, `{token}`, `{room}` and `{client}` replaced. Empty: by the traffic.
    std::vector<Seat> seats;  ///< One per client; empty: no tokens, rooms have their number as id.
    std::string event;        ///< Empty: chat. Otherwise the one argument of this event comes back …
    std::string receive;      ///< … as that of this one, to everybody in the room.

    std::uint32_t rooms = 1;
    std::uint32_t members = 2;  ///< Of each room: a connection each.
    std::uint32_t senders = 1;  ///< Of each room.
    double rate = 0;            ///< Open loop: messages per second of each sender. 0: closed loop.
    std::uint32_t window = 1;   ///< Closed loop: messages of each sender that have not reached everybody yet.
    std::size_t payload = 120;

    double warmup_s = 1;
    double duration_s = 5;
    double drain_s = 5;              ///< At most, for what is still on its way.
    std::uint32_t connecting = 256;  ///< At once.
    int pid = 0;                     ///< Of the server, if its CPU and memory are to be read. 0: no.

    bool is_chat() const { return event.empty(); }
    std::uint32_t clients() const { return rooms * members; }
};

struct Report {
    double connect_s = 0;
    CpuByThread connect_cpu;
    std::int64_t connect_rss = 0;  ///< Growth of the server's memory while all connected, bytes.

    double window_s = 0;           ///< What follows was counted in this time.
    std::uint64_t deliveries = 0;  ///< First arrivals.
    std::uint64_t sent = 0;
    CpuByThread cpu;            ///< Of the server.
    double own_cpu = 0;         ///< Of the generator, in processors.
    double stolen = 0;          ///< Share of the machine's time.
    Histogram latency;          ///< From due to arrival, nanoseconds.
    Histogram ack;              ///< From due to the sender's ack.
    std::uint64_t late_ns = 0;  ///< Open loop: the largest distance between due and sent.

    // Over the whole run.
    DeliveryCounts counts;
    std::uint64_t all_sent = 0;
    std::uint64_t unacked = 0;
    std::uint64_t refused = 0;  ///< Sends that were answered with an error.
    std::uint64_t closed = 0;   ///< Connections that ended before their time.
    std::string trouble;        ///< The first error that the server told.

    bool good() const { return counts.good() && unacked + refused + closed == 0; }
    double cpu_us_per_delivery() const;
};

/// For people.
std::string to_text(const Load& load, const Report& report);

/// One line; times in microseconds.
std::string to_json(const Load& load, const Report& report);

}  // namespace wgw::loadgen
