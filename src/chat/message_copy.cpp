#include "chat/message_copy.hpp"

#include "base/log.hpp"
#include "chat/entry.hpp"
#include "chat/history_mongo.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/page_of.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <unordered_set>
#include <utility>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoClient;
using store::MongoQuery;

Bson one_of(std::span<const Id> ids)
{
    Bson filter;
    filter.add("_id", Bson().add_array("$in", ids));
    return filter;
}

/// A message that waits to be written.
struct Copy {
    Id _id;
    Bson document;
};

Copy copy_of(const Entry& entry, std::string_view content)
{
    Copy copy{._id = entry._id, .document = {}};
    copy.document.add("_id", entry._id).add("room_id", entry.room_id).add("user_id", entry.user_id);
    copy.document.add_text("content", content);
    copy.document.add("created_at", entry.at).add("updated_at", entry.at).add("__v", 0).add("seq", entry.seq);
    return copy;
}

void remove_stored(MongoClient& db, std::vector<Copy>& copies)
{
    std::vector<Id> ids;
    for (const auto& copy : copies)
        ids.push_back(copy._id);
    MongoQuery query{.collection = kOriginalMessages, .filter = one_of(ids)};
    query.projection.add("_id", 1);
    std::unordered_set<Id> stored;
    db.find(query, [&stored](BsonView document) {
        if (const auto id = document.get<Id>("_id"))
            stored.insert(*id);
        return true;
    });
    std::erase_if(copies, [&stored](const Copy& copy) { return stored.contains(copy._id); });
}

/// Another process may be writing the same ones: whoever meets one looks at what is there, and goes on.
void insert_missing(MongoClient& db, std::vector<Copy> copies)
{
    while (!copies.empty()) {
        std::vector<Bson> documents;
        for (auto& copy : copies)
            documents.push_back(std::move(copy.document));
        const auto inserted = db.insert(kOriginalMessages, documents);
        const std::size_t done = inserted.count + (inserted.duplicate ? 1 : 0);
        for (std::size_t i = done; i < copies.size(); ++i)
            copies[i].document = std::move(documents[i]);
        copies.erase(copies.begin(), copies.begin() + static_cast<std::ptrdiff_t>(done));
        if (!copies.empty())
            remove_stored(db, copies);
    }
}

/// Nothing: there is no such room.
std::optional<Seq> cursor_of(MongoClient& db, RoomId room)
{
    std::optional<Seq> cursor;
    MongoQuery query{.collection = kChatRooms, .filter = {}, .limit = 1};
    query.filter.add("_id", room);
    query.projection.add("copied_to", 1);
    db.find(query, [&cursor](BsonView document) {
        cursor = document.get<Seq>("copied_to").value_or(0);
        return true;
    });
    return cursor;
}

void move_cursor(MongoClient& db, RoomId room, Seq to)
{
    Bson filter;
    filter.add("_id", room);
    Bson change;
    change.add("$max", Bson().add("copied_to", to));
    db.update(kChatRooms, filter, change);
}

void copy_entries(MongoClient& db, std::span<const Entry> entries)
{
    std::vector<Copy> copies;
    for (const auto& entry : entries) {
        if (entry.type != EntryType::message_receive)
            continue;
        if (const auto content = stored_content(entry.body))
            copies.push_back(copy_of(entry, *content));
        else
            tell_of_damage(entry.room_id, entry.seq);
    }
    insert_missing(db, std::move(copies));
}

bool is_whole(const News& news)
{
    return news.copied_to != News::kUnknown && !news.entries.empty() && news.entries.front().seq == news.copied_to + 1;
}

std::optional<Copied> copy_given(MongoClient& db, const News& news)
{
    std::span<const Entry> rest = news.entries;
    while (!rest.empty()) {
        const auto part = rest.first(std::min(rest.size(), kCopied));
        copy_entries(db, part);
        rest = rest.subspan(part.size());
    }
    const Seq to = news.entries.back().seq;
    move_cursor(db, news.room, to);
    return Copied{.room = news.room, .to = to};
}

std::optional<Copied> copy_read(MongoClient& db, RoomId room)
{
    const auto cursor = cursor_of(db, room);
    if (!cursor)
        return {};
    const auto entries = read_entries(db, room, *cursor, kCopied);
    if (entries.empty())
        return Copied{.room = room, .to = *cursor};
    copy_entries(db, entries);
    move_cursor(db, room, entries.back().seq);
    return Copied{.room = room, .to = entries.back().seq, .has_more = entries.size() == kCopied};
}

}  // namespace

std::vector<Copied> copy_messages(MongoClient& db, std::span<const News> rooms)
{
    std::vector<Copied> done;
    for (const auto& news : rooms) {
        try {
            if (const auto copied = is_whole(news) ? copy_given(db, news) : copy_read(db, news.room))
                done.push_back(*copied);
        } catch (const store::MongoAway&) {
            throw;
        } catch (const std::runtime_error& error) {
            log::error(
                "New messages of a room could not be copied to chatmessages.",
                {
                    {"room_id", news.room.hex()},
                    {"what",    error.what()   }
            }
            );
        }
    }
    return done;
}

Uncopied find_uncopied(MongoClient& db, RoomId after, std::size_t most)
{
    MongoQuery query{.collection = kChatRooms, .filter = {}, .limit = static_cast<std::int64_t>(most)};
    query.filter.add("_id", Bson().add("$gt", after)).add("epoch", Bson().add("$exists", true));
    query.sort.add("_id", 1);
    query.projection.add("copied_to", 1);
    std::vector<RoomId> rooms;
    std::vector<Seq> cursors;
    db.find(query, [&](BsonView room) {
        if (const auto id = room.get<Id>("_id")) {
            rooms.push_back(*id);
            cursors.push_back(room.get<Seq>("copied_to").value_or(0));
        }
        return true;
    });
    Uncopied found;
    const auto heads = read_heads(db, rooms);
    for (const auto& head : heads) {
        const auto at = static_cast<std::size_t>(std::ranges::find(rooms, head.room_id) - rooms.begin());
        if (head.seq > cursors[at])
            found.rooms.push_back(head.room_id);
    }
    if (rooms.size() == most)
        found.last = rooms.back();
    return found;
}

}  // namespace wgw::chat
