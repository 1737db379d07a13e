#pragma once
/// An entry: one change of a room as it stands in the room's log.
///
/// Shape     `body` is the change alone, as JSON text:
///               message_receive  {"content":"…"}
///               room_update      {"name":"…","epoch":"…"}  seq 1: the room was made, and user_id is its first member
///               member_update    {"action":"joined"}
///           What stands in columns of its own (room, seq, user, time) is not said again.
/// Ids       `_id` is the id of what the entry made: the message, or the membership (of the creator in seq 1)
/// Tests     room_test.cpp

#include "base/time.hpp"
#include "model/id.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::chat {

/// An entry's number in its room: 1, 2, 3 … without holes, below 2^53.
using Seq = std::int64_t;
inline constexpr Seq kMaxSeq = (Seq{1} << 53) - 1;

/// The number is what the store keeps: never change one.
enum class EntryType : std::uint8_t {
    message_receive = 1,
    room_update = 2,
    member_update = 3,
};

/// The name of the server event that tells this change: `chat.message.receive`, …
std::string_view event_name(EntryType type);

/// 16 bytes of a hash of a send as it was asked for. Only a send with a key has one: all zero otherwise.
using SendHash = std::array<std::uint8_t, 16>;

/// A value.
struct Entry {
    RoomId room_id;
    Seq seq = 0;
    Id _id;
    UserId user_id;
    std::optional<std::string> client_msg_id;
    SendHash send_hash{};
    Timestamp at;  ///< Never before that of the entry before it.
    EntryType type = EntryType::message_receive;
    std::string body;

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// Whether `entry` makes its user a member: a join, and the creation of the room. (A room that was taken over from the
/// original without members was made by nobody.)
inline bool makes_member(const Entry& entry)
{
    return entry.type == EntryType::member_update || (entry.seq == 1 && !entry.user_id.empty());
}

/// Bodies of entries.
std::string message_body(std::string_view content);
std::string room_body(std::string_view name, std::string_view epoch);
inline constexpr std::string_view kJoinedBody = R"({"action":"joined"})";

/// The content of a message as JSON text, quotes included: to be passed on as it is. Looks into entry.body.
/// Precondition: entry.type is message_receive.
std::string_view content_json(const Entry& entry);

}  // namespace wgw::chat
