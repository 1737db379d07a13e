#include "codec/utf8.hpp"

#include <bit>
#include <cstring>

namespace wgw {
namespace {

/// What may follow: states of the automaton of table 3-7 of the Unicode standard.
enum State : std::uint8_t { start, one, two, three, after_e0, after_ed, after_f0, after_f4, invalid };

State next(State state, unsigned char byte)
{
    const bool continues = byte >= 0x80 && byte <= 0xbf;
    switch (state) {
    case start:
        if (byte < 0x80)
            return start;
        if (byte >= 0xc2 && byte <= 0xdf)
            return one;
        if (byte == 0xe0)
            return after_e0;
        if (byte == 0xed)
            return after_ed;
        if (byte >= 0xe1 && byte <= 0xef)
            return two;
        if (byte == 0xf0)
            return after_f0;
        if (byte >= 0xf1 && byte <= 0xf3)
            return three;
        return byte == 0xf4 ? after_f4 : invalid;
    case one:
        return continues ? start : invalid;
    case two:
        return continues ? one : invalid;
    case three:
        return continues ? two : invalid;
    case after_e0:
        return continues && byte >= 0xa0 ? one : invalid;  // no overlong form
    case after_ed:
        return continues && byte <= 0x9f ? one : invalid;  // no surrogate
    case after_f0:
        return continues && byte >= 0x90 ? two : invalid;  // no overlong form
    case after_f4:
        return continues && byte <= 0x8f ? two : invalid;  // nothing above U+10FFFF
    case invalid:
        break;
    }
    return invalid;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The first two bytes of a character of three: is it overlong, or a surrogate?
bool is_limited(std::uint64_t bytes)
{
    const auto lead_and_bit = bytes & 0x20ff;  // the bit tells second bytes from 0xa0 on
    return lead_and_bit == 0x00e0 || lead_and_bit == 0x20ed;
}

/// Past what most text is made of: ASCII, eight bytes at a time, and characters of three bytes (Thai, for one), two at
/// a time. What it stops at need not be wrong: it is
/// left to the automaton.
std::size_t skip_plain(std::string_view text, std::size_t i)
{
    const char* const bytes = text.data();
    while (i + 8 <= text.size()) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + i, 8);
        if ((word & 0x8080808080808080) == 0)
            i += 8;
        else if (std::endian::native == std::endian::little && (word & 0xc0c0f0c0c0f0) == 0x8080e08080e0 &&
                 !is_limited(word) && !is_limited(word >> 24))
            i += 6;
        else
            break;
    }
    return i;
}

}  // namespace

bool Utf8Validator::push(std::string_view piece)
{
    auto state = static_cast<State>(state_);
    std::size_t i = 0;
    while (i < piece.size() && state != invalid) {
        if (state == start) {
            i = skip_plain(piece, i);
            if (i == piece.size())
                break;
        }
        state = next(state, static_cast<unsigned char>(piece[i++]));
    }
    state_ = state;
    return state != invalid;
}

bool is_utf8(std::string_view text)
{
    Utf8Validator validator;
    return validator.push(text) && validator.ends_complete();
}

std::string to_utf8(std::string_view text)
{
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    std::string out;
    std::size_t begin = 0;  // of the character being read
    State state = start;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const State was = state;
        state = next(state, static_cast<unsigned char>(text[i]));
        if (state == start) {
            out.append(text, begin, i + 1 - begin);
            begin = i + 1;
        } else if (state == invalid) {
            out += kReplacement;
            state = start;
            begin = i + 1;
            if (was != start) {  // the byte that broke a character may begin another
                begin = i;
                --i;
            }
        }
    }
    if (state != start)
        out += kReplacement;
    return out;
}

void append_utf8(std::string& out, std::uint32_t code_point)
{
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        code_point = 0xfffd;
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | code_point >> 6);
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | code_point >> 12);
        put(0x80 | (code_point >> 6 & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | code_point >> 18);
        put(0x80 | (code_point >> 12 & 0x3f));
        put(0x80 | (code_point >> 6 & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
}

std::size_t code_points(std::string_view text)
{
    std::size_t count = 0;
    for (const char c : text)
        count += is_continuation(c) ? 0 : 1;
    return count;
}

}  // namespace wgw
