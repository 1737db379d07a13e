#include "bus/paging.hpp"

#include "bus/operation.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <utility>

namespace wgw::bus {
namespace {

/// What stands for a place in what is asked.
template <class Key>
struct OnWire {
    using Type = Key;
};
template <>
struct OnWire<Place> {
    using Type = std::string;
};

template <class Key>
struct Given {
    std::optional<std::int64_t> limit;
    std::optional<typename OnWire<Key>::Type> before;
    std::optional<typename OnWire<Key>::Type> after;
};

template <class Key>
constexpr auto kGiven = fields<Given<Key>>(
    field("limit", &Given<Key>::limit, at_least(1), "At most so many items."),
    field("before", &Given<Key>::before, any, "The newest in front of this place."),
    field("after", &Given<Key>::after, any, "The oldest behind this place.")
);

/// The key; fails where it is none. `name`: of the member it came in.
template <class Key>
Result<std::optional<Key>> key_of(std::string_view, const std::optional<Key>& given)
{
    return given;
}

template <class Key>
    requires std::same_as<Key, Place>
Result<std::optional<Key>> key_of(std::string_view name, const std::optional<std::string>& given)
{
    if (!given)
        return std::optional<Place>();
    Place place;
    const char* const end = given->data() + given->size();
    const auto [stop, error] = std::from_chars(given->data(), end, place.seq);
    if (error == std::errc() && stop == end && place.seq >= 0)
        return std::optional(place);
    const std::array wrong{
        Constraint{"isPlace", std::string(name) + " must be the next of a page of this list"}
    };
    Failure failure = Errc::validation_failed;
    failure.errors = "[" + field_error(name, wrong) + "]";
    return fail(std::move(failure));
}

std::string text_of(std::int64_t seq) { return std::to_string(seq); }
std::string text_of(const Id& id) { return id.hex(); }
std::string text_of(const Place& place) { return std::to_string(place.seq); }
std::string json_of(std::int64_t seq) { return std::to_string(seq); }
std::string json_of(const Id& id) { return "\"" + id.hex() + "\""; }
std::string json_of(const Place& place) { return "\"" + text_of(place) + "\""; }

}  // namespace

template <class Key>
Result<Paging<Key>> read_paging(std::string_view data, const Limits& limits)
{
    const auto given = read(kGiven<Key>, data, limits);
    if (!given)
        return fail(given.error());
    auto before = key_of<Key>("before", given->before);
    auto after = key_of<Key>("after", given->after);
    if (!before || !after)
        return fail((!before ? before : after).error());
    const bool asked = given->limit || given->before || given->after;
    const auto limit = asked ? std::min(given->limit.value_or(limits.page), limits.page_most) : limits.page_bare;
    return Paging<Key>{static_cast<std::size_t>(limit), *before, *after, asked};
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
template Result<Paging<Place>> read_paging(std::string_view, const Limits&);
template Answer list_answer(std::string, const Paging<std::int64_t>&, bool, const std::int64_t&, const std::int64_t&);
template Answer list_answer(std::string, const Paging<Id>&, bool, const Id&, const Id&);
template Answer list_answer(std::string, const Paging<Place>&, bool, const Place&, const Place&);

}  // namespace wgw::bus
