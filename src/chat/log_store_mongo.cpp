#include "chat/log_store_mongo.hpp"

#include "chat/entry_document.hpp"
#include "chat/log_schema_mongo.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoAway;
using store::MongoClient;
using store::MongoQuery;

// Of an entry that meets something which no majority has confirmed yet, when it is looked for.
constexpr int kLooks = 20;
constexpr std::chrono::milliseconds kBetweenLooks{10};

/// How far a room's log may be ahead of `members_to`: so many entries are read when it is loaded, at most.
constexpr Seq kMembersBehind = 200;

Bson member_document(const Entry& entry)
{
    Bson member;
    member.add("_id", entry._id).add("room_id", entry.room_id).add("user_id", entry.user_id);
    member.add("created_at", entry.at).add("updated_at", entry.at).add("__v", 0).add("seq", entry.seq);
    return member;
}

/// `entry` is the first of its room.
Bson room_document(const Entry& entry)
{
    const JsonValue body(entry.body);
    Bson room;
    room.add("_id", entry.room_id).add_text("name", body.find("name")->string());
    room.add("created_at", entry.at).add("updated_at", entry.at).add("__v", 0);
    room.add("epoch", body.find("epoch")->string()).add("members_to", 0);
    return room;
}

template <class T>
T must(std::optional<T> value, std::string_view name)
{
    if (!value)
        throw std::runtime_error("An entry of the chat log has no " + std::string(name) + ": the store is damaged.");
    return *std::move(value);
}

Bson of_room(RoomId room)
{
    Bson filter;
    filter.add("room_id", room);
    return filter;
}

class MongoLog final : public LogStore {
public:
    explicit MongoLog(MongoClient& db) : db_(db) {}

    std::optional<Room> load(RoomId room) override
    {
        const Seq members_to = members_to_of(room);
        // Members first: whatever is stored between the two reads is then among the entries.
        std::unordered_map<UserId, Seq> members;
        MongoQuery query{.collection = kChatMembers, .filter = of_room(room)};
        query.filter.add("seq", Bson().add("$gt", 0));
        db_.find(query, [&](BsonView member) {
            members.emplace(must(member.get<Id>("user_id"), "user_id"), must(member.get<Seq>("seq"), "seq"));
            return true;
        });

        Seq head = 0;
        Timestamp last_at;
        std::vector<Entry> unwritten;
        for_each_behind(room, std::max<Seq>(members_to - 1, 0), 0, [&](Entry entry) {
            head = entry.seq;
            last_at = entry.at;
            if (makes_member(entry) && members.emplace(entry.user_id, entry.seq).second)
                unwritten.push_back(std::move(entry));
        });
        if (head == 0)
            return {};
        write_documents(unwritten);
        if (head - members_to > kMembersBehind)
            note_members_to(room, head);
        return Room(room, head, last_at, std::move(members));
    }

    Seq head(RoomId room) override
    {
        MongoQuery query{.collection = kChatLog, .filter = of_room(room), .limit = 1};
        query.sort.add("seq", -1);
        query.projection.add("seq", 1);
        Seq found = 0;
        db_.find(query, [&found](BsonView entry) {
            found = must(entry.get<Seq>("seq"), "seq");
            return true;
        });
        return found;
    }

    std::optional<Entry> find(RoomId room, Seq seq) override
    {
        auto filter = of_room(room);
        filter.add("seq", seq);
        return first(std::move(filter));
    }

    std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) override
    {
        std::vector<Entry> entries;
        for_each_behind(room, after, most, [&entries](Entry entry) { entries.push_back(std::move(entry)); });
        write_documents(entries);
        return entries;
    }

    std::size_t rooms_of(UserId user, std::size_t most) override
    {
        Bson filter;
        filter.add("user_id", user).add("seq", Bson().add("$gt", 0));
        return db_.count(kChatMembers, std::move(filter), most);
    }

    Appended append(std::span<const Entry> entries) override
    {
        const std::span<const Entry> part = entries;
        auto result = append_each({&part, 1}).front();
        if (result.error)
            std::rethrow_exception(result.error);
        return std::move(result.appended);
    }

    /// One ordered insert: where an entry meets something, the next begins with the next room.
    std::vector<Part> append_each(std::span<const std::span<const Entry>> parts) override
    {
        std::vector<Bson> documents;
        std::vector<std::size_t> ends;  // of each part, in documents
        for (const auto& part : parts) {
            for (const auto& entry : part)
                documents.push_back(document_of(entry));
            ends.push_back(documents.size());
        }

        std::vector<Part> results(parts.size());
        std::size_t at = 0;  // before it, all is stored or refused
        std::size_t part = 0;
        const auto advance = [&](std::size_t count) {
            for (; count > 0; --count, ++at) {
                while (at == ends[part])
                    ++part;
                ++results[part].appended.kept;
            }
            while (part < parts.size() && at == ends[part])
                ++part;
        };
        const auto rest_of_part = [&] { return parts[part].subspan(results[part].appended.kept); };
        bool is_certain = true;
        while (part < parts.size()) {
            try {
                advance(db_.insert(kChatLog, std::span(documents).subspan(at)).count);
            } catch (const MongoAway&) {
                if (!is_certain)
                    throw;
                is_certain = false;
                // What was done of it stands in the log, from the front.
                while (part < parts.size()) {
                    const auto rest = rest_of_part();
                    const auto stored = stored_of(rest);
                    advance(stored);
                    if (stored < rest.size())
                        break;
                }
                continue;
            }
            if (part == parts.size())
                break;
            // The insert without an answer may have been done after it had been looked for.
            const auto own = is_certain ? 0 : stored_of(rest_of_part());
            if (own > 0) {
                advance(own);
                continue;
            }
            try {
                results[part].appended.taken = taken_by(rest_of_part().front());
            } catch (const MongoAway&) {
                results[part].error = std::current_exception();
            }
            at = ends[part++];
        }
        for (std::size_t i = 0; i < parts.size(); ++i)
            write_documents(parts[i].first(results[i].appended.kept));
        return results;
    }

    // It learns nothing that it keeps.
    void forget() noexcept override {}

private:
    std::optional<Entry> first(Bson filter)
    {
        std::optional<Entry> found;
        db_.find({.collection = kChatLog, .filter = std::move(filter), .limit = 1}, [&found](BsonView document) {
            found = entry_of(document);
            return true;
        });
        return found;
    }

    /// `most` 0: all.
    template <class Visit>
    void for_each_behind(RoomId room, Seq after, std::size_t most, Visit visit)
    {
        MongoQuery query{.collection = kChatLog, .filter = of_room(room), .limit = static_cast<std::int64_t>(most)};
        query.filter.add("seq", Bson().add("$gt", after));
        query.sort.add("seq", 1);
        db_.find(query, [&visit](BsonView document) {
            visit(entry_of(document));
            return true;
        });
    }

    /// How many of `entries`, from the front, stand in the log by their _id.
    std::size_t stored_of(std::span<const Entry> entries)
    {
        std::vector<Id> ids;
        for (const auto& entry : entries)
            ids.push_back(entry._id);
        std::unordered_map<Id, Seq> stored;
        MongoQuery query{.collection = kChatLog, .filter = of_room(entries.front().room_id)};
        query.filter.add("_id", Bson().add_array("$in", ids));
        query.projection.add("seq", 1);
        db_.find(query, [&stored](BsonView document) {
            stored.emplace(must(document.get<Id>("_id"), "_id"), must(document.get<Seq>("seq"), "seq"));
            return true;
        });
        const auto is_stored = [&stored](const Entry& entry) {
            const auto at = stored.find(entry._id);
            return at != stored.end() && at->second == entry.seq;
        };
        return static_cast<std::size_t>(std::ranges::find_if_not(entries, is_stored) - entries.begin());
    }

    struct Met {
        bool at_seq = false;        ///< The entry's seq is taken.
        std::optional<Entry> same;  ///< The entry that has its key.
    };

    Met met_by(const Entry& entry)
    {
        std::array<Bson, 2> either;
        either[0].add("seq", entry.seq);
        either[1].add("user_id", entry.user_id).add("key", key_of(entry));
        MongoQuery query{.collection = kChatLog, .filter = of_room(entry.room_id)};
        query.filter.add_array("$or", either);
        Met met;
        db_.find(query, [&](BsonView document) {
            auto stored = entry_of(document);
            met.at_seq = met.at_seq || stored.seq == entry.seq;
            if (stored.user_id == entry.user_id && key_of(stored) == key_of(entry))
                met.same = std::move(stored);
            return true;
        });
        return met;
    }

    /// What a refused entry has met: the entry that has its key, or nothing if its seq is taken.
    std::optional<Entry> taken_by(const Entry& entry)
    {
        for (int looks = 0; looks < kLooks; ++looks) {
            const auto [at_seq, same] = met_by(entry);
            if (same && (entry.client_msg_id || !at_seq))
                return same;
            if (at_seq)
                return {};
            std::this_thread::sleep_for(kBetweenLooks);
        }
        throw MongoAway("MongoDB refuses an entry as a duplicate of one that it does not show.");
    }

    /// Of those that make a room or a member. What is there already stays as it is.
    void write_documents(std::span<const Entry> entries)
    {
        std::vector<Bson> rooms;
        std::vector<Bson> members;
        for (const auto& entry : entries) {
            if (makes_member(entry))
                members.push_back(member_document(entry));
            if (entry.seq == 1)
                rooms.push_back(room_document(entry));
        }
        insert_missing(kChatRooms, rooms);
        insert_missing(kChatMembers, members);
    }

    void insert_missing(std::string_view collection, std::span<const Bson> documents)
    {
        while (!documents.empty()) {
            const auto inserted = db_.insert(collection, documents);
            documents = documents.subspan(inserted.count + (inserted.duplicate ? 1 : 0));
        }
    }

    Seq members_to_of(RoomId room)
    {
        Seq found = 0;
        MongoQuery query{.collection = kChatRooms, .filter = {}, .limit = 1};
        query.filter.add("_id", room);
        query.projection.add("members_to", 1);
        db_.find(query, [&found](BsonView document) {
            found = document.get<Seq>("members_to").value_or(0);
            return true;
        });
        return found;
    }

    void note_members_to(RoomId room, Seq head)
    {
        Bson filter;
        filter.add("_id", room);
        Bson change;
        change.add("$max", Bson().add("members_to", head));
        db_.update(kChatRooms, filter, change);
    }

    MongoClient& db_;
};

}  // namespace

std::unique_ptr<LogStore> make_mongo_log(MongoClient& db) { return std::make_unique<MongoLog>(db); }

}  // namespace wgw::chat
