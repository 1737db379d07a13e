#include "codec/url.hpp"

#include "base/ascii.hpp"
#include "codec/utf8.hpp"

namespace wgw {
namespace {

/// Whether every percent sign could be decoded.
bool decode(std::string_view text, bool plus_is_space, std::string& out)
{
    bool clean = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (plus_is_space && text[i] == '+') {
            out += ' ';
            continue;
        }
        if (text[i] == '%') {
            const int high = text.size() - i > 2 ? hex_digit(text[i + 1]) : -1;
            const int low = text.size() - i > 2 ? hex_digit(text[i + 2]) : -1;
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
            clean = false;
        }
        out += text[i];
    }
    return clean;
}

std::string decode_leniently(std::string_view text)
{
    std::string out;
    decode(text, true, out);
    return is_utf8(out) ? out : to_utf8(out);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string out;
    if (!decode(text, false, out) || !is_utf8(out))
        return {};
    return out;
}

std::vector<std::pair<std::string, std::string>> form_pairs(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty() && pairs.size() < kMaxFormPairs) {
        const auto end = text.find('&');
        const std::string_view part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (part.empty())
            continue;
        const auto equals = part.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        pairs.emplace_back(decode_leniently(part.substr(0, equals)), decode_leniently(value));
    }
    return pairs;
}

}  // namespace wgw
