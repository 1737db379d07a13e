#include "chat/numbering.hpp"

#include "base/log.hpp"
#include "chat/entry_document.hpp"
#include "chat/epoch.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoClient;
using store::MongoQuery;

constexpr std::size_t kBatch = 500;
constexpr std::chrono::seconds kBetweenLines{10};

/// A document of the original that becomes an entry.
struct Found {
    Id _id;
    UserId user_id;
    Timestamp at;
};

struct OldRoom {
    RoomId _id;
    std::string name;
    Timestamp at;
};

template <class T>
T must(const BsonView& document, std::string_view name)
{
    const auto value = document.get<T>(name);
    if (!value)
        throw std::runtime_error(
            "A document of the original has no " + std::string(name) + " that could be read; its _id is " +
            document.get<Id>("_id").value_or(Id{}).hex() + ". Mend or remove it, then start again."
        );
    return *value;
}

Found found(const BsonView& document)
{
    return {must<Id>(document, "_id"), must<Id>(document, "user_id"), must<Timestamp>(document, "created_at")};
}

Bson of_room(RoomId room)
{
    Bson filter;
    filter.add("room_id", room);
    return filter;
}

Bson by_id()
{
    Bson sort;
    sort.add("_id", 1);
    return sort;
}

Bson without(std::string_view field)
{
    Bson filter;
    filter.add(field, Bson().add("$exists", false));
    return filter;
}

/// Writes one room's log.
class RoomNumbering {
public:
    RoomNumbering(MongoClient& db, OldRoom room) : db_(db), log_(make_mongo_log(db)), room_(std::move(room)) {}

    void run(const std::string& epoch)
    {
        read_members();
        head_ = log_->head(room_._id);
        const UserId maker = members_.empty() ? UserId{} : members_.front().user_id;
        add(EntryType::room_update, {members_.empty() ? room_._id : members_.front()._id, maker, room_.at},
            room_body(room_.name, epoch));
        next_member_ = members_.empty() ? 0 : 1;
        MongoQuery messages{.collection = kOriginalMessages, .filter = of_room(room_._id), .sort = by_id()};
        db_.find(messages, [this](BsonView message) {
            const auto content = message.text("content");
            if (!content)
                must<std::string_view>(message, "content");
            const auto next = found(message);
            add_members_before(next._id);
            add(EntryType::message_receive, next, message_body(*content));
            return true;
        });
        Id last;
        last.bytes.fill(0xff);
        add_members_before(last);
        write();
        publish();
    }

private:
    void read_members()
    {
        std::unordered_set<UserId> seen;
        MongoQuery query{.collection = kChatMembers, .filter = of_room(room_._id), .sort = by_id()};
        db_.find(query, [&](BsonView document) {
            if (const auto member = found(document); seen.insert(member.user_id).second)
                members_.push_back(member);
            return true;
        });
    }

    void add_members_before(Id id)
    {
        while (next_member_ < members_.size() && members_[next_member_]._id < id)
            add(EntryType::member_update, members_[next_member_++], std::string(kJoinedBody));
    }

    void add(EntryType type, const Found& from, std::string body)
    {
        last_at_ = std::max(last_at_, from.at);
        Entry entry;
        entry.room_id = room_._id;
        entry.seq = ++seq_;
        entry._id = from._id;
        entry.user_id = from.user_id;
        entry.at = last_at_;
        entry.type = type;
        entry.body = std::move(body);
        if (makes_member(entry))
            memberships_.push_back({entry._id, entry.seq});
        if (entry.seq <= head_) {
            unchecked_.push_back({entry._id, entry.seq});
            if (unchecked_.size() == kBatch)
                check();
            return;
        }
        entries_.push_back(document_of(entry));
        ids_.push_back({entry._id, entry.seq});
        if (entries_.size() == kBatch)
            write();
    }

    struct Place {
        Id _id;
        Seq seq = 0;
    };

    void write()
    {
        check();
        std::span<const Bson> rest = entries_;
        while (!rest.empty()) {
            const auto inserted = db_.insert(kChatLog, rest);
            const std::size_t done = inserted.count + (inserted.duplicate ? 1 : 0);
            if (inserted.duplicate)
                unchecked_.push_back(ids_[ids_.size() - rest.size() + inserted.count]);
            rest = rest.subspan(done);
        }
        entries_.clear();
        ids_.clear();
        check();
    }

    /// What stands in the log already was written by a numbering that was interrupted, or runs at the same time.
    void check()
    {
        if (unchecked_.empty())
            return;
        const auto stored = log_->behind(room_._id, unchecked_.front().seq - 1, unchecked_.size());
        for (const auto& place : std::exchange(unchecked_, {})) {
            const auto at = std::ranges::find(stored, place.seq, &Entry::seq);
            const auto entry = at != stored.end() ? std::optional(*at) : log_->find(room_._id, place.seq);
            if (!entry || entry->_id != place._id)
                throw std::runtime_error(
                    "The chat room " + room_._id.hex() + " was written into while it was taken over, at seq " +
                    std::to_string(place.seq) + ". End the original's chat service."
                );
        }
    }

    /// Its members and then the room get what makes them visible.
    void publish()
    {
        for (const auto& place : memberships_) {
            Bson filter;
            filter.add("_id", place._id);
            Bson change;
            change.add("$set", Bson().add("seq", place.seq));
            db_.update(kChatMembers, filter, change);
        }
        // The epoch of the first entry: another process may have written that one.
        const auto first = log_->find(room_._id, 1);
        Bson fields;
        fields.add("epoch", JsonValue(first->body).find("epoch")->string()).add("members_to", seq_);
        Bson filter = without("epoch");
        filter.add("_id", room_._id);
        Bson change;
        change.add("$set", fields);
        db_.update(kChatRooms, filter, change);
    }

    MongoClient& db_;
    std::unique_ptr<LogStore> log_;
    OldRoom room_;
    std::vector<Found> members_;  // by _id
    std::size_t next_member_ = 0;
    Seq head_ = 0;  // of the log when it began
    Seq seq_ = 0;
    Timestamp last_at_;
    std::vector<Bson> entries_;  // to be inserted
    std::vector<Place> ids_;     // of these
    std::vector<Place> unchecked_;
    std::vector<Place> memberships_;
};

}  // namespace

std::size_t number_rooms(MongoClient& db, Random& random)
{
    std::vector<OldRoom> rooms;
    MongoQuery query{.collection = kChatRooms, .filter = without("epoch"), .sort = by_id()};
    db.find(query, [&rooms](BsonView room) {
        const auto name = room.text("name");
        if (!name)
            must<std::string_view>(room, "name");
        rooms.push_back({must<Id>(room, "_id"), std::string(*name), must<Timestamp>(room, "created_at")});
        return true;
    });
    auto told = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        if (const auto now = std::chrono::steady_clock::now(); i == 0 || now - told > kBetweenLines) {
            told = now;
            log::info(
                "The rooms of the original are taken over: their messages and members get numbers.",
                {
                    {"done", i           },
                    {"all",  rooms.size()}
            }
            );
        }
        RoomNumbering(db, std::move(rooms[i])).run(make_epoch(random));
    }
    if (!rooms.empty())
        log::info(
            "All rooms of the original have been taken over.",
            {
                {"rooms", rooms.size()}
        }
        );
    return rooms.size();
}

}  // namespace wgw::chat
