// Paths and queries: percent-encoding, forms, ids, pages and routes, each back and forth.

#include "codec/url.hpp"

#include "bus/operation.hpp"
#include "bus/paging.hpp"
#include "chat/entry.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"
#include "gateway/paging.hpp"
#include "gateway/router.hpp"

#include <algorithm>
#include <map>

namespace {

using namespace wgw;

/// Every byte as %XX.
std::string encoded(std::string_view text)
{
    constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    for (const char c : text)
        out.append(1, '%').append(1, kHex[static_cast<unsigned char>(c) >> 4]).append(1, kHex[c & 15]);
    return out;
}

/// RFC 3986 §2.1: nothing if a percent sign is not followed by two hex digits.
std::optional<std::string> decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto digits = std::string(text.substr(i + 1, 2));
        if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
            return {};
        out += static_cast<char>(std::stoi(digits, nullptr, 16));
        i += 2;
    }
    return out;
}

void check_percent(std::string_view text)
{
    const auto expected = decoded(text);
    const auto got = percent_decode(text);
    fuzz::require(
        got.has_value() == (expected && is_utf8(*expected)), "decoded if every escape is one, and UTF-8 comes out"
    );
    fuzz::require(!got || *got == *expected, "to what it says");
    fuzz::require(
        percent_decode(encoded(text)) == (is_utf8(text) ? std::optional(std::string(text)) : std::nullopt), "and back"
    );
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    std::string out;
    for (const auto& [name, value] : pairs)
        out += encoded(name) + "=" + encoded(value) + "&";
    return out;
}

std::vector<std::pair<std::string, std::string>> check_form(std::string_view text)
{
    const auto pairs = form_pairs(text);
    const auto parts = static_cast<std::size_t>(std::ranges::count(text, '&')) + 1;
    fuzz::require(pairs.size() <= std::min(parts, kMaxFormPairs), "no more pairs than there are parts");
    for (const auto& [name, value] : pairs)
        fuzz::require(is_utf8(name) && is_utf8(value), "names and values are UTF-8");
    fuzz::require(form_pairs(form_of(pairs)) == pairs, "what is written reads as the same");
    return pairs;
}

void check_id(std::string_view text)
{
    const auto id = Id::parse(text);
    const bool digits = text.size() == 24 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    fuzz::require(id.has_value() == digits, "an id is 24 hex digits");
    if (!id)
        return;
    fuzz::require(std::ranges::equal(id->hex(), text, [](char a, char b) { return a == std::tolower(b); }), "the same");
    fuzz::require(Id::parse(id->hex()) == id && Id::from_raw(id->raw()) == *id, "and back");
}

std::string text_of(chat::Seq seq) { return std::to_string(seq); }
std::string text_of(const RoomId& id) { return id.hex(); }

template <class Key>
std::optional<Key> place_of(const std::string& text)
{
    if constexpr (std::is_same_v<Key, RoomId>) {
        return RoomId::parse(text);
    } else {
        const auto digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
        const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        if (!number || digits.size() > 19 || (digits.size() == 19 && digits > "9223372036854775807"))
            return {};
        return std::stoll(text);
    }
}

template <class Key>
void check_paging(std::string_view query, const std::vector<std::pair<std::string, std::string>>& pairs)
{
    const Limits limits;
    constexpr auto kPlaces = std::is_same_v<Key, RoomId> ? gateway::Places::ids : gateway::Places::seqs;
    const auto members = gateway::page_members(query, kPlaces);
    bus::Paging<Key> expected;
    bool good = true;
    std::map<std::string, std::string> given;  // of a repeated name the last
    for (const auto& [name, text] : pairs)
        given[name] = text;
    for (const auto& [name, text] : given) {
        if (name == "limit") {
            const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
            const auto number = place_of<chat::Seq>(text);
            // More than a number holds is still a limit that is too high.
            const std::int64_t limit = number ? *number : digits ? 200 : 0;
            good = good && limit > 0;
            expected.limit = static_cast<std::size_t>(std::min<std::int64_t>(limit, 200));
        } else if (name == "before" || name == "after") {
            const auto place = place_of<Key>(text);
            good = good && place.has_value();
            (name == "before" ? expected.before : expected.after) = place;
        } else {
            continue;
        }
        expected.asked = true;
    }
    fuzz::require(members.has_value() == good, "a page is read if each word of it can be");
    if (!members)
        return fuzz::require(
            members.error().code == Errc::validation_failed && json_check(members.error().errors) == JsonError::none &&
                JsonValue(members.error().errors).is_array(),
            "or 400, with what is wrong"
        );
    const std::string data = "{" + *members + "}";
    fuzz::require(json_check(data) == JsonError::none, "what an operation is asked with is JSON");
    const auto paging = bus::read_paging<Key>(data, limits);
    fuzz::require(paging.has_value(), "which it can read");
    if (!expected.asked)
        expected.limit = static_cast<std::size_t>(limits.page_bare);
    const auto& page = *paging;
    fuzz::require(
        page.asked == expected.asked && page.limit == expected.limit && page.before == expected.before &&
            page.after == expected.after,
        "to what it says"
    );

    std::string again = page.asked ? "limit=" + std::to_string(page.limit) : "";
    if (page.before)
        again += "&before=" + text_of(*page.before);
    if (page.after)
        again += "&after=" + text_of(*page.after);
    const auto written = gateway::page_members(again, kPlaces);
    fuzz::require(written.has_value(), "and is written as a query");
    const auto same = bus::read_paging<Key>("{" + *written + "}", limits);
    fuzz::require(same && same->limit == page.limit && same->before == page.before, "and back");

    const Key first{};
    const Key last = page.after.value_or(first);
    const auto reply = bus::list_answer("1,2", *paging, true, first, last);
    fuzz::require(json_check(reply.json) == JsonError::none, "a list is JSON");
    std::string next = page.asked ? std::string(JsonValue(reply.json).find("next")->text()) : reply.headers.at(0).value;
    std::erase(next, '"');
    fuzz::require(place_of<Key>(next) == (page.after ? last : first), "and says where the next one begins");
}

void check_route(std::string_view path)
{
    const auto parts = gateway::split_path(path);
    if (!parts)
        return fuzz::require(!decoded(path) || !is_utf8(*decoded(path)), "only a broken escape is refused");
    std::string again;
    for (const auto& part : *parts)
        again += "/" + encoded(part);
    fuzz::require(gateway::split_path(again) == parts, "parts come back, slashes inside of them too");

    static const std::vector<gateway::RoutePattern> kPatterns{
        {"GET",  "/"         },
        {"GET",  "/u/:name"  },
        {"GET",  "/u/me"     },
        {"POST", "/r/:room/m"},
        {"GET",  "/:a/:b"    },
        {"GET",  "/r/:room/m"}
    };
    static const gateway::Router router(kPatterns);
    for (const std::string_view method : {"GET", "HEAD", "POST"}) {
        // The best of all that fit, said without a loop over their parts.
        const auto& p = *parts;
        const bool reads = method != "POST";
        const auto fits = [](const std::string& text) { return code_points(text) <= 100; };
        std::optional<std::size_t> best;
        if (reads && p.size() == 1 && p[0].empty())
            best = 0;
        else if (reads && p.size() == 2 && p[0] == "u" && p[1] == "me")
            best = 2;
        else if (reads && p.size() == 2 && p[0] == "u" && fits(p[1]))
            best = 1;
        else if (reads && p.size() == 2 && fits(p[0]) && fits(p[1]))
            best = 4;
        else if (p.size() == 3 && p[0] == "r" && p[2] == "m" && fits(p[1]))
            best = reads ? 5 : 3;
        const auto match = router.match(method, p);
        fuzz::require(
            match.has_value() == best.has_value() && (!match || match->route == *best), "a path has its route"
        );
        if (match && *best == 4)
            fuzz::require(match->parameters == p, "with its parameters");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const auto text = fuzz::input(bytes, size);
    check_percent(text);
    const auto pairs = check_form(text);
    check_id(text);
    check_paging<chat::Seq>(text, pairs);
    check_paging<RoomId>(text, pairs);
    check_route(text);
    return 0;
}
