#pragma once
/// Documents of rooms, members and messages as the original has stored them, on their way into the log.
///
/// Errors  std::runtime_error: one that cannot be read, with its _id and what to do
/// Tests   numbering_cluster_test.cpp

#include "chat/entry.hpp"
#include "store/mongo_client.hpp"

#include <string>
#include <string_view>

namespace wgw::chat {

/// The text of a field that a document must have.
std::string original_text(const store::BsonView& document, std::string_view name);

/// An entry without its seq, and with the document's own time.
Entry original_member(const store::BsonView& document);
Entry original_message(const store::BsonView& document);

struct OriginalRoom {
    RoomId _id;
    std::string name;
    Timestamp at;
};
OriginalRoom original_room(const store::BsonView& document);

/// Shows a member of the original: it stands in the log at `seq`.
void number_member(store::MongoClient& db, const Id& member, Seq seq);

}  // namespace wgw::chat
