#pragma once
/// Bounds of the product. Those that an operator may change are rows of the option table (WGW_LIMIT_<NAME>, see
/// app/options.cpp); bounds of a protocol stand beside the protocol.

#include <cstdint>

namespace wgw {

struct Limits {
    std::int64_t username_min = 6;  ///< Code points.
    std::int64_t password_min = 6;
    std::int64_t password_max = 128;
    std::int64_t username_max = 64;
    std::int64_t name_max = 100;  ///< First and last name, room name.
    std::int64_t content_bytes = 16'384;
    std::int64_t page_bare = 1'000;  ///< A list that was asked for without a page.
    std::int64_t members = 20'000;   ///< Of a room.
    std::int64_t rooms_per_user = 1'000;
    std::int64_t unacked = 64;  ///< Unanswered sends of a connection.
    std::int64_t hash_queue = 64;
};

}  // namespace wgw
