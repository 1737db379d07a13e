#include "chat/latecomers.hpp"

#include "base/log.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "chat/original_document.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoClient;
using store::MongoQuery;

constexpr std::int64_t kPage = 500;
constexpr std::chrono::milliseconds kMargin = std::chrono::minutes(1);  // of clocks that differ

std::optional<Timestamp> newest_entry(MongoClient& db)
{
    std::optional<Timestamp> at;
    MongoQuery query{.collection = kChatLog, .filter = {}, .limit = 1};
    query.sort.add("at", -1);
    query.projection.add("at", 1);
    db.find(query, [&at](BsonView entry) {
        at = entry.get<Timestamp>("at");
        return true;
    });
    return at;
}

/// The least id that could have been made then.
Id first_id_of(Timestamp at)
{
    const auto seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(at.unix_ms / 1'000, 0));
    Id id;
    for (std::size_t i = 0; i < sizeof seconds; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    return id;
}

/// What the log says of these ids.
std::unordered_map<Id, Seq> numbered(MongoClient& db, std::span<const Entry> entries)
{
    std::vector<Id> ids;
    for (const auto& entry : entries)
        ids.push_back(entry._id);
    MongoQuery query{.collection = kChatLog, .filter = {}};
    query.filter.add("_id", Bson().add_array("$in", ids));
    query.projection.add("seq", 1);
    std::unordered_map<Id, Seq> seqs;
    db.find(query, [&seqs](BsonView entry) {
        if (const auto id = entry.get<Id>("_id"))
            seqs[*id] = entry.get<Seq>("seq").value_or(0);
        return true;
    });
    return seqs;
}

/// One room's latecomers, in order.
class Addition {
public:
    Addition(MongoClient& db, RoomId room) : db_(db), log_(make_mongo_log(db)), room_(room) {}

    std::size_t add(std::vector<Entry> late)
    {
        std::size_t added = 0;
        std::span<Entry> rest = late;
        while (!rest.empty()) {
            const auto room = log_->load(room_);
            if (!room)
                return added;  // nobody knows such a room
            const auto next = numbered_on(*room, rest);
            if (next.empty())
                return added;
            const auto appended = log_->append(next);
            for (const auto& entry : std::span(next).first(appended.kept))
                show(entry);
            added += appended.kept;
            // Behind what was kept, or what another process has stored meanwhile; else its seq was taken: once more.
            const std::size_t done = appended.kept + (appended.taken ? 1 : 0);
            if (done == next.size())
                return added;
            const auto at = std::ranges::find(rest, next[done]._id, &Entry::_id);
            rest = rest.subspan(static_cast<std::size_t>(at - rest.begin()));
        }
        return added;
    }

private:
    /// Without those who are members already.
    static std::vector<Entry> numbered_on(Room room, std::span<const Entry> late)
    {
        std::vector<Entry> next;
        for (auto entry : late) {
            if (makes_member(entry) && room.has_member(entry.user_id))
                continue;
            entry.seq = room.head() + 1;
            entry.at = std::max(entry.at, room.last_at());
            room.apply(entry);
            next.push_back(std::move(entry));
        }
        return next;
    }

    void show(const Entry& entry)
    {
        if (makes_member(entry))
            number_member(db_, entry._id, entry.seq);
    }

    MongoClient& db_;
    std::unique_ptr<LogStore> log_;
    RoomId room_;
};

std::size_t add_page(MongoClient& db, std::vector<Entry> page)
{
    const auto seqs = numbered(db, page);
    std::unordered_map<RoomId, std::vector<Entry>> by_room;
    for (auto& entry : page) {
        const auto at = seqs.find(entry._id);
        if (at == seqs.end())
            by_room[entry.room_id].push_back(std::move(entry));
        else if (makes_member(entry))
            number_member(db, entry._id, at->second);
    }
    std::size_t added = 0;
    for (auto& [room, late] : by_room)
        added += Addition(db, room).add(std::move(late));
    return added;
}

using Read = Entry (*)(const BsonView&);

/// Those whose ids are from `from` on and before `until`: what the original stores meanwhile is not waited for. What has a
/// seq is ours.
std::size_t add_from(
    MongoClient& db, std::string_view collection, Id from, Id until, Read read, const std::stop_token& stop
)
{
    std::size_t added = 0;
    std::string_view bound = "$gte";
    while (!stop.stop_requested()) {
        MongoQuery query{.collection = collection, .filter = {}, .limit = kPage};
        query.filter.add("_id", Bson().add(bound, from).add("$lt", until)).add("seq", Bson().add("$exists", false));
        query.sort.add("_id", 1);
        std::vector<Entry> page;
        db.find(query, [&page, read](BsonView document) {
            page.push_back(read(document));
            return true;
        });
        if (page.empty())
            break;
        const bool is_last = std::cmp_less(page.size(), kPage);
        bound = "$gt";
        from = page.back()._id;
        added += add_page(db, std::move(page));
        if (is_last)
            break;
    }
    return added;
}

}  // namespace

std::size_t add_latecomers(MongoClient& db, Timestamp now, const std::stop_token& stop)
{
    const auto newest = newest_entry(db);
    if (!newest)
        return 0;
    const Id from = first_id_of({newest->unix_ms - kMargin.count()});
    const Id until = first_id_of({now.unix_ms + kMargin.count()});
    const std::size_t members = add_from(db, kChatMembers, from, until, original_member, stop);
    const std::size_t messages = add_from(db, kOriginalMessages, from, until, original_message, stop);
    if (members + messages > 0)
        log::info(
            "What the original has stored since its rooms were taken over was added to them.",
            {
                {"members",  members },
                {"messages", messages}
        }
        );
    return members + messages;
}

}  // namespace wgw::chat
