#include "codec/json_text.hpp"

#include "codec/utf8.hpp"

#include <bitset>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace wgw {
namespace {

constexpr int kDeepest = 1'024;  // bits of the checker's stack; JsonLimits::depth is at most this

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view skip_space(std::string_view text)
{
    std::size_t i = 0;
    while (i < text.size() && is_space(text[i]))
        ++i;
    return text.substr(i);
}

/// Length of the string literal at the front of `text`, quotes included; 0 if it is none.
std::size_t check_string(std::string_view text, bool& ascii)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '"')
            return i + 1;
        if (byte < 0x20)
            return 0;
        if (byte >= 0x80)
            ascii = false;
        if (byte != '\\')
            continue;
        if (++i == text.size())
            return 0;
        if (text[i] == 'u') {
            if (i + 4 >= text.size())
                return 0;
            for (int digit = 0; digit < 4; ++digit)
                if (std::isxdigit(static_cast<unsigned char>(text[++i])) == 0)
                    return 0;
        } else if (std::strchr("\"\\/bfnrt", text[i]) == nullptr || text[i] == '\0') {
            return 0;
        }
    }
    return 0;
}

/// Length of the number at the front of `text`; 0 if it is none.
std::size_t check_number(std::string_view text)
{
    std::size_t i = 0;
    const auto digits = [&] {
        const std::size_t begin = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        return i - begin;
    };
    if (text[i] == '-')
        ++i;
    const std::size_t first = i;
    const std::size_t integer = digits();
    if (integer == 0 || (integer > 1 && text[first] == '0'))
        return 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        if (digits() == 0)
            return 0;
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '+' || text[i] == '-'))
            ++i;
        if (digits() == 0)
            return 0;
    }
    return i;
}

/// One pass over the text, with a stack of one bit per open bracket.
class Checker {
public:
    Checker(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {}

    JsonError run()
    {
        const JsonError error = values();
        if (error != JsonError::none)
            return error;
        if (!skip_space(text_.substr(at_)).empty())
            return JsonError::syntax;
        return ascii_ || is_utf8(text_) ? JsonError::none : JsonError::utf8;
    }

private:
    bool next(char c)
    {
        space();
        if (at_ >= text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }
    void space()
    {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }
    bool take(std::size_t length)
    {
        at_ += length;
        return length > 0;
    }
    bool literal(std::string_view word) { return text_.substr(at_, word.size()) == word && take(word.size()); }
    bool node() { return ++nodes_ <= limits_.nodes; }

    /// The name of a member and its colon.
    bool name()
    {
        space();
        return at_ < text_.size() && text_[at_] == '"' && take(check_string(text_.substr(at_), ascii_)) && next(':');
    }

    JsonError values()
    {
        while (true) {
            space();
            if (at_ >= text_.size())
                return JsonError::syntax;
            if (!node())
                return JsonError::too_many_nodes;
            const char c = text_[at_];
            if (c == '{' || c == '[') {
                if (depth_ == limits_.depth || depth_ == kDeepest)
                    return JsonError::too_deep;
                in_object_[static_cast<std::size_t>(depth_++)] = c == '{';
                ++at_;
                if (next(c == '{' ? '}' : ']')) {
                    --depth_;
                } else {
                    if (c == '{') {
                        if (!name())
                            return JsonError::syntax;
                        if (!node())
                            return JsonError::too_many_nodes;
                    }
                    continue;
                }
            } else if (!scalar(c)) {
                return JsonError::syntax;
            }
            const JsonError error = after_value();
            if (error != JsonError::none || depth_ == 0)
                return error;
        }
    }

    bool scalar(char c)
    {
        switch (c) {
        case '"':
            return take(check_string(text_.substr(at_), ascii_));
        case 't':
            return literal("true");
        case 'f':
            return literal("false");
        case 'n':
            return literal("null");
        default:
            return take(check_number(text_.substr(at_)));
        }
    }

    /// Closes what ends here, up to a comma.
    JsonError after_value()
    {
        while (depth_ > 0) {
            const bool object = in_object_[static_cast<std::size_t>(depth_ - 1)];
            if (next(',')) {
                if (!object)
                    return JsonError::none;
                if (!name())
                    return JsonError::syntax;
                return node() ? JsonError::none : JsonError::too_many_nodes;
            }
            if (!next(object ? '}' : ']'))
                return JsonError::syntax;
            --depth_;
        }
        return JsonError::none;
    }

    std::string_view text_;
    JsonLimits limits_;
    std::size_t at_ = 0;
    std::size_t nodes_ = 0;
    int depth_ = 0;
    bool ascii_ = true;
    std::bitset<kDeepest> in_object_;
};

/// Length of the checked value at the front of `text`.
std::size_t value_length(std::string_view text)
{
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            for (++i; text[i] != '"'; ++i)
                if (text[i] == '\\')
                    ++i;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return i;
            --depth;
        } else if (depth == 0 && (c == ',' || c == ':' || is_space(c))) {
            return i;
        } else {
            continue;
        }
        if (depth == 0)
            return i + 1;
    }
    return text.size();
}

/// Takes the value at the front of `rest`, and a separator behind it.
JsonValue take_value(std::string_view& rest)
{
    rest = skip_space(rest);
    const std::size_t length = value_length(rest);
    const JsonValue value(rest.substr(0, length));
    rest = skip_space(rest.substr(length));
    if (!rest.empty() && (rest.front() == ',' || rest.front() == ':'))
        rest = skip_space(rest.substr(1));
    return value;
}

std::uint32_t hex4(std::string_view digits)
{
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + 4, value, 16);
    return value;
}

}  // namespace

JsonError json_check(std::string_view text, JsonLimits limits) { return Checker(text, limits).run(); }

JsonValue::JsonValue(std::string_view checked_text) : text_(skip_space(checked_text))
{
    while (!text_.empty() && is_space(text_.back()))
        text_.remove_suffix(1);
    assert(!text_.empty());
}

JsonType JsonValue::type() const
{
    switch (text_.front()) {
    case '{':
        return JsonType::object;
    case '[':
        return JsonType::array;
    case '"':
        return JsonType::string;
    case 'n':
        return JsonType::null;
    case 't':
    case 'f':
        return JsonType::boolean;
    default:
        return JsonType::number;
    }
}

std::string JsonValue::string() const
{
    std::string_view rest = text_.substr(1, text_.size() - 2);
    std::string out;
    out.reserve(rest.size());
    while (true) {
        const auto escape = rest.find('\\');
        out += rest.substr(0, escape);
        if (escape == std::string_view::npos)
            return out;
        const char kind = rest[escape + 1];
        rest.remove_prefix(escape + 2);
        switch (kind) {
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
        case 'u': {
            std::uint32_t unit = hex4(rest);
            rest.remove_prefix(4);
            if (unit >= 0xd800 && unit < 0xdc00 && rest.starts_with("\\u")) {
                const std::uint32_t low = hex4(rest.substr(2));
                if (low >= 0xdc00 && low < 0xe000) {
                    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    rest.remove_prefix(6);
                }
            }
            append_utf8(out, unit);
            break;
        }
        default:
            out += kind;
        }
    }
}

std::optional<std::int64_t> JsonValue::integer() const
{
    if (type() != JsonType::number)
        return {};
    std::int64_t exact = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), exact);
    if (error == std::errc() && end == text_.data() + text_.size())
        return exact;
    if (text_.find_first_of(".eE") == std::string_view::npos)
        return {};
    const double value = number();
    constexpr double kLimit = 9'007'199'254'740'992.0;  // 2^53: beyond it a double is no longer exact
    if (std::isfinite(value) && std::trunc(value) == value && std::abs(value) <= kLimit)
        return static_cast<std::int64_t>(value);
    return {};
}

double JsonValue::number() const
{
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc::result_out_of_range)
        return value;
    // Too large or too small: the exponent's sign tells which, unless the digits alone do.
    const auto exponent = text_.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text_.substr(exponent + 1).starts_with('-');
    const double magnitude = tiny ? 0.0 : std::numeric_limits<double>::infinity();
    return text_.front() == '-' ? -magnitude : magnitude;
}

JsonValue::Elements JsonValue::elements() const { return Elements(text_); }

JsonValue::Members JsonValue::members() const { return Members(text_); }

std::optional<JsonValue> JsonValue::find(std::string_view name) const
{
    std::optional<JsonValue> found;
    auto cursor = members();
    while (const auto member = cursor.next()) {
        const std::string_view quoted = member->name.text();
        const bool same = quoted.find('\\') == std::string_view::npos ? quoted.substr(1, quoted.size() - 2) == name
                                                                      : member->name.string() == name;
        if (same)
            found = member->value;
    }
    return found;
}

JsonValue::Elements::Elements(std::string_view array_text) : rest_(skip_space(array_text.substr(1))) {}

std::optional<JsonValue> JsonValue::Elements::next()
{
    if (rest_.empty() || rest_.front() == ']')
        return {};
    return take_value(rest_);
}

JsonValue::Members::Members(std::string_view object_text) : rest_(skip_space(object_text.substr(1))) {}

std::optional<JsonMember> JsonValue::Members::next()
{
    if (rest_.empty() || rest_.front() == '}')
        return {};
    const JsonValue name = take_value(rest_);
    return JsonMember{name, take_value(rest_)};
}

void append_json_string(std::string& out, std::string_view text)
{
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        out.append(text, begin, i - begin);
        begin = i + 1;
        out += '\\';
        switch (byte) {
        case '"':
            out += '"';
            break;
        case '\\':
            out += '\\';
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
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    out.append(text, begin, text.size() - begin);
    out += '"';
}

}  // namespace wgw
