#include "chat/history.hpp"

#include "chat/page_of.hpp"

#include <limits>
#include <string>
#include <utility>

namespace wgw::chat {
namespace {

using store::Blob;
using store::Rows;

// CROSS JOIN holds SQLite to this order: the index on (room, seq) first, then one look-up per row.
const std::string kMessages = "SELECT e._id, u._id, e.body, e.at, e.seq, e.client_msg_id FROM chat_entry e"
                              " CROSS JOIN chat_user u ON u.number = e.user"
                              " WHERE e.room = ? AND e.seq > ? AND e.seq < ? AND e.type = 1 ORDER BY e.seq";
constexpr int kBodyColumn = 2;
const std::string kMembers =
    "SELECT m._id, u._id, m.at, m.seq FROM chat_member m CROSS JOIN chat_user u ON u.number = m.user"
    " WHERE m.room = ? AND m.seq > ? AND m.seq < ? ORDER BY m.seq";
const std::string kRooms = "SELECT r._id, r.name, r.created_at, r.epoch,"
                           " (SELECT e.seq FROM chat_entry e WHERE e.room = r.number ORDER BY e.seq DESC LIMIT 1)"
                           " FROM chat_room r WHERE ";

/// Both ends of a list: with `after` the oldest of the range are wanted, otherwise the newest.
struct ListSql {
    explicit ListSql(const std::string& select) : oldest(select + " LIMIT ?"), newest(select + " DESC LIMIT ?") {}

    std::string oldest;
    std::string newest;
};

const ListSql kMessageList(kMessages);
const ListSql kMemberList(kMembers);
const ListSql kRoomList(kRooms + "r._id > ? AND r._id < ? ORDER BY r._id");
const std::string kOneRoom = kRooms + "r._id = ?";

/// `large_column`: of what is counted in a page's bytes.
template <class T, class Key, class Read>
Listed<T> collect(Rows rows, const Page<Key>& page, Read read, std::optional<int> large_column = {})
{
    PageOf<T, Key> list(page);
    const auto read_row = [&]() -> std::optional<T> { return read(rows); };
    while (rows.step())
        if (!list.offer(large_column ? rows.text(*large_column).size() : 0, read_row))
            break;
    return list.take();
}

template <class Key>
store::Statement& statement(store::Sqlite& db, const ListSql& sql, const Page<Key>& page)
{
    return db.prepared(page.after ? sql.oldest : sql.newest);
}

Rows rows_of_room(store::Sqlite& db, const ListSql& sql, std::int64_t room, const Page<Seq>& page)
{
    return statement(db, sql, page)
        .query(room, page.after.value_or(0), page.before.value_or(std::numeric_limits<Seq>::max()), page.limit + 1);
}

RoomInfo room_info(const Rows& rows)
{
    return {
        Id::from_raw(rows.blob(0)), std::string(rows.text(1)), Timestamp{rows.integer(2)}, std::string(rows.text(3)),
        rows.integer(4)
    };
}

/// Nothing if the row is damaged: the rest of the page is worth more than to say so to a client.
std::optional<MessageInfo> message_info(const Rows& rows, RoomId room)
{
    auto content = stored_content(rows.text(kBodyColumn));
    if (!content || rows.blob(0).size() != sizeof(Id) || rows.blob(1).size() != sizeof(Id)) {
        tell_of_damage(room, rows.integer(4));
        return {};
    }
    MessageInfo message;
    message._id = Id::from_raw(rows.blob(0));
    message.room_id = room;
    message.user_id = Id::from_raw(rows.blob(1));
    message.content = *std::move(content);
    message.created_at = Timestamp{rows.integer(3)};
    message.seq = rows.integer(4);
    if (!rows.is_null(5))
        message.client_msg_id = rows.text(5);
    return message;
}

/// The number of a room that `caller` may read.
Result<std::int64_t> readable(store::Sqlite& db, RoomId room, UserId caller)
{
    auto rows = db.prepared("SELECT r.number, EXISTS (SELECT 1 FROM chat_user u CROSS JOIN chat_member m"
                            " ON m.user = u.number AND m.room = r.number WHERE u._id = ?)"
                            " FROM chat_room r WHERE r._id = ?")
                    .query(Blob{caller.raw()}, Blob{room.raw()});
    if (!rows.step())
        return fail(Errc::not_found);
    if (rows.integer(1) == 0)
        return fail(Errc::not_member);
    return rows.integer(0);
}

}  // namespace

std::optional<RoomInfo> read_room(store::Sqlite& db, RoomId room)
{
    auto rows = db.prepared(kOneRoom).query(Blob{room.raw()});
    if (!rows.step())
        return {};
    return room_info(rows);
}

Listed<RoomInfo> read_rooms(store::Sqlite& db, const Page<RoomId>& page)
{
    static const std::string kBehindAll(13, '\xff');
    const std::string_view after = page.after ? page.after->raw() : std::string_view();
    const std::string_view before = page.before ? page.before->raw() : std::string_view(kBehindAll);
    auto& select = statement(db, kRoomList, page);
    return collect<RoomInfo>(select.query(Blob{after}, Blob{before}, page.limit + 1), page, room_info);
}

Result<Listed<MemberInfo>> read_members(store::Sqlite& db, RoomId room, UserId caller, const Page<Seq>& page)
{
    const auto number = readable(db, room, caller);
    if (!number)
        return fail(number.error());
    return collect<MemberInfo>(rows_of_room(db, kMemberList, *number, page), page, [room](const Rows& rows) {
        return MemberInfo{
            Id::from_raw(rows.blob(0)), room, Id::from_raw(rows.blob(1)), Timestamp{rows.integer(2)}, rows.integer(3)
        };
    });
}

Result<Listed<MessageInfo>> read_messages(store::Sqlite& db, RoomId room, UserId caller, const Page<Seq>& page)
{
    const auto number = readable(db, room, caller);
    if (!number)
        return fail(number.error());
    const auto read = [room](const Rows& rows) { return message_info(rows, room); };
    return collect<MessageInfo>(rows_of_room(db, kMessageList, *number, page), page, read, kBodyColumn);
}

std::vector<RoomHead> read_rooms_of(store::Sqlite& db, UserId user)
{
    auto rows = db.prepared("SELECT r._id, (SELECT e.seq FROM chat_entry e WHERE e.room = r.number"
                            " ORDER BY e.seq DESC LIMIT 1)"
                            " FROM chat_user u CROSS JOIN chat_member m ON m.user = u.number"
                            " CROSS JOIN chat_room r ON r.number = m.room WHERE u._id = ?")
                    .query(Blob{user.raw()});
    std::vector<RoomHead> rooms;
    while (rows.step())
        rooms.push_back({Id::from_raw(rows.blob(0)), rows.integer(1)});
    return rooms;
}

}  // namespace wgw::chat
