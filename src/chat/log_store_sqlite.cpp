#include "chat/log_store_sqlite.hpp"

#include "chat/epoch.hpp"
#include "chat/number_table.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wgw::chat {
namespace {

using store::Blob;

constexpr const char* kSelectEntry = "SELECT e.seq, e._id, u._id, e.client_msg_id, e.send_hash, e.at, e.type, e.body"
                                     " FROM chat_entry e JOIN chat_user u ON u.number = e.user WHERE e.room = ? AND ";

std::string_view raw(const SendHash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

class SqliteLog final : public LogStore {
public:
    explicit SqliteLog(store::Sqlite& db)
        : db_(db), rooms_(db, "chat_room"), users_(db, "chat_user"),
          select_head_(db, "SELECT seq, at FROM chat_entry WHERE room = ? ORDER BY seq DESC LIMIT 1"),
          select_members_(
              db, "SELECT u._id, m.seq FROM chat_member m JOIN chat_user u ON u.number = m.user WHERE m.room = ?"
          ),
          select_seq_(db, std::string(kSelectEntry) + "e.seq = ?"),
          select_key_(db, std::string(kSelectEntry) + "e.user = ? AND e.client_msg_id = ?"),
          select_behind_(db, std::string(kSelectEntry) + "e.seq > ? ORDER BY e.seq LIMIT ?"),
          count_rooms_(db, "SELECT count(*) FROM (SELECT 1 FROM chat_member WHERE user = ? LIMIT ?)"),
          insert_room_(db, "INSERT INTO chat_room (_id, name, created_at, epoch) VALUES (?, ?, ?, ?)"),
          insert_entry_(
              db, "INSERT INTO chat_entry (room, seq, _id, user, client_msg_id, send_hash, at, type, body)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
          ),
          insert_member_(db, "INSERT INTO chat_member (room, user, seq, _id, at) VALUES (?, ?, ?, ?, ?)")
    {
    }

    std::optional<Room> load(RoomId room) override
    {
        const auto number = rooms_.find(room);
        if (!number)
            return {};
        auto head = select_head_.query(*number);
        if (!head.step())
            throw std::runtime_error("The chat room " + room.hex() + " has no entries: the store is damaged.");
        std::unordered_map<UserId, Seq> members;
        auto rows = select_members_.query(*number);
        while (rows.step())
            members.emplace(Id::from_raw(rows.blob(0)), rows.integer(1));
        return Room(room, head.integer(0), Timestamp{head.integer(1)}, std::move(members));
    }

    Seq head(RoomId room) override
    {
        const auto number = rooms_.find(room);
        if (!number)
            return 0;
        auto rows = select_head_.query(*number);
        return rows.step() ? rows.integer(0) : 0;
    }

    std::optional<Entry> find(RoomId room, Seq seq) override
    {
        const auto number = rooms_.find(room);
        if (!number)
            return {};
        return first(room, select_seq_.query(*number, seq));
    }

    std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) override
    {
        std::vector<Entry> entries;
        if (const auto number = rooms_.find(room)) {
            auto rows = select_behind_.query(*number, after, static_cast<std::int64_t>(most));
            while (rows.step())
                entries.push_back(entry_of(room, rows));
        }
        return entries;
    }

    std::size_t rooms_of(UserId user, std::size_t most) override
    {
        const auto number = users_.find(user);
        if (!number)
            return 0;
        auto rows = count_rooms_.query(*number, static_cast<std::int64_t>(most));
        return rows.step() ? static_cast<std::size_t>(rows.integer(0)) : 0;
    }

    Appended append(std::span<const Entry> entries) override
    {
        // The unique indexes (room, seq) and (room, user, client_msg_id) are the fence: there is no check before the
        // insert that another writer could slip behind.
        Appended result;
        for (const auto& entry : entries) {
            const auto user = users_.find_or_make(entry.user_id);
            const auto room = entry.seq == 1 ? make_room(entry) : rooms_.find(entry.room_id);
            if (!room)
                break;
            if (!insert(*room, user, entry)) {
                if (entry.client_msg_id)
                    result.taken =
                        first(entry.room_id, select_key_.query(*room, user, std::string_view(*entry.client_msg_id)));
                break;
            }
            ++result.kept;
        }
        return result;
    }

    void forget() noexcept override
    {
        rooms_.forget();
        users_.forget();
    }

private:
    /// Nothing if the room is there already.
    std::optional<std::int64_t> make_room(const Entry& entry)
    {
        const JsonValue body(entry.body);
        const auto name = body.find("name")->string();
        const auto epoch = body.find("epoch")->string();
        if (!insert_room_.run(Blob{entry.room_id.raw()}, name, entry.at.unix_ms, epoch))
            return {};
        return rooms_.remember(entry.room_id, db_.last_rowid());
    }

    bool insert(std::int64_t room, std::int64_t user, const Entry& entry)
    {
        std::optional<Blob> hash;
        if (entry.client_msg_id)
            hash = Blob{raw(entry.send_hash)};
        const auto type = static_cast<std::int64_t>(entry.type);
        if (!insert_entry_.run(
                room, entry.seq, Blob{entry._id.raw()}, user, entry.client_msg_id, hash, entry.at.unix_ms, type,
                entry.body
            ))
            return false;
        if (makes_member(entry) && !insert_member_.run(room, user, entry.seq, Blob{entry._id.raw()}, entry.at.unix_ms))
            throw std::runtime_error("A membership exists that no entry made: the store is damaged.");
        return true;
    }

    static std::optional<Entry> first(RoomId room, store::Rows rows)
    {
        if (!rows.step())
            return {};
        return entry_of(room, rows);
    }

    static Entry entry_of(RoomId room, const store::Rows& rows)
    {
        Entry entry;
        entry.room_id = room;
        entry.seq = rows.integer(0);
        entry._id = Id::from_raw(rows.blob(1));
        entry.user_id = Id::from_raw(rows.blob(2));
        if (!rows.is_null(3)) {
            entry.client_msg_id = rows.text(3);
            const auto hash = rows.blob(4);
            assert(hash.size() == entry.send_hash.size());
            std::ranges::copy(hash, entry.send_hash.begin());
        }
        entry.at = Timestamp{rows.integer(5)};
        entry.type = static_cast<EntryType>(rows.integer(6));
        entry.body = rows.text(7);
        return entry;
    }

    store::Sqlite& db_;
    NumberTable rooms_;
    NumberTable users_;
    store::Statement select_head_;
    store::Statement select_members_;
    store::Statement select_seq_;
    store::Statement select_key_;
    store::Statement select_behind_;
    store::Statement count_rooms_;
    store::Statement insert_room_;
    store::Statement insert_entry_;
    store::Statement insert_member_;
};

}  // namespace

std::unique_ptr<LogStore> make_sqlite_log(store::Sqlite& db) { return std::make_unique<SqliteLog>(db); }

std::int64_t renew_epochs(store::Sqlite& db, Random& random)
{
    std::vector<std::int64_t> rooms;
    {
        auto rows = db.prepared("SELECT number FROM chat_room").query();
        while (rows.step())
            rooms.push_back(rows.integer(0));
    }
    db.begin();
    try {
        for (const auto room : rooms)
            db.prepared("UPDATE chat_room SET epoch = ? WHERE number = ?").run(make_epoch(random), room);
        db.commit();
    } catch (...) {
        db.rollback();
        throw;
    }
    return static_cast<std::int64_t>(rooms.size());
}

}  // namespace wgw::chat
