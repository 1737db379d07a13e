#include "sio/protocol/placeholders.hpp"

#include "codec/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace wgw::sio {

namespace {

enum class Field : std::uint8_t { other, placeholder, num };

/// An object or array that is open at the point of reading.
struct Level {
    bool is_object = false;
    bool at_name = false;            // the next string is a member's name
    Field field = Field::other;      // of the member whose value comes next
    std::string_view placeholder{};  // the last value of "_placeholder"
    std::string_view num{};          // and of "num": empty if it is an object or array
};

/// What was found: an object whose "_placeholder" is true. Both are parts of the JSON; `num` is empty if there is none.
struct Placeholder {
    std::string_view truth;
    std::string_view num;

    std::optional<std::int64_t> index() const
    {
        const bool is_number = !num.empty() && (num.front() == '-' || (num.front() >= '0' && num.front() <= '9'));
        return is_number ? JsonValue(num).integer() : std::nullopt;
    }
};

/// One pass over checked JSON: a walk with JsonValue would read a text once per level of its nesting.
/// `visit(Placeholder)` says whether to go on.
template <class Visit>
class PlaceholderScan {
public:
    PlaceholderScan(std::string_view json, Visit visit) : json_(json), visit_(std::move(visit)) {}

    /// False: a visit said so.
    bool run()
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
            if (levels_.back().placeholder == "true" && !visit_({levels_.back().placeholder, levels_.back().num}))
                return false;
            levels_.pop_back();
            break;
        case ',':
            if (levels_.empty())
                break;  // between values
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
            level.placeholder = token;
        if (level.field == Field::num)
            level.num = token;
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
    Visit visit_;
    std::size_t at_ = 0;
    std::vector<Level> levels_;
};

/// Sorted by where one of their parts stands: a placeholder is known at its end only, so inner ones are found first.
std::vector<Placeholder> placeholders_of(std::string_view json, std::string_view Placeholder::* part)
{
    std::vector<Placeholder> found;
    PlaceholderScan(json, [&](const Placeholder& one) {
        found.push_back(one);
        return true;
    }).run();
    std::ranges::sort(found, {}, [part](const Placeholder& one) { return (one.*part).data(); });
    return found;
}

/// `json` with one part of each placeholder replaced by `text_of(i)`.
template <class TextOf>
std::string with_parts(
    std::string_view json, std::span<const Placeholder> all, std::string_view Placeholder::* part, TextOf text_of
)
{
    std::string out;
    const char* at = json.data();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string_view old = all[i].*part;
        out.append(at, old.data()).append(text_of(i));
        at = old.data() + old.size();
    }
    return out.append(at, json.data() + json.size());
}

}  // namespace

bool placeholders_fit(std::string_view json, int attachments)
{
    const auto fits = [attachments](const Placeholder& found) {
        const auto index = found.index();
        return index && *index >= 0 && *index < attachments;
    };
    return PlaceholderScan(json, fits).run();
}

std::size_t bytes_in_placeholders(std::string_view json, std::span<const std::string> attachments)
{
    std::size_t bytes = 0;
    PlaceholderScan(json, [&](const Placeholder& one) {
        bytes += attachments[static_cast<std::size_t>(one.index().value_or(0))].size();
        return true;
    }).run();
    return bytes;
}

Renumbered renumber_placeholders(std::string_view json, std::size_t first, std::size_t most)
{
    const auto all = placeholders_of(json, &Placeholder::num);
    Renumbered out;
    const bool is_shared = first + all.size() > most;
    std::unordered_map<std::size_t, std::size_t> numbers;  // of each old one, the last
    std::vector<std::string> texts;
    for (const auto& one : all) {
        const auto old = static_cast<std::size_t>(one.index().value_or(0));
        if (!is_shared || !numbers.contains(old)) {
            numbers[old] = first + out.old.size();
            out.old.push_back(old);
        }
        texts.push_back(std::to_string(numbers[old]));
    }
    out.json = with_parts(json, all, &Placeholder::num, [&texts](std::size_t i) { return texts[i]; });
    return out;
}

std::string disarm_placeholders(std::string_view json)
{
    const auto all = placeholders_of(json, &Placeholder::truth);
    return with_parts(json, all, &Placeholder::truth, [](std::size_t) { return "1"; });
}

}  // namespace wgw::sio
