#pragma once
/// Rooms, members and messages as clients see them: JSON text, recorded fields first and in their recorded order.
///
/// *created* is the order of the reply that made the object and of `chat.message.receive`; *found* is the order of
/// everything that is read, with `_id` in front. `user` is a user object as JSON text, or `null`.
/// Source  the contract's table of objects
/// Tests   objects_test.cpp, tests/golden (rest-chat, socket-io-client)

#include "chat/api.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

void write_room_created(std::string& out, const chat::RoomInfo& room);
void write_room_found(std::string& out, const chat::RoomInfo& room);
void write_member_found(std::string& out, const chat::MemberInfo& member, std::string_view user);
void write_message_found(std::string& out, const chat::MessageInfo& message, std::string_view user);

/// From the log, without a detour: `entry` is a message. This is encoded once for all who receive it.
void write_message_created(std::string& out, const chat::Entry& entry, std::string_view user);

/// The `data` of the ack of a send: `{_id, room_id, seq, client_msg_id?, created_at, duplicate?}`.
void write_send_ack(std::string& out, const chat::Entry& entry, bool duplicate);

}  // namespace wgw::gateway
