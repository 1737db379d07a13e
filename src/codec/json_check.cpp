#include "codec/json_explain.hpp"
#include "codec/json_scan.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <array>

namespace wgw {
namespace {

using namespace json_scan;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The grammar, over a stack of one bit per open array or object.
class Checker {
public:
    Checker(std::string_view text, JsonLimits limits)
        : at_(text.data()), end_(at_ + text.size()), max_depth_(std::min(limits.depth, kStackBits)),
          nodes_left_(limits.nodes)
    {
    }

    JsonError run()
    {
        while (true) {
            bool opened = false;
            if (auto error = value(opened); error != JsonError::none)
                return error;
            if (opened)
                continue;
            bool finished = false;
            if (auto error = after_value(finished); error != JsonError::none || finished)
                return error;
        }
    }

    /// Where it has stopped, and what would have been right there.
    const char* at() const { return at_; }
    std::string_view expected() const { return expected_; }

private:
    static constexpr int kStackBits = 1024;

    JsonError wrong(std::string_view expected)
    {
        expected_ = expected;
        return JsonError::syntax;
    }

    /// A scalar, an empty container, or the beginning of a container up to where its first value has to be.
    JsonError value(bool& opened)
    {
        skip_space();
        if (at_ == end_)
            return wrong("a value");
        if (nodes_left_-- == 0)
            return JsonError::too_many_nodes;
        switch (*at_) {
        case '"':
            return string();
        case '{':
        case '[':
            return open(*at_ == '{', opened);
        case 't':
            return literal("true");
        case 'f':
            return literal("false");
        case 'n':
            return literal("null");
        default:
            return number();
        }
    }

    JsonError open(bool object, bool& opened)
    {
        if (depth_ >= max_depth_)
            return JsonError::too_deep;
        auto& bits = objects_[depth_ / 64];
        const auto bit = std::uint64_t{1} << (depth_ % 64);
        bits = object ? bits | bit : bits & ~bit;
        ++depth_;
        ++at_;
        skip_space();
        if (at_ != end_ && *at_ == (object ? '}' : ']'))
            return JsonError::none;  // after_value() closes it
        opened = true;
        return object ? key() : JsonError::none;
    }

    /// Closes what ends here, up to where the next value has to be.
    JsonError after_value(bool& finished)
    {
        while (true) {
            skip_space();
            if (depth_ == 0) {
                finished = true;
                return at_ == end_ ? JsonError::none : wrong("the end");
            }
            const bool object = (objects_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0;
            if (take(','))
                return object ? key() : JsonError::none;
            if (!take(object ? '}' : ']'))
                return wrong(object ? "a comma or }" : "a comma or ]");
            --depth_;
        }
    }

    JsonError key()
    {
        skip_space();
        if (at_ == end_ || *at_ != '"')
            return wrong("a name in double quotes");
        if (nodes_left_-- == 0)
            return JsonError::too_many_nodes;
        if (auto error = string(); error != JsonError::none)
            return error;
        skip_space();
        return take(':') ? JsonError::none : wrong("a colon");
    }

    JsonError string()
    {
        ++at_;
        while (true) {
            at_ = plain_end<NonAscii::stop>(at_, end_);
            if (at_ == end_)
                return wrong("the closing quote");
            if (take('"'))
                return JsonError::none;
            if (*at_ == '\\') {
                if (!escape())
                    return wrong("an escape as in \\n or \\u0041");
            } else if (static_cast<unsigned char>(*at_) < 0x20) {
                return wrong("no control character inside of a string");
            } else {
                // No byte of a longer form is below 0x80, so each run of such bytes is valid or not by itself.
                const char* const begin = at_;
                at_ = std::find_if(at_, end_, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
                if (!is_utf8({begin, at_}))
                    return JsonError::utf8;
            }
        }
    }

    bool escape()
    {
        ++at_;
        if (at_ == end_)
            return false;
        const char c = *at_++;
        if (c != 'u')
            return std::string_view("\"\\/bfnrt").contains(c);
        if (end_ - at_ < 4 || !std::all_of(at_, at_ + 4, is_hex))
            return false;
        at_ += 4;
        return true;
    }

    JsonError literal(std::string_view word)
    {
        if (!std::string_view(at_, end_).starts_with(word))
            return wrong("a value");
        at_ += word.size();
        return JsonError::none;
    }

    JsonError number()
    {
        const bool is_negative = take('-');
        if (!take('0') && !digits())
            return wrong(is_negative ? "digits" : "a value");
        if (take('.') && !digits())
            return wrong("digits");
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (!digits())
                return wrong("digits");
        }
        return JsonError::none;
    }

    bool digits()
    {
        const char* const begin = at_;
        at_ = std::find_if_not(at_, end_, is_digit);
        return at_ != begin;
    }

    bool take(char c)
    {
        if (at_ == end_ || *at_ != c)
            return false;
        ++at_;
        return true;
    }

    void skip_space() { at_ = std::find_if_not(at_, end_, is_space); }

    const char* at_;
    const char* end_;
    int max_depth_;
    int depth_ = 0;
    std::size_t nodes_left_;
    std::string_view expected_;
    std::array<std::uint64_t, kStackBits / 64> objects_{};  ///< Bit n: the container at depth n is an object.
};

}  // namespace

JsonError json_check(std::string_view text, JsonLimits limits) { return Checker(text, limits).run(); }

JsonFault json_explain(std::string_view text, JsonLimits limits)
{
    Checker checker(text, limits);
    const auto error = checker.run();
    return {error, static_cast<std::size_t>(checker.at() - text.data()), checker.expected()};
}

}  // namespace wgw
