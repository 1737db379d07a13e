#include "gateway/paging.hpp"

#include "codec/url.hpp"

#include <charconv>

namespace wgw::gateway {
namespace {

constexpr std::int64_t kDefault = 50;
constexpr std::int64_t kMost = 200;

std::optional<std::int64_t> whole_number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return {};
    return value;
}

}  // namespace

Result<Paging> read_paging(std::string_view query, const Limits& limits)
{
    Paging paging;
    std::int64_t limit = kDefault;
    for (const auto& [name, text] : form_pairs(query)) {
        if (name != "limit" && name != "before" && name != "after")
            continue;
        const auto value = whole_number(text);
        if (!value || (name == "limit" && *value == 0))
            return fail(Errc::validation_failed, name + " must be a whole number");
        paging.asked = true;
        if (name == "limit")
            limit = std::min(*value, kMost);
        else
            (name == "before" ? paging.page.before : paging.page.after) = *value;
    }
    paging.page.limit = static_cast<std::size_t>(paging.asked ? limit : limits.page_bare);
    return paging;
}

RestReply list_reply(std::string items, const Paging& paging, bool more, chat::Seq first, chat::Seq last)
{
    const std::string next = std::to_string(paging.page.after ? last : first);
    RestReply reply;
    if (!paging.asked) {
        reply.data = "[" + std::move(items) + "]";
        if (more)
            reply.headers.emplace_back("X-Next", next);
        return reply;
    }
    reply.data = R"({"items":[)" + std::move(items) + R"(],"next":)" + (more ? next : "null") + "}";
    return reply;
}

}  // namespace wgw::gateway
