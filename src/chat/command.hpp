#pragma once
/// What can be asked of a room, as values: they can be queued, logged, sent to another process and replayed.
///
/// Who asks, when, and under which id the answer shall stand are no part of the command: see Room::decide.

#include <optional>
#include <string>
#include <variant>

namespace wgw::chat {

/// A message. `client_msg_id` is the sender's key: a repeated send with the same one is stored once.
struct Send {
    std::string content;  ///< Valid UTF-8, not empty; over Limits::content_bytes the answer is `too_large`.
    std::optional<std::string> client_msg_id;

    friend bool operator==(const Send&, const Send&) = default;
};

/// The caller becomes a member. Joining twice is one membership and one entry.
struct Join {
    friend bool operator==(const Join&, const Join&) = default;
};

/// The first entry of a room that does not exist yet; its creator is its first member.
struct Create {
    std::string name;   ///< Valid UTF-8, not empty.
    std::string epoch;  ///< 32 hex digits: 128 random bits.

    friend bool operator==(const Create&, const Create&) = default;
};

using Command = std::variant<Send, Join, Create>;

}  // namespace wgw::chat
