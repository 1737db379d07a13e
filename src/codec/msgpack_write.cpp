#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace wgw {
namespace {

void append_bytes(std::string& out, std::uint64_t number, int size)
{
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(number >> shift & 0xff);
}

void append_prefixed(std::string& out, std::uint8_t prefix, std::uint64_t number, int size)
{
    out += static_cast<char>(prefix);
    append_bytes(out, number, size);
}

/// The head of what has a length: `prefix` with one byte of it, the next ones with two and four.
void append_length(std::string& out, std::uint8_t prefix, std::size_t length)
{
    if (length <= 0xff)
        return append_prefixed(out, prefix, length, 1);
    if (length <= 0xffff)
        return append_prefixed(out, prefix + 1, length, 2);
    append_prefixed(out, prefix + 2, length, 4);
}

/// Of an array or map: `fixed` holds lengths up to 15 itself, `prefix` has two bytes, the next one four.
void append_container(std::string& out, std::uint8_t fixed, std::uint8_t prefix, std::size_t length)
{
    if (length <= 15)
        out += static_cast<char>(fixed | length);
    else if (length <= 0xffff)
        append_prefixed(out, prefix, length, 2);
    else
        append_prefixed(out, prefix + 1, length, 4);
}

void append_unsigned(std::string& out, std::uint64_t number)
{
    if (number <= 0x7f)
        out += static_cast<char>(number);
    else if (number <= 0xff)
        append_prefixed(out, 0xcc, number, 1);
    else if (number <= 0xffff)
        append_prefixed(out, 0xcd, number, 2);
    else if (number <= 0xffffffff)
        append_prefixed(out, 0xce, number, 4);
    else
        append_prefixed(out, 0xcf, number, 8);
}

/// Walks the brackets, strings and words (numbers, true, false, null) of checked JSON, in order.
class Tokens {
public:
    explicit Tokens(std::string_view json) : json_(json) {}

    /// Empty: the end.
    std::string_view next()
    {
        at_ = std::min(json_.find_first_not_of(" \t\r\n,:", at_), json_.size());
        const auto begin = at_;
        at_ = token_end();
        return json_.substr(begin, at_ - begin);
    }

    std::size_t at() const { return at_; }
    void jump(std::size_t at) { at_ = at; }

private:
    std::size_t token_end() const
    {
        if (at_ == json_.size())
            return at_;
        if (std::string_view("{}[]").contains(json_[at_]))
            return at_ + 1;
        if (json_[at_] != '"')
            return std::min(json_.find_first_of(",]} \t\r\n", at_), json_.size());
        auto end = at_ + 1;
        while (json_[end] != '"')
            end += json_[end] == '\\' ? 2 : 1;
        return end + 1;
    }

    std::string_view json_;
    std::size_t at_ = 0;
};

std::string text_of(std::string_view string_token)
{
    return string_token.contains('\\') ? JsonValue(string_token).string()
                                       : std::string(string_token.substr(1, string_token.size() - 2));
}

/// What the head of an array or object needs to know of what follows it.
struct Container {
    std::size_t children = 0;  ///< Elements, or names and values.
    std::size_t end = 0;       ///< Behind its closing bracket.
    std::size_t next = 0;      ///< The container that opens after that, counted in order of opening.
    std::optional<std::size_t> attachment = std::nullopt;  ///< That it is a placeholder of.
};

/// First pass: all containers, in order of opening. (MessagePack says a length in front, JSON does not.)
class Survey {
public:
    Survey(std::string_view json, std::size_t attachments) : tokens_(json), attachments_(attachments) {}

    std::vector<Container> run()
    {
        for (auto token = tokens_.next(); !token.empty(); token = tokens_.next()) {
            if (token == "}" || token == "]") {
                close();
                continue;
            }
            child(token);
            if (token == "{" || token == "[")
                open(token == "{");
        }
        return std::move(containers_);
    }

private:
    enum class Field : std::uint8_t { other, placeholder, num };

    /// A container that is open at the point of reading.
    struct Level {
        std::size_t container = 0;
        bool is_object = false;
        Field field = Field::other;                     // of the member whose value comes next
        bool is_placeholder = false;                    // the last "_placeholder" is true
        std::optional<std::size_t> num = std::nullopt;  // the last "num", if it is one of the attachments
    };

    void open(bool is_object)
    {
        levels_.push_back({.container = containers_.size(), .is_object = is_object});
        containers_.emplace_back();
    }

    void close()
    {
        const auto& level = levels_.back();
        auto& container = containers_[level.container];
        container.end = tokens_.at();
        container.next = containers_.size();
        if (level.is_placeholder)
            container.attachment = level.num;
        levels_.pop_back();
    }

    void child(std::string_view token)
    {
        if (levels_.empty())
            return;
        auto& level = levels_.back();
        const bool is_name = containers_[level.container].children++ % 2 == 0;
        if (!level.is_object || attachments_ == 0)
            return;
        if (is_name)
            level.field = field_of(token);
        else if (level.field == Field::placeholder)
            level.is_placeholder = token == "true";
        else if (level.field == Field::num)
            level.num = index(token);
    }

    static Field field_of(std::string_view token)
    {
        const auto name = text_of(token);
        if (name == "_placeholder")
            return Field::placeholder;
        return name == "num" ? Field::num : Field::other;
    }

    std::optional<std::size_t> index(std::string_view token) const
    {
        if (token == "{" || token == "[")
            return std::nullopt;
        const auto number = JsonValue(token).integer();
        if (!number || *number < 0 || static_cast<std::size_t>(*number) >= attachments_)
            return std::nullopt;
        return static_cast<std::size_t>(*number);
    }

    Tokens tokens_;
    std::size_t attachments_;
    std::vector<Container> containers_;
    std::vector<Level> levels_;
};

void append_binary(std::string& out, std::string_view bytes)
{
    append_length(out, 0xc4, bytes.size());
    out += bytes;
}

void append_number(std::string& out, std::string_view token)
{
    const JsonValue number(token);
    // Digits are an integer. What has an exponent or a fraction was a double: it is one of 2^53 at most, which are exact.
    const bool is_digits = token.find_first_not_of("-0123456789") == std::string_view::npos;
    constexpr std::int64_t kExact = std::int64_t{1} << std::numeric_limits<double>::digits;
    if (const auto integer = number.integer(); integer && (is_digits || (*integer <= kExact && *integer >= -kExact)))
        return append_msgpack_integer(out, *integer);
    // Digits beyond int64 that uint64 still holds.
    std::uint64_t big = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), big);
    if (error == std::errc() && end == token.data() + token.size())
        return append_unsigned(out, big);
    append_prefixed(out, 0xcb, std::bit_cast<std::uint64_t>(number.number()), 8);
}

void append_scalar(std::string& out, std::string_view token)
{
    switch (token.front()) {
    case 'n':
        out += '\xc0';
        return;
    case 'f':
        out += '\xc2';
        return;
    case 't':
        out += '\xc3';
        return;
    case '"':
        return append_msgpack_string(out, text_of(token));
    default:
        return append_number(out, token);
    }
}

}  // namespace

std::string msgpack_from_json(std::string_view json, std::span<const std::string> attachments)
{
    const auto containers = Survey(json, attachments.size()).run();
    std::string out;
    out.reserve(json.size());
    std::size_t opened = 0;
    Tokens tokens(json);
    for (auto token = tokens.next(); !token.empty(); token = tokens.next()) {
        if (token == "}" || token == "]")
            continue;
        if (token != "{" && token != "[") {
            append_scalar(out, token);
            continue;
        }
        const auto& container = containers[opened++];
        if (container.attachment) {
            append_binary(out, attachments[*container.attachment]);
            opened = container.next;
            tokens.jump(container.end);
        } else if (token == "{") {
            append_msgpack_map(out, container.children / 2);
        } else {
            append_container(out, 0x90, 0xdc, container.children);
        }
    }
    return out;
}

void append_msgpack_map(std::string& out, std::size_t members) { append_container(out, 0x80, 0xde, members); }

void append_msgpack_string(std::string& out, std::string_view utf8)
{
    if (utf8.size() <= 31)
        out += static_cast<char>(0xa0 | utf8.size());
    else
        append_length(out, 0xd9, utf8.size());
    out += utf8;
}

void append_msgpack_integer(std::string& out, std::int64_t number)
{
    if (number >= 0)
        return append_unsigned(out, static_cast<std::uint64_t>(number));
    const auto bits = static_cast<std::uint64_t>(number);
    if (number >= -32)
        out += static_cast<char>(number);
    else if (number >= std::numeric_limits<std::int8_t>::min())
        append_prefixed(out, 0xd0, bits, 1);
    else if (number >= std::numeric_limits<std::int16_t>::min())
        append_prefixed(out, 0xd1, bits, 2);
    else if (number >= std::numeric_limits<std::int32_t>::min())
        append_prefixed(out, 0xd2, bits, 4);
    else
        append_prefixed(out, 0xd3, bits, 8);
}

}  // namespace wgw
