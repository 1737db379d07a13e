#pragma once
/// Reading for people: rooms, members and messages as pages, and who may read them.
///
/// Functions of a connection to a store with the schema of log_schema.hpp: on a reader's thread, blocking. What was
/// committed before the call is seen by it.
///
/// Order   messages and members by seq, rooms by _id; oldest first. See Page and Listed in api.hpp
/// Errors  not_found before not_member; store::Error if the store is broken
/// Tests   history_test.cpp

#include "chat/api.hpp"
#include "store/sqlite.hpp"

#include <optional>
#include <vector>

namespace wgw::chat {

std::optional<RoomInfo> read_room(store::Sqlite& db, RoomId room);
Listed<RoomInfo> read_rooms(store::Sqlite& db, const Page<RoomId>& page);
Result<Listed<MemberInfo>> read_members(store::Sqlite& db, RoomId room, UserId caller, const Page<Seq>& page);
Result<Listed<MessageInfo>> read_messages(store::Sqlite& db, RoomId room, UserId caller, const Page<Seq>& page);

/// In no order.
std::vector<RoomHead> read_rooms_of(store::Sqlite& db, UserId user);

}  // namespace wgw::chat
