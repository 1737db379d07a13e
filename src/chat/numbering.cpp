#include "chat/numbering.hpp"

#include "base/log.hpp"
#include "chat/entry_document.hpp"
#include "chat/epoch.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "chat/original_document.hpp"
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
    RoomNumbering(MongoClient& db, OriginalRoom room, const std::stop_token& stop)
        : db_(db), log_(make_mongo_log(db)), room_(std::move(room)), stop_(stop)
    {
    }

    /// False: it was stopped; the next run goes on.
    bool run(const std::string& epoch)
    {
        read_members();
        head_ = log_->head(room_._id);
        Entry first = members_.empty() ? made_by_nobody() : members_.front();
        first.at = room_.at;
        first.type = EntryType::room_update;
        first.body = room_body(room_.name, epoch);
        add(std::move(first));
        next_member_ = members_.empty() ? 0 : 1;
        MongoQuery messages{.collection = kOriginalMessages, .filter = of_room(room_._id), .sort = by_id()};
        db_.find(messages, [this](BsonView document) {
            auto message = original_message(document);
            add_members_before(message._id);
            add(std::move(message));
            return !stop_.stop_requested();
        });
        if (stop_.stop_requested())
            return false;
        Id last;
        last.bytes.fill(0xff);
        add_members_before(last);
        write();
        publish();
        return true;
    }

private:
    Entry made_by_nobody() const
    {
        Entry entry;
        entry.room_id = room_._id;
        entry._id = room_._id;
        return entry;
    }

    void read_members()
    {
        std::unordered_set<UserId> seen;
        MongoQuery query{.collection = kChatMembers, .filter = of_room(room_._id), .sort = by_id()};
        db_.find(query, [&](BsonView document) {
            if (auto member = original_member(document); seen.insert(member.user_id).second)
                members_.push_back(std::move(member));
            return true;
        });
    }

    void add_members_before(Id id)
    {
        while (next_member_ < members_.size() && members_[next_member_]._id < id)
            add(members_[next_member_++]);
    }

    void add(Entry entry)
    {
        last_at_ = std::max(last_at_, entry.at);
        entry.at = last_at_;
        entry.seq = ++seq_;
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
        for (const auto& place : memberships_)
            number_member(db_, place._id, place.seq);
        // The epoch of the first entry: another process may have written that one.
        const auto first = log_->find(room_._id, 1);
        Bson fields;
        fields.add("epoch", JsonValue(first->body).find("epoch")->string())
            .add("members_to", seq_)
            .add("copied_to", seq_);
        Bson filter = without("epoch");
        filter.add("_id", room_._id);
        Bson change;
        change.add("$set", fields);
        db_.update(kChatRooms, filter, change);
    }

    MongoClient& db_;
    std::unique_ptr<LogStore> log_;
    OriginalRoom room_;
    const std::stop_token& stop_;
    std::vector<Entry> members_;  // by _id
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

std::size_t number_rooms(MongoClient& db, Random& random, const std::stop_token& stop)
{
    std::vector<OriginalRoom> rooms;
    MongoQuery query{.collection = kChatRooms, .filter = without("epoch"), .sort = by_id()};
    db.find(query, [&rooms](BsonView room) {
        rooms.push_back(original_room(room));
        return true;
    });
    if (rooms.empty())
        return 0;
    // The original has no index on the room: each of them would be looked for in all messages.
    Bson keys;
    keys.add("room_id", 1).add("_id", 1);
    db.create_index(kOriginalMessages, {.name = "room_id_1__id_1", .keys = std::move(keys)});
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
        if (!RoomNumbering(db, std::move(rooms[i]), stop).run(make_epoch(random)))
            return i;
    }
    log::info(
        "All rooms of the original have been taken over.",
        {
            {"rooms", rooms.size()}
    }
    );
    return rooms.size();
}

}  // namespace wgw::chat
