#pragma once
/// UTF-8: is it valid, and made valid.
///
/// Source  RFC 3629; Unicode 15, table 3-7 (no surrogates, no overlong forms, nothing above U+10FFFF)
/// Tests   utf8_test.cpp

#include <cstdint>
#include <string>
#include <string_view>

namespace wgw {

bool is_utf8(std::string_view text);

/// UTF-8 that arrives in pieces: push() each, then ends_complete().
class Utf8Validator {
public:
    /// False as soon as no continuation can make it valid. Once false, stays false.
    bool push(std::string_view piece);
    bool ends_complete() const { return state_ == 0; }

private:
    std::uint8_t state_ = 0;
};

/// `text` with each maximal invalid part replaced by U+FFFD, as TextDecoder does.
std::string to_utf8(std::string_view text);

/// Appends one code point. Surrogates and numbers above U+10FFFF become U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);

/// Code points of valid UTF-8.
std::size_t code_points(std::string_view text);

}  // namespace wgw
