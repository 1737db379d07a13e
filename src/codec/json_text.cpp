#include "codec/json_text.hpp"

#include "base/ascii.hpp"
#include "codec/json_scan.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace wgw {
namespace {

using namespace json_scan;

// The text is checked: nothing is looked at twice, and every quote has its partner.

std::string_view without_space(std::string_view text)
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    return text;
}

/// Of the string that `text` begins with: its length with both quotes.
std::size_t string_length(std::string_view text)
{
    const char* const end = text.data() + text.size();
    const char* at = text.data() + 1;
    while ((at = plain_end<NonAscii::pass>(at, end)) != end && *at != '"')
        at += std::min<std::ptrdiff_t>(2, end - at);
    return static_cast<std::size_t>(std::min(at + 1, end) - text.data());
}

/// Of the value that `text` begins with.
std::size_t value_length(std::string_view text)
{
    if (text.front() == '"')
        return string_length(text);
    if (text.front() != '{' && text.front() != '[')
        return std::min(text.find_first_of(",]} \n\r\t"), text.size());
    int depth = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"') {
            i += string_length(text.substr(i));
            continue;
        }
        ++i;
        if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return i;
    }
    return text.size();
}

/// Cuts the first value off `rest`, and the separator behind it.
JsonValue take_value(std::string_view& rest, char separator)
{
    const auto length = value_length(rest);
    const JsonValue value(rest.substr(0, length));
    rest = without_space(rest.substr(length));
    if (rest.starts_with(separator))
        rest = without_space(rest.substr(1));
    return value;
}

std::string_view inside(std::string_view text, char opening)
{
    return text.starts_with(opening) ? without_space(text.substr(1)) : std::string_view();
}

std::uint32_t hex4(std::string_view digits)
{
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + 4, number, 16);
    return number;
}

/// The code point whose first four digits `rest` begins with; takes the second half of a pair too.
std::uint32_t take_code_point(std::string_view& rest)
{
    const auto first = hex4(rest);
    rest.remove_prefix(4);
    if (first < 0xd800 || first > 0xdbff || !rest.starts_with("\\u"))
        return first;
    const auto second = hex4(rest.substr(2));
    if (second < 0xdc00 || second > 0xdfff)
        return first;
    rest.remove_prefix(6);
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/// number *= 10^exponent, if it fits.
bool scale(std::uint64_t& number, std::uint64_t exponent)
{
    for (; exponent != 0 && number != 0; --exponent)
        if (__builtin_mul_overflow(number, std::uint64_t{10}, &number))
            return false;
    return true;
}

}  // namespace

JsonValue::JsonValue(std::string_view checked_text) : text_(without_space(checked_text))
{
    while (!text_.empty() && is_space(text_.back()))
        text_.remove_suffix(1);
}

JsonType JsonValue::type() const
{
    switch (text_.empty() ? 'n' : text_.front()) {
    case 'n':
        return JsonType::null;
    case 't':
    case 'f':
        return JsonType::boolean;
    case '"':
        return JsonType::string;
    case '[':
        return JsonType::array;
    case '{':
        return JsonType::object;
    default:
        return JsonType::number;
    }
}

std::string JsonValue::string() const
{
    if (!is_string())
        return {};
    std::string_view rest = text_.substr(1, text_.size() - 2);
    std::string out;
    out.reserve(rest.size());
    while (true) {
        const auto backslash = std::min(rest.find('\\'), rest.size());
        out += rest.substr(0, backslash);
        if (backslash == rest.size())
            return out;
        const char c = rest[backslash + 1];
        rest.remove_prefix(backslash + 2);
        switch (c) {
        case 'b':
            out += '\b';
            break;
        case 'f':
            out += '\f';
            break;
        case 'n':
            out += '\n';
            break;
        case 'r':
            out += '\r';
            break;
        case 't':
            out += '\t';
            break;
        case 'u':
            append_utf8(out, take_code_point(rest));
            break;
        default:
            out += c;
        }
    }
}

std::optional<std::int64_t> JsonValue::integer() const
{
    if (type() != JsonType::number)
        return std::nullopt;
    // mantissa * 10^exponent, zeros at the end kept out of the mantissa: so 1.0 and 1e3 fit.
    const auto mantissa_text = text_.substr(0, std::min(text_.find_first_of("eE"), text_.size()));
    std::uint64_t mantissa = 0;
    std::int64_t exponent = 0;
    std::size_t zeros = 0;
    bool fraction = false;
    for (const char c : mantissa_text) {
        fraction |= c == '.';
        if (c == '-' || c == '.')
            continue;
        exponent -= fraction ? 1 : 0;
        ++zeros;
        if (c == '0')
            continue;
        if (!scale(mantissa, zeros) || __builtin_add_overflow(mantissa, static_cast<unsigned>(c - '0'), &mantissa))
            return std::nullopt;
        zeros = 0;
    }
    if (mantissa == 0)
        return 0;
    exponent += static_cast<std::int64_t>(zeros);
    if (mantissa_text.size() < text_.size()) {
        auto digits = text_.substr(mantissa_text.size() + 1);
        if (digits.front() == '+')
            digits.remove_prefix(1);
        std::int32_t written = 0;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), written).ec != std::errc())
            return std::nullopt;
        exponent += written;
    }
    if (exponent < 0 || !scale(mantissa, static_cast<std::uint64_t>(exponent)))
        return std::nullopt;
    const bool negative = text_.front() == '-';
    if (mantissa > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0))
        return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - mantissa : mantissa);
}

double JsonValue::number() const
{
    double value = 0;
    if (std::from_chars(text_.data(), text_.data() + text_.size(), value).ec == std::errc())
        return value;
    return std::strtod(
        std::string(text_).c_str(), nullptr
    );  // tells infinite from nearly zero, which from_chars does not
}

JsonValue::Elements JsonValue::elements() const { return Elements(text_); }

JsonValue::Members JsonValue::members() const { return Members(text_); }

std::optional<JsonValue> JsonValue::find(std::string_view name) const
{
    std::optional<JsonValue> found;
    for (auto cursor = members(); const auto member = cursor.next();) {
        const auto written = member->name.text();
        const bool same =
            written.contains('\\') ? member->name.string() == name : written.substr(1, written.size() - 2) == name;
        if (same)
            found = member->value;
    }
    return found;
}

JsonValue::Elements::Elements(std::string_view array_text) : rest_(inside(array_text, '[')) {}

std::optional<JsonValue> JsonValue::Elements::next()
{
    if (rest_.empty() || rest_.front() == ']')
        return std::nullopt;
    return take_value(rest_, ',');
}

JsonValue::Members::Members(std::string_view object_text) : rest_(inside(object_text, '{')) {}

std::optional<JsonMember> JsonValue::Members::next()
{
    if (rest_.empty() || rest_.front() == '}')
        return std::nullopt;
    const auto name = take_value(rest_, ':');
    const auto value = take_value(rest_, ',');
    return JsonMember{name, value};
}

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        const char* const plain = plain_end<NonAscii::pass>(at, end);
        out.append(at, plain);
        if (plain == end)
            break;
        const char c = *plain;
        out += '\\';
        switch (c) {
        case '"':
        case '\\':
            out += c;
            break;
        case '\b':
            out += 'b';
            break;
        case '\f':
            out += 'f';
            break;
        case '\n':
            out += 'n';
            break;
        case '\r':
            out += 'r';
            break;
        case '\t':
            out += 't';
            break;
        default:
            out += "u00";
            append_hex(out, {plain, 1});
        }
        at = plain + 1;
    }
    out += '"';
}

}  // namespace wgw
