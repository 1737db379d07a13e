#include "gateway/paging.hpp"

#include "codec/url.hpp"

#include <charconv>

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

// A place: out of a query, into a header, into JSON.

template <class Key>
std::optional<Key> place(std::string_view text);
template <>
std::optional<chat::Seq> place(std::string_view text)
{
    return whole_number(text);
}
template <>
std::optional<RoomId> place(std::string_view text)
{
    return RoomId::parse(text);
}

std::string text_of(chat::Seq seq) { return std::to_string(seq); }
std::string text_of(const RoomId& id) { return id.hex(); }
std::string json_of(chat::Seq seq) { return std::to_string(seq); }
std::string json_of(const RoomId& id) { return "\"" + id.hex() + "\""; }

}  // namespace

template <class Key>
Result<Paging<Key>> read_paging(std::string_view query, const Limits& limits)
{
    Paging<Key> paging;
    std::int64_t limit = std::min(limits.page, limits.page_most);
    for (const auto& [name, text] : form_pairs(query)) {
        if (name == "limit") {
            const auto number = whole_number(text);
            if (!number || *number == 0)
                return fail(Errc::validation_failed, "limit must be a whole number");
            limit = std::min(*number, limits.page_most);
        } else if (name == "before" || name == "after") {
            auto& bound = name == "before" ? paging.page.before : paging.page.after;
            bound = place<Key>(text);
            if (!bound)
                return fail(Errc::validation_failed, name + " must be a place in the list");
        } else {
            continue;
        }
        paging.asked = true;
    }
    paging.page.limit = static_cast<std::size_t>(paging.asked ? limit : limits.page_bare);
    return paging;
}

template <class Key>
RestReply list_reply(std::string items, const Paging<Key>& paging, bool more, const Key& first, const Key& last)
{
    const Key& next = paging.page.after ? last : first;
    const bool goes_on = more && !items.empty();
    RestReply reply;
    if (!paging.asked) {
        reply.data = "[" + std::move(items) + "]";
        if (goes_on)
            reply.headers.emplace_back("X-Next", text_of(next));
        return reply;
    }
    reply.data = R"({"items":[)" + std::move(items) + R"(],"next":)" + (goes_on ? json_of(next) : "null") + "}";
    return reply;
}

template Result<Paging<chat::Seq>> read_paging(std::string_view, const Limits&);
template Result<Paging<RoomId>> read_paging(std::string_view, const Limits&);
template RestReply list_reply(std::string, const Paging<chat::Seq>&, bool, const chat::Seq&, const chat::Seq&);
template RestReply list_reply(std::string, const Paging<RoomId>&, bool, const RoomId&, const RoomId&);

}  // namespace wgw::gateway
