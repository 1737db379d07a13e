#pragma once
/// Parts of URLs: percent-encoding, query strings, forms.
///
/// Source  RFC 3986 §2.1; WHATWG URL, application/x-www-form-urlencoded
/// Tests   url_test.cpp

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw {

/// `%41` → `A`. Nothing if a percent sign is not followed by two hex digits, or the result is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text);

inline constexpr std::size_t kMaxFormPairs = 1'000;  ///< Of one query or form. The rest is ignored.

/// Names and values of `a=1&b=%20`, in order. Lenient: what cannot be decoded stays as it is; `+` is a space. They are
/// UTF-8 whatever came: bytes that are not become U+FFFD.
std::vector<std::pair<std::string, std::string>> form_pairs(std::string_view text);

}  // namespace wgw
