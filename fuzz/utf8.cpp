// UTF-8: our automaton, whole and in pieces, against the definition read code point by code point.

#include "codec/utf8.hpp"

#include "fuzz/fuzz.hpp"

namespace {

using namespace wgw;

/// RFC 3629, written down as it is said.
bool is_valid(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<std::uint8_t>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (length == 0 || text.size() - i < length)
            return false;
        std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<std::uint8_t>(text[i + k]);
            if (byte >> 6 != 2)
                return false;
            code = code << 6 | (byte & 0x3f);
        }
        constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        i += length;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    const auto cut = choices.pick(17);
    const auto text = choices.rest();
    const bool valid = is_valid(text);
    fuzz::require(is_utf8(text) == valid, "is_utf8 says what the definition says");

    Utf8Validator pieces;
    bool possible = true;
    for (std::size_t at = 0; at < text.size(); at += cut + 1)
        possible = pieces.push(text.substr(at, cut + 1));
    fuzz::require((possible && pieces.ends_complete()) == valid, "the same in pieces");

    const auto repaired = to_utf8(text);
    fuzz::require(is_valid(repaired), "what to_utf8 makes is valid");
    fuzz::require(!valid || repaired == text, "and changes nothing that is");
    fuzz::require(code_points(repaired) <= text.size(), "with no more code points than bytes");
    return 0;
}
