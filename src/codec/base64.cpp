#include "codec/base64.hpp"

#include <array>
#include <cstdint>

namespace wgw {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int16_t, 256> values_of(std::string_view alphabet)
{
    std::array<std::int16_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int16_t>(i);
    return values;
}

constexpr auto kStandardValues = values_of(kStandard);
constexpr auto kUrlValues = values_of(kUrl);

}  // namespace

std::string base64_encode(std::string_view bytes, Base64 form)
{
    const std::string_view alphabet = form == Base64::url ? kUrl : kStandard;
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            out += alphabet[bits >> count & 63];
        }
    }
    if (count > 0)
        out += alphabet[bits << (6 - count) & 63];
    while (form == Base64::standard && out.size() % 4 != 0)
        out += '=';
    return out;
}

std::optional<std::string> base64_decode(std::string_view text, Base64 form)
{
    if (form == Base64::standard) {
        if (text.size() % 4 != 0)
            return {};
        for (int i = 0; i < 2 && text.ends_with('='); ++i)
            text.remove_suffix(1);
    }
    if (text.size() % 4 == 1)
        return {};
    const auto& values = form == Base64::url ? kUrlValues : kStandardValues;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::int32_t value = values[static_cast<unsigned char>(c)];
        if (value < 0)
            return {};
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 255);
        }
    }
    if ((bits & ((1U << count) - 1)) != 0)
        return {};
    return out;
}

}  // namespace wgw
