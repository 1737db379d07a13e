#pragma once
/// Which part of a list is asked for: `?limit=&before=&after=`, where both places are a seq.
///
/// Without any of them the answer is a bare array of the newest, as recorded, and a header X-Next where there are more;
/// with one of them it is `{"items":[…],"next":…}`. Items are oldest first in both.
/// Source  the API's rules for lists
/// Tests   paging_test.cpp

#include "chat/api.hpp"
#include "gateway/rest.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

struct Paging {
    chat::Page<chat::Seq> page;
    bool asked = false;  ///< For a page, rather than for the bare list.
};

/// Fails with validation_failed if a parameter is no whole number from 0 (limit: from 1). A limit over the greatest
/// counts as the greatest.
Result<Paging> read_paging(std::string_view query, const Limits& limits);

/// Puts the list around `items` (JSON values with commas between them). `first` and `last` are their places.
RestReply list_reply(std::string items, const Paging& paging, bool more, chat::Seq first, chat::Seq last);

}  // namespace wgw::gateway
