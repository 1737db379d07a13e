#pragma once
/// Letters and hex digits as ASCII has them, whatever the locale is.
/// Tests  ascii_test.cpp

#include <string>
#include <string_view>

namespace wgw {

/// The value of a hex digit of either case, 0 to 15; -1: it is none.
constexpr int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Appends each byte as two lower-case digits.
inline void append_hex(std::string& out, std::string_view bytes)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::size_t at = out.size();
    out.resize(at + 2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out[at++] = kDigits[byte >> 4U];
        out[at++] = kDigits[byte & 15U];
    }
}

/// Only A to Z are changed.
inline std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace wgw
