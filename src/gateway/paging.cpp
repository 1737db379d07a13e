#include "gateway/paging.hpp"

#include "codec/url.hpp"
#include "model/id.hpp"

#include <charconv>
#include <optional>

namespace wgw::gateway {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.starts_with('-'))
        return {};
    return value;
}

/// As JSON.
std::optional<std::string> place(std::string_view text, Places places)
{
    if (places == Places::ids) {
        const auto id = Id::parse(text);
        return id ? std::optional("\"" + id->hex() + "\"") : std::nullopt;
    }
    const auto seq = whole_number(text);
    return seq ? std::optional(std::to_string(*seq)) : std::nullopt;
}

}  // namespace

Result<std::string> page_members(std::string_view query, Places places)
{
    std::string members;
    const auto add = [&members](std::string_view name, std::string_view json) {
        members += members.empty() ? "\"" : ",\"";
        members.append(name).append("\":").append(json);
    };
    for (const auto& [name, text] : form_pairs(query)) {
        if (name == "limit") {
            const auto number = whole_number(text);
            if (!number || *number == 0)
                return fail(Errc::validation_failed, "limit must be a whole number");
            add(name, std::to_string(*number));
        } else if (name == "before" || name == "after") {
            const auto json = place(text, places);
            if (!json)
                return fail(Errc::validation_failed, name + " must be a place in the list");
            add(name, *json);
        }
    }
    return members;
}

}  // namespace wgw::gateway
