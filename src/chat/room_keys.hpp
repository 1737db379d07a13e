#pragma once
/// The keys under which rooms were made, so that a repeated request makes no second one.
///
/// A key names the room that it will make before there is one: a server that ends in between has lost nothing, because
/// whoever repeats the request makes that room.
///
/// Bound   a key is remembered for kKeySpan; rows are swept behind it
/// Loop only.
/// Source  design/api.md §1.9
/// Tests   room_keys_test.cpp

#include "base/time.hpp"
#include "model/id.hpp"
#include "model/result.hpp"
#include "store/collection.hpp"

#include <string>

namespace wgw::chat {

inline constexpr Duration kKeySpan{24LL * 60 * 60 * 1'000};

/// The collection `chatroomkeys`.
const store::CollectionSpec& room_keys_spec();

class RoomKeys {
public:
    /// All outlive it. `rows` is made from room_keys_spec().
    RoomKeys(store::Collection& rows, IdSource& ids, const Clock& clock) : rows_(rows), ids_(ids), clock_(clock) {}

    /// The room that `user` makes, or has made, under `key`. conflict: of another name.
    Task<Result<RoomId>> room_for(UserId user, std::string key, std::string name);

    /// Removes what is not remembered any more, some rows at a time.
    Task<> sweep();

private:
    bool is_over(Timestamp created_at) const { return clock_.now().unix_ms - created_at.unix_ms >= kKeySpan.count(); }

    store::Collection& rows_;
    IdSource& ids_;
    const Clock& clock_;
    Id swept_;  ///< Up to this row.
};

}  // namespace wgw::chat
