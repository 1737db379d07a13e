#include "bus/paging.hpp"

#include "bus/operation.hpp"

namespace wgw::bus {
namespace {

template <class Key>
struct Given {
    std::optional<std::int64_t> limit;
    std::optional<Key> before;
    std::optional<Key> after;
};

template <class Key>
constexpr auto kGiven = fields<Given<Key>>(
    field("limit", &Given<Key>::limit, at_least(1), "At most so many items."),
    field("before", &Given<Key>::before, any, "The newest in front of this place."),
    field("after", &Given<Key>::after, any, "The oldest behind this place.")
);

std::string text_of(std::int64_t seq) { return std::to_string(seq); }
std::string text_of(const Id& id) { return id.hex(); }
std::string json_of(std::int64_t seq) { return std::to_string(seq); }
std::string json_of(const Id& id) { return "\"" + id.hex() + "\""; }

}  // namespace

template <class Key>
Result<Paging<Key>> read_paging(std::string_view data, const Limits& limits)
{
    const auto given = read(kGiven<Key>, data, limits);
    if (!given)
        return fail(given.error());
    const bool asked = given->limit || given->before || given->after;
    const auto limit = asked ? std::min(given->limit.value_or(limits.page), limits.page_most) : limits.page_bare;
    return Paging<Key>{static_cast<std::size_t>(limit), given->before, given->after, asked};
}

template <class Key>
Answer list_answer(std::string items, const Paging<Key>& paging, bool more, const Key& first, const Key& last)
{
    const Key& next = paging.after ? last : first;
    const bool goes_on = more && !items.empty();
    if (paging.asked)
        return value(R"({"items":[)" + std::move(items) + R"(],"next":)" + (goes_on ? json_of(next) : "null") + "}");
    Answer answer = value("[" + std::move(items) + "]");
    if (goes_on)
        answer.headers.push_back({std::string(kNextHeader), text_of(next)});
    return answer;
}

template Result<Paging<std::int64_t>> read_paging(std::string_view, const Limits&);
template Result<Paging<Id>> read_paging(std::string_view, const Limits&);
template Answer list_answer(std::string, const Paging<std::int64_t>&, bool, const std::int64_t&, const std::int64_t&);
template Answer list_answer(std::string, const Paging<Id>&, bool, const Id&, const Id&);

}  // namespace wgw::bus
