#pragma once
/// The collections of chat in MongoDB, known to log_store_mongo, entry_document, history_mongo, message_copy and what takes
/// over from the original only.
///
///     chatlog       _id, room_id, seq, user_id, key, send_hash, at, type, body            the truth
///     chatrooms     _id, name, created_at, updated_at, __v | epoch, members_to, copied_to   as the original has them,
///     and chatmembers   _id, room_id, user_id, created_at, updated_at, __v | seq               ours behind
///
/// chatlog       `_id` is the entry's; `key` is the client's, or `/` and the _id (no client's has a `/`), so that every
///               entry has one and the index on it is plain; `send_hash` only with a client's key
/// chatrooms,    are written after the entry that makes them, and can be made anew of the log. `members_to`: there is a
/// chatmembers   document of every membership up to this seq
///
/// What the original has written has no seq, and is not seen before it has been numbered. Of its messages the log has the
/// seq; the documents stay as they are.

#include "base/random.hpp"
#include "store/mongo_client.hpp"

#include <cstdint>
#include <string_view>

namespace wgw::chat {

inline constexpr std::string_view kChatLog = "chatlog";
inline constexpr std::string_view kChatRooms = "chatrooms";
inline constexpr std::string_view kChatMembers = "chatmembers";
inline constexpr std::string_view kOriginalMessages =
    "chatmessages";  ///< What is stored here is copied there: message_copy.hpp.

/// Makes the collections and their indexes if they are not there; blocking.
void create_log(store::MongoClient& db);

/// Gives every room another epoch, and returns how many there are: the database was taken back to an earlier state, so
/// cursors of clients may name changes that never were. While no chat process runs; blocking.
std::int64_t renew_epochs(store::MongoClient& db, Random& random);

}  // namespace wgw::chat
