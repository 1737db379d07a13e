#include "gateway/paging.hpp"

#include "bus/paging.hpp"
#include "codec/json_text.hpp"
#include "codec/url.hpp"
#include "codec/utf8.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace wgw::gateway {
namespace {

constexpr auto kGreatest = std::numeric_limits<std::int64_t>::max();

/// As JSON: a whole number as itself, everything else as the text that it is, for the reader to refuse.
std::string number_json(const std::string& text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = end == text.data() + text.size() && !text.empty() && !text.starts_with('-');
    std::string json;
    if (whole && error == std::errc())
        json = std::to_string(value);
    else
        append_json_string(json, to_utf8(text));
    return json;
}

/// More than any number holds is still a limit that is too high.
std::string limit_json(const std::string& text)
{
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    std::int64_t value = 0;
    const bool high = digits && std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc();
    return high ? std::to_string(kGreatest) : number_json(text);
}

std::string id_json(const std::string& text)
{
    const auto id = Id::parse(text);
    std::string json;
    append_json_string(json, id ? id->hex() : to_utf8(text));
    return json;
}

std::string text_json(const std::string& text)
{
    std::string json;
    append_json_string(json, to_utf8(text));
    return json;
}

std::string place_json(const std::string& text, Places places)
{
    switch (places) {
    case Places::ids:
        return id_json(text);
    case Places::seqs:
        return number_json(text);
    case Places::texts:
        break;
    }
    return text_json(text);
}

template <class Key>
std::optional<Failure> why_not_read(const std::string& data)
{
    const auto paging = bus::read_paging<Key>(data, Limits());
    return paging ? std::nullopt : std::optional(paging.error());
}

std::optional<Failure> why_not(const std::string& members, Places places)
{
    const std::string data = "{" + members + "}";
    switch (places) {
    case Places::ids:
        return why_not_read<Id>(data);
    case Places::seqs:
        return why_not_read<std::int64_t>(data);
    case Places::texts:
        break;
    }
    return why_not_read<bus::Place>(data);
}

}  // namespace

Result<std::string> page_members(std::string_view query, Places places)
{
    std::optional<std::string> limit;
    std::optional<std::string> before;
    std::optional<std::string> after;
    for (const auto& [name, text] : form_pairs(query)) {
        if (name == "limit")
            limit = limit_json(text);
        else if (name == "before" || name == "after")
            (name == "before" ? before : after) = place_json(text, places);
    }
    std::string members;
    const auto add = [&members](std::string_view name, const std::optional<std::string>& json) {
        if (!json)
            return;
        members += members.empty() ? "\"" : ",\"";
        members.append(name).append("\":").append(*json);
    };
    add("limit", limit);
    add("before", before);
    add("after", after);
    if (auto failure = why_not(members, places))
        return fail(*std::move(failure));
    return members;
}

}  // namespace wgw::gateway
