#pragma once
/// Reading for people from MongoDB: what history.hpp is for SQLite, in the same words. Functions of a client on its own
/// thread, blocking. What a majority had before the call is seen by it.
/// Tests  service_cluster_test.cpp

#include "chat/api.hpp"
#include "chat/entry_stream.hpp"
#include "store/mongo_client.hpp"

#include <optional>
#include <vector>

namespace wgw::chat {

std::optional<RoomInfo> read_room(store::MongoClient& db, RoomId room);
Listed<RoomInfo> read_rooms(store::MongoClient& db, const Page<RoomId>& page);
Result<Listed<MemberInfo>> read_members(store::MongoClient& db, RoomId room, UserId caller, const Page<Seq>& page);
Result<Listed<MessageInfo>> read_messages(store::MongoClient& db, RoomId room, UserId caller, const Page<Seq>& page);

/// In no order.
std::vector<RoomHead> read_rooms_of(store::MongoClient& db, UserId user);

/// What EntryStream asks of the log. Rooms that do not exist are left out.
std::vector<Entry> read_entries(store::MongoClient& db, RoomId room, Seq after, std::size_t limit);
std::vector<RoomHead> read_heads(store::MongoClient& db, const std::vector<RoomId>& rooms);

/// Of what was stored from `from` on. At most kRecent entries are looked at, the newest: as many as one answer over the
/// bus may name where each is a join in a room of its own.
inline constexpr std::size_t kRecent = 15'000;
LogReader::Recent read_recent(store::MongoClient& db, Timestamp from);

}  // namespace wgw::chat
