#pragma once
/// What a room's entries add up to, and the rules of a room.
///
/// A value: no I/O, no clock, no thread. The same command on the same room gives the same answer here and in
/// another process.
///
/// Errors  not_found     the room does not exist (no entry was applied)
///         not_member    a send by a stranger
///         too_large     the content is over its limit
///         forbidden     the number of members is at its limit
///         conflict      creating a room that exists
/// Tests   room_test.cpp

#include "chat/command.hpp"
#include "chat/entry.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <variant>

namespace wgw::chat {

/// What was asked for holds already, since this entry.
struct Already {
    Seq seq = 0;

    friend bool operator==(const Already&, const Already&) = default;
};

using Decision = std::variant<Entry, Already>;

class Room {
public:
    /// A room that does not exist yet: head() is 0.
    explicit Room(RoomId id = {}) : id_(id) {}

    /// A room as it was kept. `members` with the seq at which each joined.
    Room(RoomId id, Seq head, Timestamp last_at, std::unordered_map<UserId, Seq> members)
        : id_(id), head_(head), last_at_(last_at), members_(std::move(members))
    {
    }

    /// What `command` becomes at the head of this room: an entry with `id` and seq head() + 1, the entry that is there
    /// already, or the reason why not. Keys are not looked at: the log's index on them is the judge.
    Result<Decision> decide(const Command& command, UserId caller, Timestamp now, Id id, const Limits& limits) const;

    /// Moves the room on by one entry. Precondition: `entry.seq` is head() + 1.
    void apply(const Entry& entry);

    /// The opposite: takes back the entry that was applied last, for it was not stored. `before`: last_at() before it.
    void take_back(const Entry& entry, Timestamp before);

    RoomId id() const { return id_; }
    Seq head() const { return head_; }
    Timestamp last_at() const { return last_at_; }
    bool exists() const { return head_ > 0; }
    bool has_member(UserId user) const { return members_.contains(user); }
    std::size_t member_count() const { return members_.size(); }

    friend bool operator==(const Room&, const Room&) = default;

private:
    Result<Decision> rule(const Send& send, Entry draft, const Limits& limits) const;
    Result<Decision> rule(const Join& join, Entry draft, const Limits& limits) const;
    Result<Decision> rule(const Create& create, Entry draft, const Limits& limits) const;

    RoomId id_;
    Seq head_ = 0;
    Timestamp last_at_;  // of the entry at head_
    std::unordered_map<UserId, Seq> members_;
};

}  // namespace wgw::chat
