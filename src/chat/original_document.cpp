#include "chat/original_document.hpp"

#include "chat/log_schema_mongo.hpp"

#include <optional>
#include <stdexcept>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;

[[noreturn]] void cannot_be_read(const BsonView& document, std::string_view name)
{
    throw std::runtime_error(
        "A document of the original has no " + std::string(name) + " that could be read; its _id is " +
        document.get<Id>("_id").value_or(Id{}).hex() + ". Mend or remove it, then start again."
    );
}

template <class T>
T must(const BsonView& document, std::string_view name)
{
    const auto value = document.get<T>(name);
    if (!value)
        cannot_be_read(document, name);
    return *value;
}

Entry entry_of_original(const BsonView& document, EntryType type, std::string body)
{
    Entry entry;
    entry.room_id = must<Id>(document, "room_id");
    entry._id = must<Id>(document, "_id");
    entry.user_id = must<Id>(document, "user_id");
    entry.at = must<Timestamp>(document, "created_at");
    entry.type = type;
    entry.body = std::move(body);
    return entry;
}

}  // namespace

std::string original_text(const BsonView& document, std::string_view name)
{
    const auto value = document.text(name);
    if (!value)
        cannot_be_read(document, name);
    return std::string(*value);
}

Entry original_member(const BsonView& document)
{
    return entry_of_original(document, EntryType::member_update, std::string(kJoinedBody));
}

Entry original_message(const BsonView& document)
{
    return entry_of_original(document, EntryType::message_receive, message_body(original_text(document, "content")));
}

OriginalRoom original_room(const BsonView& document)
{
    return {must<Id>(document, "_id"), original_text(document, "name"), must<Timestamp>(document, "created_at")};
}

void number_member(store::MongoClient& db, const Id& member, Seq seq)
{
    Bson filter;
    filter.add("_id", member);
    Bson change;
    change.add("$set", Bson().add("seq", seq));
    db.update(kChatMembers, filter, change);
}

}  // namespace wgw::chat
