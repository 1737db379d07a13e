#pragma once
/// Bodies of HTTP answers, compressed as the client allows.
///
/// Source  RFC 9110 §12.5.3 (Accept-Encoding), RFC 1952 (gzip), RFC 1950 (what HTTP calls deflate)
/// Tests   compress_test.cpp

#include <cstdint>
#include <string>
#include <string_view>

namespace wgw {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate };

/// Which of them the field `Accept-Encoding` prefers; gzip of equals. Nothing acceptable: identity.
ContentCoding content_coding(std::string_view accept_encoding);

/// `gzip`, `deflate`: the value of Content-Encoding. Empty for identity.
std::string_view text_of(ContentCoding coding);

/// `body` in that coding.
std::string compress(std::string_view body, ContentCoding coding);

/// What was compressed as gzip, by us: the length that it ends with is believed. Throws std::runtime_error if it is
/// damaged.
std::string gunzip(std::string_view packed);

}  // namespace wgw
