#pragma once
/// Base64, both alphabets: `standard` with padding, `url` without.
///
/// Decoding is strict: no white space, no foreign characters, no left-over bits. `standard` wants its padding, `url`
/// takes none.
/// Source  RFC 4648 §4, §5
/// Tests   base64_test.cpp

#include <optional>
#include <string>
#include <string_view>

namespace wgw {

enum class Base64 { standard, url };

std::string base64_encode(std::string_view bytes, Base64 form = Base64::standard);
std::optional<std::string> base64_decode(std::string_view text, Base64 form = Base64::standard);

}  // namespace wgw
