#include "codec/json_text.hpp"
#include "sio/protocol/packet.hpp"

#include <vector>

namespace wgw::sio {

namespace {

enum class Field : std::uint8_t { other, placeholder, num };

/// An object or array that is open at the point of reading.
struct Level {
    bool is_object = false;
    bool at_name = false;         // the next string is a member's name
    Field field = Field::other;   // of the member whose value comes next
    bool is_placeholder = false;  // the last "_placeholder" is true
    bool num_fits = false;        // the last "num" is an integer in range
};

/// One pass over checked JSON: a walk with JsonValue would read a text once per level of its nesting.
class PlaceholderScan {
public:
    PlaceholderScan(std::string_view json, int attachments) : json_(json), attachments_(attachments) {}

    bool fits()
    {
        while (at_ < json_.size()) {
            if (!step())
                return false;
        }
        return true;
    }

private:
    bool step()
    {
        const char c = json_[at_];
        switch (c) {
        case '{':
        case '[':
            value({});
            levels_.push_back({.is_object = c == '{', .at_name = c == '{'});
            break;
        case '}':
        case ']':
            if (levels_.back().is_placeholder && !levels_.back().num_fits)
                return false;
            levels_.pop_back();
            break;
        case ',':
            levels_.back().at_name = levels_.back().is_object;
            levels_.back().field = Field::other;
            break;
        case '"':
            string(take_string());
            return true;
        case ':':
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            break;
        default:
            value(take_word());
            return true;
        }
        ++at_;
        return true;
    }

    void string(std::string_view token)
    {
        if (levels_.empty() || !levels_.back().at_name)
            return value(token);
        levels_.back().at_name = false;
        levels_.back().field = field_of(token);
    }

    /// A value, or `{}` for the start of an object or array, which is neither true nor a number.
    void value(std::string_view token)
    {
        if (levels_.empty())
            return;
        auto& level = levels_.back();
        if (level.field == Field::placeholder)
            level.is_placeholder = token == "true";
        if (level.field == Field::num)
            level.num_fits = is_index(token);
    }

    bool is_index(std::string_view token) const
    {
        if (token.empty() || (token.front() != '-' && (token.front() < '0' || token.front() > '9')))
            return false;
        const auto index = JsonValue(token).integer();
        return index && *index >= 0 && *index < attachments_;
    }

    static Field field_of(std::string_view token)
    {
        // Escapes are rare in names; only then is a copy made.
        const auto inner = token.substr(1, token.size() - 2);
        const auto name = inner.contains('\\') ? JsonValue(token).string() : std::string();
        const std::string_view plain = inner.contains('\\') ? std::string_view(name) : inner;
        if (plain == "_placeholder")
            return Field::placeholder;
        return plain == "num" ? Field::num : Field::other;
    }

    std::string_view take_string()
    {
        auto end = at_ + 1;
        while (json_[end] != '"')
            end += json_[end] == '\\' ? 2 : 1;
        return take(end + 1);
    }

    std::string_view take_word() { return take(json_.find_first_of(",]} \t\r\n", at_)); }

    std::string_view take(std::size_t end)
    {
        const auto token = json_.substr(at_, end == std::string_view::npos ? end : end - at_);
        at_ += token.size();
        return token;
    }

    std::string_view json_;
    int attachments_;
    std::size_t at_ = 0;
    std::vector<Level> levels_;
};

}  // namespace

bool placeholders_fit(std::string_view json, int attachments) { return PlaceholderScan(json, attachments).fits(); }

}  // namespace wgw::sio
