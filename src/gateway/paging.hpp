#pragma once
/// Which part of a list is asked for: `?limit=&before=&after=`. A place in a list is a seq, or an _id where the list's
/// items have no seq.
///
/// Without any of them the answer is a bare array of the newest, as recorded, and a header X-Next where there are more;
/// with one of them it is `{"items":[…],"next":…}`. Items are oldest first in both.
/// Source  the API's rules for lists
/// Tests   paging_test.cpp

#include "chat/api.hpp"
#include "gateway/rest.hpp"
#include "model/fields.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

template <class Key>
struct Paging {
    chat::Page<Key> page;
    bool asked = false;  ///< For a page, rather than for the bare list.
};

/// For the documents: the query of a list whose places are seqs, and of one whose places are ids.
inline constexpr FieldRow kLimitRow{
    "limit",
    FieldType::integer,
    false,
    optional | at_least(1),
    "At most so many items; 50 unless it is said, and a value over 200 counts as 200.",
    "50"
};
inline constexpr FieldRow kPagingBySeq[] = {
    kLimitRow,
    {"before", FieldType::integer, false, optional, "The newest in front of this `seq`.",                "42"},
    {"after",  FieldType::integer, false, optional, "The oldest behind this `seq`; wins over `before`.", "7" },
};
inline constexpr FieldRow kPagingById[] = {
    kLimitRow,
    {"before", FieldType::id, false, optional, "The newest in front of this id.",                R"("5f0c1d2e3f4a5b6c7d8e9f00")"},
    {"after",  FieldType::id, false, optional, "The oldest behind this id; wins over `before`.",
      R"("5f0c1d2e3f4a5b6c7d8e9f00")"                                                                                            },
};

/// Key: chat::Seq or RoomId. Fails with validation_failed if a place or the limit (at least 1) cannot be read. A limit
/// over the greatest counts as the greatest.
template <class Key>
Result<Paging<Key>> read_paging(std::string_view query, const Limits& limits);

/// The same for a list that the original does not have: always a page.
template <class Key>
Result<Paging<Key>> read_page(std::string_view query, const Limits& limits)
{
    auto paging = read_paging<Key>(query, limits);
    if (paging && !std::exchange(paging->asked, true))
        paging->page.limit = static_cast<std::size_t>(std::min(limits.page, limits.page_most));
    return paging;
}

/// Puts the list around `items` (JSON values with commas between them). `first` and `last` are their places; any, if
/// there are no items.
template <class Key>
RestReply list_reply(std::string items, const Paging<Key>& paging, bool more, const Key& first, const Key& last);

}  // namespace wgw::gateway
