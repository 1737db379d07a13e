#include "loadgen/stamp.hpp"

#include <array>
#include <cstring>

namespace wgw::loadgen {
namespace {

constexpr std::string_view kMark = "@wgw";

void append_hex(std::string& out, std::uint64_t value, int digits)
{
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[value >> static_cast<unsigned>(shift) & 15U];
}

constexpr std::uint8_t kNoDigit = 255;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (std::uint8_t i = 0; i < 16; ++i)
        digits[static_cast<unsigned char>("0123456789abcdef"[i])] = i;
    return digits;
}();

/// Takes `digits` digits from the front; `bad` becomes true if one is none.
std::uint64_t take_hex(const char*& at, int digits, bool& bad)
{
    std::uint64_t value = 0;
    for (int i = 0; i < digits; ++i) {
        const auto digit = kDigits[static_cast<unsigned char>(*at++)];
        bad |= digit == kNoDigit;
        value = value << 4U | (digit & 15U);
    }
    return value;
}

}  // namespace

void append_stamp(std::string& out, const Stamp& stamp, std::size_t size)
{
    out += kMark;
    append_hex(out, stamp.run, 8);
    append_hex(out, stamp.sender, 8);
    append_hex(out, stamp.number, 8);
    append_hex(out, stamp.at_ns, 16);
    if (size > kStampBytes)
        out.append(size - kStampBytes, '.');
}

std::optional<Stamp> find_stamp(std::string_view text)
{
    const void* found = ::memmem(text.data(), text.size(), kMark.data(), kMark.size());
    if (found == nullptr)
        return {};
    const auto* at = static_cast<const char*>(found);
    if (static_cast<std::size_t>(text.data() + text.size() - at) < kStampBytes)
        return {};
    at += kMark.size();
    bool bad = false;
    Stamp stamp;
    stamp.run = static_cast<std::uint32_t>(take_hex(at, 8, bad));
    stamp.sender = static_cast<std::uint32_t>(take_hex(at, 8, bad));
    stamp.number = static_cast<std::uint32_t>(take_hex(at, 8, bad));
    stamp.at_ns = take_hex(at, 16, bad);
    return bad ? std::nullopt : std::optional(stamp);
}

}  // namespace wgw::loadgen
