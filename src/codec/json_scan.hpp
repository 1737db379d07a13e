#pragma once
/// The inner loop of reading and writing JSON strings. For json_check.cpp and json_text.cpp only.
///
/// Tests  json_text_test.cpp

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace wgw::json_scan {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

enum class NonAscii { stop, pass };

/// The first byte that a string cannot hold as it is (quote, backslash, control character), or that is not ASCII.
template <NonAscii non_ascii>
const char* plain_end(const char* at, const char* end)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    for (; end - at >= 8; at += 8) {
        std::uint64_t bytes;
        std::memcpy(&bytes, at, 8);
        const auto quotes = bytes ^ (ones * '"');
        const auto backslashes = bytes ^ (ones * '\\');
        // A top bit stays set where a byte was zero (quote, backslash) or below 0x20.
        auto found =
            ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) | ((bytes - ones * 32) & ~bytes);
        if constexpr (non_ascii == NonAscii::stop)
            found |= bytes;
        if ((found & tops) != 0)
            break;
    }
    return std::find_if(at, end, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || c == '"' || c == '\\' || (non_ascii == NonAscii::stop && byte >= 0x80);
    });
}

}  // namespace wgw::json_scan
