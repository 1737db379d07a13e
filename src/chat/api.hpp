#pragma once
/// Rooms, their members and their messages: what other folders may ask of chat.
///
/// Everything is called on the loop, and calls back there.
///
/// Store first, tell second: an answer, and the listener's call, come after the entry is on stable storage. All
/// entries and answers of one commit come in one turn of the loop: per command first the listener, then the reply.
///
/// Access    `members` and `messages` are for members only: a room that does not exist is `not_found` first, a
///           stranger is `not_member`. Every signed-in user may see every room's name.
/// Users     are ids here; the operations add their objects
/// Objects   as clients see them: JSON text, recorded fields first and in their recorded order. *created* is the order
///           of the reply that made the object and of `chat.message.receive`; *found* is the order of everything that
///           is read, with `_id` in front. `user` is a user object as JSON text, or `null`
/// Errors    Failure: the answer is no, and nothing was stored. `unavailable`: stored or not, repeat with the same key.
///           Reading throws if the store is broken (store::Full: too much is under way).
/// Tests     test_service_contract.cpp, on every implementation; remote_test.cpp; gateway/objects_test.cpp (the writers)

#include "base/task.hpp"
#include "bus/operation.hpp"
#include "chat/command.hpp"
#include "chat/entry.hpp"
#include "chat/requests.hpp"
#include "model/caller.hpp"
#include "model/id.hpp"
#include "model/result.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wgw::chat {

struct RoomInfo {
    RoomId _id;
    std::string name;
    Timestamp created_at;
    std::string epoch;  ///< Names the room's history: 32 hex digits.
    Seq seq = 0;        ///< The head: the seq of its newest entry.

    friend bool operator==(const RoomInfo&, const RoomInfo&) = default;
};

struct MemberInfo {
    Id _id;
    RoomId room_id;
    UserId user_id;
    Timestamp created_at;
    Seq seq = 0;  ///< Of the entry that made it.

    friend bool operator==(const MemberInfo&, const MemberInfo&) = default;
};

struct MessageInfo {
    Id _id;
    RoomId room_id;
    UserId user_id;
    std::string content;
    Timestamp created_at;
    Seq seq = 0;
    std::optional<std::string> client_msg_id;

    friend bool operator==(const MessageInfo&, const MessageInfo&) = default;
};

/// A room of a user, as a socket that connects needs it.
struct RoomHead {
    RoomId room_id;
    Seq seq = 0;

    friend bool operator==(const RoomHead&, const RoomHead&) = default;
};

inline constexpr auto kRoomHead = fields<RoomHead>(
    field("room_id", &RoomHead::room_id, mongo_id, "The room."),
    field("seq", &RoomHead::seq, any, "Its head: the `seq` of its newest entry.")
);

void write_room_created(std::string& out, const RoomInfo& room);
void write_room_found(std::string& out, const RoomInfo& room);
void write_member_found(std::string& out, const MemberInfo& member, std::string_view user);
void write_message_found(std::string& out, const MessageInfo& message, std::string_view user);

/// From the log, without a detour: `entry` is a message. This is encoded once for all who receive it.
void write_message_created(std::string& out, const Entry& entry, std::string_view user);

/// The `data` of the ack of a send: `{_id, room_id, seq, client_msg_id?, created_at, duplicate?}`.
void write_send_ack(std::string& out, const Entry& entry, bool duplicate);

/// What can be asked of chat.
namespace patterns {
inline constexpr bus::Pattern kCreateRoom{"chat.room.create", true, true};    ///< CreateRoomRequest: room, created
inline constexpr bus::Pattern kJoin{"chat.room.join", true, true};            ///< RoomRequest: nothing
inline constexpr bus::Pattern kFindRooms{"chat.room.find_all", true, true};   ///< {} and a page: rooms
inline constexpr bus::Pattern kFindRoom{"chat.room.find_by_id", true, true};  ///< RoomRequest: room or null
inline constexpr bus::Pattern kFindMembers{"chat.room.member.find_all", true, true};    ///< RoomRequest and a page
inline constexpr bus::Pattern kFindMessages{"chat.room.message.find_all", true, true};  ///< RoomRequest and a page
/// SendRequest, kIdHeader: message, created order; with kDuplicateHeader where it was there.
inline constexpr bus::Pattern kSaveMessage{"chat.message.save", true, true};
inline constexpr bus::Pattern kCreateRoomOnce{"chat.room.create_once", true, false};  ///< The same, kKeyHeader
inline constexpr bus::Pattern kFindOwnRooms{"chat.room.find_own", true, false};       ///< {}: [{"room_id","seq"}]
}  // namespace patterns

/// A part of a list: behind `after`, in front of `before`; neither is in it. With `after` the oldest `limit` of that
/// range, otherwise the newest. Keys are a seq for messages and members, an _id for rooms.
template <class Key>
struct Page {
    std::optional<Key> before;
    std::optional<Key> after;
    std::size_t limit = 1'000;  ///< At least 1.
};

/// Items are oldest first in every case.
template <class T>
struct Listed {
    std::vector<T> items;
    bool more = false;  ///< Behind the last item if the page had `after`, else in front of the first.
};

/// A command was stored, or had been stored before.
struct Outcome {
    Entry entry;             ///< As it stands in the log.
    bool duplicate = false;  ///< The entry of an earlier command: same key and content, or the membership that exists.
};

/// Called exactly once; does not throw. May submit again.
using Reply = std::move_only_function<void(Result<Outcome>)>;

/// Called for every entry that was stored, in the order of the log; does not throw. Not for duplicates.
using Listener = std::function<void(const Entry&)>;

/// The part of chat that a gateway needs live, beside the operations. An object of this process, or a stub.
class LiveChat {
public:
    virtual ~LiveChat() = default;

    /// The way of a send: waits for nothing and returns at once. Commands of a caller to a room are stored in the order
    /// in which they were submitted. If too much is under way, `reply` is called with `unavailable` before this
    /// returns.
    virtual void submit(RoomId room, const Caller& caller, Command command, Reply reply) = 0;

    /// Replaces the listener. It must outlive the calls, or be replaced by an empty one.
    virtual void set_listener(Listener listener) = 0;

    /// The rooms of which the caller is a member, for a socket that connects. A join that is stored meanwhile is told
    /// to the listener and may be missing here: note the socket first, ask second.
    virtual Task<std::vector<RoomHead>> rooms_of(Caller caller) = 0;

    /// From now on the listener is told of this room's entries, from behind `room.seq` on; and no longer. Where all
    /// entries are stored in this process it is told of all of them anyway.
    virtual void watch(const RoomHead& room) { static_cast<void>(room); }
    virtual void unwatch(const RoomId& room) { static_cast<void>(room); }
};

/// All of it.
class ChatApi : public LiveChat {
public:
    /// The same as submit(), where whoever asked has chosen the id of what is to be stored.
    virtual void submit_as(Id id, RoomId room, UserId caller, Command command, Reply reply) = 0;

    /// A new room with the caller as its first member. Names are not unique.
    virtual Task<Result<RoomInfo>> create_room(UserId caller, std::string name) = 0;

    /// The same, where whoever asked has chosen its id. conflict: there is one with that id.
    virtual Task<Result<RoomInfo>> create_room_as(RoomId id, UserId caller, std::string name) = 0;

    /// The membership, new or old.
    virtual Task<Result<MemberInfo>> join(RoomId room, UserId caller) = 0;

    /// All rooms, in order of their ids: the order in which they were made.
    virtual Task<Listed<RoomInfo>> rooms(Page<RoomId> page) = 0;

    virtual Task<std::optional<RoomInfo>> room(RoomId room) = 0;

    /// In the order of joining.
    virtual Task<Result<Listed<MemberInfo>>> members(RoomId room, UserId caller, Page<Seq> page) = 0;

    virtual Task<Result<Listed<MessageInfo>>> messages(RoomId room, UserId caller, Page<Seq> page) = 0;
};

}  // namespace wgw::chat
