#include "base/time.hpp"
#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"
#include "codec/utf8.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

namespace wgw {
namespace {

/// The greatest distance from 1970 that a date of JavaScript has, in milliseconds.
constexpr std::int64_t kMaxDate = 8'640'000'000'000'000;

/// As Date.toJSON: years beyond four digits have a sign and six.
std::string date_text(std::int64_t unix_ms)
{
    auto text = to_iso({unix_ms});
    const auto end = text.find('-', 1);
    if (text.front() != '-' && end == 4)
        return text;
    int year = 0;
    std::from_chars(text.data(), text.data() + end, year);
    char digits[16];
    std::snprintf(digits, sizeof digits, "%+07d", year);
    return text.replace(0, end, digits);
}

class Reader {
public:
    Reader(std::string_view bytes, const MsgpackLimits& limits) : rest_(bytes), limits_(limits) {}

    std::expected<JsonWithAttachments, MsgpackError> run()
    {
        if (!value() || !containers())
            return std::unexpected(error_);
        if (!rest_.empty())
            return std::unexpected(MsgpackError::syntax);
        if (has_literal_ && !out_.attachments.empty())
            return std::unexpected(MsgpackError::placeholder);
        return std::move(out_);
    }

private:
    /// An array or map that is open at the point of reading.
    struct Level {
        std::uint64_t left = 0;  // elements or members
        bool is_map = false;
        bool is_first = true;
    };

    bool fail(MsgpackError error)
    {
        error_ = error;
        return false;
    }

    bool containers()
    {
        while (!levels_.empty()) {
            if (out_.json.size() > limits_.json_bytes)
                return fail(MsgpackError::too_large);
            auto& level = levels_.back();
            if (level.left == 0) {
                out_.json += level.is_map ? '}' : ']';
                levels_.pop_back();
                continue;
            }
            --level.left;
            if (!(level.is_map ? member(level) : element(level)))
                return false;
        }
        return out_.json.size() <= limits_.json_bytes || fail(MsgpackError::too_large);
    }

    bool element(Level& level)
    {
        separate(level);
        return value();
    }

    bool member(Level& level)
    {
        const auto before = out_.json.size();
        const auto was_first = level.is_first;
        separate(level);
        if (!key())
            return false;
        if (is_undefined()) {
            out_.json.resize(before);
            level.is_first = was_first;
            return count() && skip(3);
        }
        out_.json += ':';
        return value();
    }

    void separate(Level& level)
    {
        if (!level.is_first)
            out_.json += ',';
        level.is_first = false;
    }

    bool key()
    {
        const auto at = out_.json.size();
        const auto prefix = peek();
        const bool is_string = (prefix >= 0xa0 && prefix <= 0xbf) || (prefix >= 0xd9 && prefix <= 0xdb);
        const bool is_integer = prefix <= 0x7f || prefix >= 0xe0 || (prefix >= 0xcc && prefix <= 0xd3);
        if (rest_.empty())
            return fail(MsgpackError::syntax);
        if (!is_string && !is_integer)
            return fail(MsgpackError::key);
        if (is_integer)
            out_.json += '"';
        if (!value())
            return false;
        if (is_integer)
            out_.json += '"';
        if (peek() == kTrue && std::string_view(out_.json).substr(at) == R"("_placeholder")")
            has_literal_ = true;
        return true;
    }

    bool value() { return count() && scalar(); }

    /// One more value or key.
    bool count(std::size_t nodes = 1)
    {
        nodes_ += nodes;
        return nodes_ <= limits_.nodes || fail(MsgpackError::too_large);
    }

    /// A value, or the head of an array or map.
    bool scalar()
    {
        std::uint64_t prefix = 0;
        if (!take(1, prefix))
            return false;
        if (prefix <= 0x7f)
            return digits(prefix);
        if (prefix <= 0x8f)
            return open(prefix & 15, true);
        if (prefix <= 0x9f)
            return open(prefix & 15, false);
        if (prefix <= 0xbf)
            return string(prefix & 31);
        if (prefix >= 0xe0)
            return digits(static_cast<std::int64_t>(prefix) - 0x100);
        return prefixed(static_cast<std::uint8_t>(prefix));
    }

    bool prefixed(std::uint8_t prefix)
    {
        std::uint64_t number = 0;
        switch (prefix) {
        case 0xc0:
            return word("null");
        case 0xc2:
            return word("false");
        case kTrue:
            return word("true");
        case 0xc4:
        case 0xc5:
        case 0xc6:
            return take(1U << (prefix - 0xc4), number) && binary(number);
        case 0xc7:
        case 0xc8:
        case 0xc9:
            return take(1U << (prefix - 0xc7), number) && ext(number, false);
        case 0xca:
            return take(4, number) &&
                   floating(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(number))));
        case 0xcb:
            return take(8, number) && floating(std::bit_cast<double>(number));
        case 0xcc:
        case 0xcd:
        case 0xce:
        case 0xcf:
            return take(1U << (prefix - 0xcc), number) && digits(number);
        case 0xd0:
            return take(1, number) && digits(static_cast<std::int8_t>(number));
        case 0xd1:
            return take(2, number) && digits(static_cast<std::int16_t>(number));
        case 0xd2:
            return take(4, number) && digits(static_cast<std::int32_t>(number));
        case 0xd3:
            return take(8, number) && digits(static_cast<std::int64_t>(number));
        case 0xd4:
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
            return ext(1U << (prefix - 0xd4), true);
        case 0xd9:
        case 0xda:
        case 0xdb:
            return take(1U << (prefix - 0xd9), number) && string(number);
        case 0xdc:
        case 0xdd:
            return take(2U << (prefix - 0xdc), number) && open(number, false);
        case 0xde:
        case 0xdf:
            return take(2U << (prefix - 0xde), number) && open(number, true);
        default:
            return fail(MsgpackError::syntax);
        }
    }

    bool open(std::uint64_t length, bool is_map)
    {
        if (length * (is_map ? 2 : 1) > rest_.size())  // each value has a byte at least
            return fail(MsgpackError::syntax);
        if (levels_.size() >= static_cast<std::size_t>(limits_.depth))
            return fail(MsgpackError::too_deep);
        out_.json += is_map ? '{' : '[';
        levels_.push_back({length, is_map});
        return true;
    }

    bool string(std::uint64_t length)
    {
        if (length > rest_.size())
            return fail(MsgpackError::syntax);
        const auto text = rest_.substr(0, length);
        if (!is_utf8(text))
            return fail(MsgpackError::utf8);
        append_json_string(out_.json, text);
        return skip(length);
    }

    bool binary(std::uint64_t length)
    {
        if (length > rest_.size())
            return fail(MsgpackError::syntax);
        if (out_.attachments.size() >= limits_.attachments)
            return fail(MsgpackError::attachments);
        out_.json.append(R"({"_placeholder":true,"num":)").append(std::to_string(out_.attachments.size())).append("}");
        out_.attachments.emplace_back(rest_.substr(0, length));
        return count(4) && skip(length);  // an object with two members in the JSON
    }

    /// `is_fixed` tells a date and undefined from binary of the same length.
    bool ext(std::uint64_t length, bool is_fixed)
    {
        std::uint64_t type = 0;
        if (!take(1, type))
            return false;
        if (length > rest_.size())
            return fail(MsgpackError::syntax);
        if (type == 0xff)
            return timestamp(length);
        if (type != 0)
            return fail(MsgpackError::ext);
        if (is_fixed && length == 1)
            return word("null") && skip(1);
        if (!is_fixed || length != 8)
            return binary(length);
        std::uint64_t unix_ms = 0;
        return take(8, unix_ms) && date(static_cast<std::int64_t>(unix_ms));
    }

    bool timestamp(std::uint64_t length)
    {
        std::uint64_t nanoseconds = 0;
        std::uint64_t seconds = 0;
        switch (length) {
        case 4:
            take(4, seconds);
            break;
        case 8:
            take(8, seconds);
            nanoseconds = seconds >> 34;
            seconds &= (std::uint64_t{1} << 34) - 1;
            break;
        case 12:
            take(4, nanoseconds);
            take(8, seconds);
            break;
        default:
            return fail(MsgpackError::ext);
        }
        const auto signed_seconds = static_cast<std::int64_t>(seconds);
        if (nanoseconds >= 1'000'000'000 || signed_seconds > kMaxDate / 1000 || signed_seconds < -kMaxDate / 1000)
            return word("null");
        return date(signed_seconds * 1000 + static_cast<std::int64_t>(nanoseconds / 1'000'000));
    }

    bool date(std::int64_t unix_ms)
    {
        if (unix_ms > kMaxDate || unix_ms < -kMaxDate)
            return word("null");
        out_.json.append("\"").append(date_text(unix_ms)).append("\"");
        return true;
    }

    bool floating(double number)
    {
        if (!std::isfinite(number))
            return word("null");
        // As it is written when it is written as an integer; so -0 is 0.
        constexpr double kExact = 1LL << std::numeric_limits<double>::digits;
        if (std::abs(number) <= kExact && std::trunc(number) == number)
            return digits(static_cast<std::int64_t>(number));
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, number).ptr;
        out_.json.append(text, end);
        return true;
    }

    bool digits(auto number)
    {
        char text[24];
        out_.json.append(text, std::to_chars(text, text + sizeof text, number).ptr);
        return true;
    }

    bool word(std::string_view json)
    {
        out_.json += json;
        return true;
    }

    bool is_undefined() const { return rest_.size() >= 3 && rest_[0] == '\xd4' && rest_[1] == 0; }

    std::uint8_t peek() const { return rest_.empty() ? 0xc1 : static_cast<std::uint8_t>(rest_.front()); }

    /// An unsigned number of that many bytes, the most significant first.
    bool take(std::size_t size, std::uint64_t& number)
    {
        if (size > rest_.size())
            return fail(MsgpackError::syntax);
        number = 0;
        for (std::size_t i = 0; i < size; ++i)
            number = number << 8 | static_cast<std::uint8_t>(rest_[i]);
        return skip(size);
    }

    bool skip(std::size_t size)
    {
        rest_.remove_prefix(size);
        return true;
    }

    static constexpr std::uint8_t kTrue = 0xc3;

    std::string_view rest_;
    const MsgpackLimits& limits_;
    JsonWithAttachments out_;
    std::vector<Level> levels_;
    std::size_t nodes_ = 0;
    bool has_literal_ = false;  // a map with `_placeholder: true`
    MsgpackError error_ = MsgpackError::syntax;
};

}  // namespace

std::expected<JsonWithAttachments, MsgpackError> json_from_msgpack(std::string_view bytes, MsgpackLimits limits)
{
    return Reader(bytes, limits).run();
}

}  // namespace wgw
