#include "chat/history_mongo.hpp"

#include "chat/entry_document.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/page_of.hpp"

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoClient;
using store::MongoQuery;

Bson one(std::string_view name, Id value)
{
    Bson filter;
    filter.add(name, value);
    return filter;
}

template <class T>
T must(const BsonView& document, std::string_view name)
{
    const auto value = document.get<T>(name);
    if (!value)
        throw std::runtime_error("A document of chat has no " + std::string(name) + ": the store is damaged.");
    return *value;
}

std::string must_text(const BsonView& document, std::string_view name)
{
    const auto value = document.text(name);
    if (!value)
        throw std::runtime_error("A document of chat has no " + std::string(name) + ": the store is damaged.");
    return std::string(*value);
}

/// Adds what a page means: bounds of `name`, the order, one more than wanted.
template <class Key>
void add_page(MongoQuery& query, std::string_view name, const Page<Key>& page, const Key& start)
{
    Bson bounds;
    bounds.add("$gt", page.after.value_or(start));
    if (page.before)
        bounds.add("$lt", *page.before);
    query.filter.add(name, bounds);
    query.sort.add(name, page.after ? 1 : -1);
    query.limit = static_cast<std::int64_t>(page.limit) + 1;
}

std::optional<Seq> head_of(MongoClient& db, RoomId room)
{
    std::optional<Seq> head;
    MongoQuery query{.collection = kChatLog, .filter = one("room_id", room), .limit = 1};
    query.sort.add("seq", -1);
    query.projection.add("seq", 1);
    db.find(query, [&head](BsonView entry) {
        head = must<Seq>(entry, "seq");
        return true;
    });
    return head;
}

/// A room without its head. Those that have no epoch were made by the original, and are not numbered yet.
RoomInfo room_info(const BsonView& room)
{
    return {
        must<Id>(room, "_id"), must_text(room, "name"), must<Timestamp>(room, "created_at"), must_text(room, "epoch"), 0
    };
}

Bson numbered()
{
    Bson condition;
    condition.add("$exists", true);
    return condition;
}

/// Nothing, or why not: `caller` may read the room.
std::optional<Failure> refusal(MongoClient& db, RoomId room, UserId caller)
{
    MongoQuery of_room{.collection = kChatRooms, .filter = one("_id", room)};
    of_room.filter.add("epoch", numbered());
    if (!db.exists(std::move(of_room)))
        return Failure(Errc::not_found);
    MongoQuery of_member{.collection = kChatMembers, .filter = one("room_id", room)};
    of_member.filter.add("user_id", caller).add("seq", Bson().add("$gt", 0));
    if (!db.exists(std::move(of_member)))
        return Failure(Errc::not_member);
    return {};
}

/// Nothing if it is damaged: the rest of the page is worth more than to say so to a client.
std::optional<MessageInfo> message_info(const BsonView& document, RoomId room)
{
    try {
        const auto entry = entry_of(document);
        if (auto content = stored_content(entry.body))
            return MessageInfo{entry._id, room,      entry.user_id,      *std::move(content),
                               entry.at,  entry.seq, entry.client_msg_id};
    } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): it is told below, with its place
    }
    tell_of_damage(room, document.get<Seq>("seq").value_or(0));
    return {};
}

}  // namespace

std::optional<RoomInfo> read_room(MongoClient& db, RoomId room)
{
    std::optional<RoomInfo> found;
    MongoQuery query{.collection = kChatRooms, .filter = one("_id", room), .limit = 1};
    query.filter.add("epoch", numbered());
    db.find(query, [&found](BsonView document) {
        found = room_info(document);
        return true;
    });
    if (found)
        found->seq = head_of(db, room).value_or(0);
    return found;
}

Listed<RoomInfo> read_rooms(MongoClient& db, const Page<RoomId>& page)
{
    MongoQuery query{.collection = kChatRooms, .filter = {}};
    query.filter.add("epoch", numbered());
    add_page(query, "_id", page, RoomId{});
    PageOf<RoomInfo, RoomId> list(page);
    db.find(query, [&list](BsonView room) {
        return list.offer(0, [&room] { return std::optional(room_info(room)); });
    });
    auto rooms = list.take();
    for (auto& room : rooms.items)
        room.seq = head_of(db, room._id).value_or(0);
    return rooms;
}

Result<Listed<MemberInfo>> read_members(MongoClient& db, RoomId room, UserId caller, const Page<Seq>& page)
{
    if (auto why = refusal(db, room, caller))
        return fail(*std::move(why));
    MongoQuery query{.collection = kChatMembers, .filter = one("room_id", room)};
    add_page(query, "seq", page, Seq{0});
    PageOf<MemberInfo, Seq> list(page);
    db.find(query, [&list, room](BsonView member) {
        const auto read = [&] {
            return std::optional(MemberInfo{
                must<Id>(member, "_id"), room, must<Id>(member, "user_id"), must<Timestamp>(member, "created_at"),
                must<Seq>(member, "seq")
            });
        };
        return list.offer(0, read);
    });
    return list.take();
}

Result<Listed<MessageInfo>> read_messages(MongoClient& db, RoomId room, UserId caller, const Page<Seq>& page)
{
    if (auto why = refusal(db, room, caller))
        return fail(*std::move(why));
    MongoQuery query{.collection = kChatLog, .filter = one("room_id", room)};
    query.filter.add("type", static_cast<int>(EntryType::message_receive));
    add_page(query, "seq", page, Seq{0});
    PageOf<MessageInfo, Seq> list(page);
    db.find(query, [&list, room](BsonView entry) {
        return list.offer(entry.text("body").value_or("").size(), [&] { return message_info(entry, room); });
    });
    return list.take();
}

std::vector<RoomHead> read_rooms_of(MongoClient& db, UserId user)
{
    std::vector<RoomId> rooms;
    MongoQuery query{.collection = kChatMembers, .filter = one("user_id", user)};
    query.filter.add("seq", Bson().add("$gt", 0));
    query.projection.add("room_id", 1);
    db.find(query, [&rooms](BsonView member) {
        rooms.push_back(must<Id>(member, "room_id"));
        return true;
    });
    return read_heads(db, rooms);
}

std::vector<Entry> read_entries(MongoClient& db, RoomId room, Seq after, std::size_t limit)
{
    std::vector<Entry> entries;
    if (limit == 0)  // which means all to MongoDB
        return entries;
    MongoQuery query{.collection = kChatLog, .filter = one("room_id", room), .limit = static_cast<std::int64_t>(limit)};
    query.filter.add("seq", Bson().add("$gt", after));
    query.sort.add("seq", 1);
    db.find(query, [&entries](BsonView entry) {
        entries.push_back(entry_of(entry));
        return true;
    });
    return entries;
}

std::vector<RoomHead> read_heads(MongoClient& db, const std::vector<RoomId>& rooms)
{
    std::vector<RoomHead> heads;
    for (const RoomId& room : rooms)
        if (const auto head = head_of(db, room))
            heads.push_back({room, *head});
    return heads;
}

LogReader::Recent read_recent(MongoClient& db, Timestamp from)
{
    MongoQuery query{.collection = kChatLog, .filter = {}, .limit = kRecent};
    query.filter.add("at", Bson().add("$gte", from));
    query.sort.add("at", -1);
    std::unordered_map<RoomId, Seq> heads;
    LogReader::Recent recent;
    db.find(query, [&](BsonView document) {
        auto entry = entry_of(document);
        auto& head = heads[entry.room_id];
        head = std::max(head, entry.seq);
        if (makes_member(entry))
            recent.joins.push_back(std::move(entry));
        return true;
    });
    for (const auto& [room, head] : heads)
        recent.heads.push_back({room, head});
    return recent;
}

}  // namespace wgw::chat
