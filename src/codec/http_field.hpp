#pragma once
/// Parts of the value of an HTTP header field.
/// Source  RFC 9110 §5.6
/// Tests   http_request_test.cpp, ws_handshake_test.cpp

#include <algorithm>
#include <string_view>

namespace wgw {

inline bool is_http_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

/// Without the white space around it.
inline std::string_view trim_field(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

}  // namespace wgw
