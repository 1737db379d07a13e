#pragma once
/// The original's `chatmessages`, written out of the log: what else reads that collection goes on finding every message there.
///
/// A reader of each room's log, behind the ack and never asked on the way of a message. How far it is stands in the
/// room's document (`copied_to`); without that it begins at the room's start, so the copy can be thrown away and made
/// anew. Any number of processes may copy the same room: a message is there once, by its _id.
///
///     _id, room_id, user_id, content, created_at, updated_at, __v | seq    as the original stores them, ours behind
///
/// Functions of a client on its own thread, blocking.
/// Errors  MongoAway; repeated later, they go on. What is wrong with one room alone is logged, and the others go on
/// Tests   message_copy_cluster_test.cpp

#include "chat/entry.hpp"
#include "model/id.hpp"
#include "store/mongo_client.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace wgw::chat {

/// How many messages are written or read in one go.
inline constexpr std::size_t kCopied = 500;

/// A room that has something new.
struct News {
    RoomId room;
    Seq copied_to = kUnknown;         ///< How far the copy is, if whoever asks knows it.
    std::vector<Entry> entries = {};  ///< The entries behind that, if he has them: else they are read.

    static constexpr Seq kUnknown = -1;
};

/// What was done about it.
struct Copied {
    RoomId room;
    Seq to = 0;             ///< How far the copy is now.
    bool has_more = false;  ///< There may be more.
};

/// In no order. A room that is not in the store, or in which something is damaged, is left out.
std::vector<Copied> copy_messages(store::MongoClient& db, std::span<const News> rooms);

/// Looking for what was left: by a process that was killed, say.
struct Uncopied {
    std::vector<RoomId> rooms;  ///< Of those that were looked at, the ones that have something new.
    RoomId last;                ///< The last one that was looked at; empty: there are no more.
};

/// Looks at the next `most` rooms behind `after`, by _id.
Uncopied find_uncopied(store::MongoClient& db, RoomId after, std::size_t most);

}  // namespace wgw::chat
