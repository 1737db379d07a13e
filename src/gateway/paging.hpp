#pragma once
/// Which part of a list is asked for: `?limit=&before=&after=`, as members of what an operation is asked with. A place
/// in a list is a seq, an _id, or a text that means nothing to clients.
///
/// Source  the API's rules for lists; what becomes of it is in bus/paging.hpp
/// Tests   paging_test.cpp

#include "model/fields.hpp"
#include "model/result.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

/// For the documents: the query of a list, by what its places are.
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

inline constexpr FieldRow kPagingByPlace[] = {
    kLimitRow,
    {"before", FieldType::string, false, optional, "The newest in front of this `next`.",                R"("42")"},
    {"after",  FieldType::string, false, optional, "The oldest behind this `next`; wins over `before`.", R"("7")" },
};

enum class Places : std::uint8_t { ids, seqs, texts };

/// `"limit":50,"after":7`: what the query says of it; nothing of it: "". Fails with validation_failed, in the form of the
/// fields of a body, if a place or the limit (at least 1) cannot be read. Of a repeated name the last counts.
Result<std::string> page_members(std::string_view query, Places places);

}  // namespace wgw::gateway
