#pragma once
/// What is said to Redis, and what it answers: values.

#include <cstdint>
#include <string>
#include <vector>

namespace wgw::bus {

/// A command and its arguments, which may hold any bytes.
using RedisCommand = std::vector<std::string>;

struct RedisReply {
    enum class Kind : std::uint8_t { nil, integer, text, error, list };

    Kind kind = Kind::nil;
    std::int64_t integer = 0;
    std::string text = {};  ///< Of a text, and of an error what it says.
    std::vector<RedisReply> list = {};

    friend bool operator==(const RedisReply&, const RedisReply&) = default;
};

}  // namespace wgw::bus
