#pragma once
/// Bounds of the product, with their defaults. Each that an operator may change is a row of app/limit_table.cpp, and a
/// setting WGW_LIMIT_<NAME>; what is fixed by a protocol stands beside the protocol.
///
/// Units  bytes, seconds where the name ends in _s, code points of names and passwords, else a number of things

#include "base/rate.hpp"

#include <chrono>
#include <cstdint>
#include <limits>

namespace wgw {

/// Of a number that may be lifted.
inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

struct Limits {
    // Rates per user, per room and per address: WGW_LIMITS=bench lifts these.
    std::int64_t connections_per_user = 20;
    std::int64_t connections_per_address = 200;
    Rate connect{20, std::chrono::seconds(1), 100};  ///< New connections of an address.
    Rate events{20, std::chrono::seconds(1), 100};   ///< Of a socket.
    Rate send{10, std::chrono::seconds(1), 50};      ///< Of a user.
    Rate send_room{100, std::chrono::seconds(1), 500};
    Rate room_create{6, std::chrono::minutes(1), 20};     ///< Of a user.
    Rate join{1, std::chrono::seconds(1), 20};            ///< Of a user.
    Rate sign_in{10, std::chrono::minutes(15), 10};       ///< Failures of an account; then a delay, up to the period.
    Rate sign_in_address{20, std::chrono::hours(1), 20};  ///< Failures.
    Rate sign_up{5, std::chrono::minutes(10), 5};         ///< Of an address.

    // Accounts, rooms and messages.
    std::int64_t username_min = 6;
    std::int64_t username_max = 64;
    std::int64_t password_min = 6;
    std::int64_t password_max = 128;
    std::int64_t name_max = 100;  ///< First and last name, room name.
    std::int64_t content_bytes = 16'384;
    std::int64_t page_bare = 1'000;  ///< A list that was asked for without a page.
    std::int64_t page = 50;          ///< A page whose length was not said.
    std::int64_t page_most = 200;
    std::int64_t members = 20'000;  ///< Of a room.
    std::int64_t rooms_per_user = 1'000;
    std::int64_t unacked = 64;  ///< Unanswered sends of a connection.
    std::int64_t hash_threads = 1;
    std::int64_t hash_queue = 64;

    // JSON of clients: bodies, and what sockets send.
    std::int64_t json_depth = 128;
    std::int64_t json_nodes = 100'000;  ///< Values and keys.

    // HTTP.
    std::int64_t header_bytes = 16'384;
    std::int64_t header_fields = 100;
    std::int64_t body_bytes = 1'048'576;
    std::int64_t body_anon_bytes = 65'536;  ///< Of routes that need no token.
    std::int64_t header_s = 10;
    std::int64_t body_s = 30;
    std::int64_t keepalive_s = 72;
    std::int64_t keepalive_requests = 1'000;
    std::int64_t pipeline_bytes = 65'536;
    std::int64_t connections = 0;  ///< 0: the open-file limit less 256.
    std::int64_t inbound_bytes = std::int64_t{256} << 20;
    std::int64_t queues_bytes = std::int64_t{512} << 20;

    // Socket.IO.
    std::int64_t payload_bytes = 1'000'000;
    std::int64_t message_s = 30;
    std::int64_t frames = 1'024;
    Rate control{10, std::chrono::seconds(1), 60};
    std::int64_t poll_packets = 16'384;
    std::int64_t attachments = 10;
    std::int64_t attachment_s = 10;
    std::int64_t namespaces = 32;
    std::int64_t connect_s = 10;
    std::int64_t upgrade_s = 10;
    std::int64_t ping_interval_s = 25;
    std::int64_t ping_timeout_s = 20;
    std::int64_t queue_bytes = std::int64_t{1} << 20;
    std::int64_t queue_packets = 1'024;
};

}  // namespace wgw
