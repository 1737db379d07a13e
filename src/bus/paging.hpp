#pragma once
/// Which part of a list is asked for, and the list as it is answered: the same in the data of an operation and in its
/// answer. A place in a list is a seq in lists of messages and changes, the _id of the item in others, or a text that
/// means nothing to anybody else (Place).
///
/// Asked     {…,"limit":50,"before":42,"after":7}: each may be missing
/// Answered  without any of them a bare array of the newest, as recorded, with the header kNextHeader where there are
///           more; with one of them {"items":[…],"next":…}. Items are oldest first in both
/// Tests     paging_test.cpp

#include "bus/calls.hpp"
#include "model/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::bus {

/// A seq that is a text to everybody else: of lists whose items change their order one day.
struct Place {
    std::int64_t seq = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

template <class Key>
struct Paging {
    std::size_t limit = 50;
    std::optional<Key> before;
    std::optional<Key> after;  ///< Wins over `before`.
    bool asked = false;        ///< For a page, rather than for the bare list.
};

/// Key: std::int64_t, Id or Place. Fails with validation_failed if a place or the limit (at least 1) cannot be read. A limit
/// over the greatest counts as the greatest.
template <class Key>
Result<Paging<Key>> read_paging(std::string_view data, const Limits& limits);

/// The same for a list that the original does not have: always a page.
template <class Key>
Result<Paging<Key>> read_page(std::string_view data, const Limits& limits)
{
    auto paging = read_paging<Key>(data, limits);
    if (paging && !std::exchange(paging->asked, true))
        paging->limit = static_cast<std::size_t>(std::min(limits.page, limits.page_most));
    return paging;
}

/// Puts the list around `items` (JSON values with commas between them). `first` and `last` are their places; any, if
/// there are no items.
template <class Key>
Answer list_answer(std::string items, const Paging<Key>& paging, bool more, const Key& first, const Key& last);

}  // namespace wgw::bus
