#include "chat/api.hpp"
#include "codec/json_text.hpp"

namespace wgw::chat {
namespace {

void id_field(std::string& out, std::string_view name, const Id& id)
{
    out += '"';
    out += name;
    out += R"(":")";
    id.append_hex(out);
    out += '"';
}

/// `,"created_at":…,"updated_at":…,"__v":0`: nothing is ever changed yet, so both times are one.
void times(std::string& out, Timestamp at)
{
    const std::string iso = to_iso(at);
    out += R"(,"created_at":")";
    out += iso;
    out += R"(","updated_at":")";
    out += iso;
    out += R"(","__v":0)";
}

/// 0: it is of a service that does not number them.
void seq_field(std::string& out, Seq seq)
{
    if (seq == 0)
        return;
    out += R"(,"seq":)";
    out += std::to_string(seq);
}

void key_field(std::string& out, const std::optional<std::string>& client_msg_id)
{
    if (!client_msg_id)
        return;
    out += R"(,"client_msg_id":)";
    append_json_string(out, *client_msg_id);
}

void room_tail(std::string& out, const RoomInfo& room)
{
    times(out, room.created_at);
    out += R"(,"epoch":")";
    out += room.epoch;
    out += '"';
    seq_field(out, room.seq);
    out += '}';
}

void user_field(std::string& out, std::string_view user)
{
    out += R"(,"user":)";
    out += user;
}

}  // namespace

void write_room_created(std::string& out, const RoomInfo& room)
{
    out += R"({"name":)";
    append_json_string(out, room.name);
    out += ',';
    id_field(out, "_id", room._id);
    room_tail(out, room);
}

void write_room_found(std::string& out, const RoomInfo& room)
{
    out += '{';
    id_field(out, "_id", room._id);
    out += R"(,"name":)";
    append_json_string(out, room.name);
    room_tail(out, room);
}

void write_member_found(std::string& out, const MemberInfo& member, std::string_view user)
{
    out += '{';
    id_field(out, "_id", member._id);
    out += ',';
    id_field(out, "room_id", member.room_id);
    out += ',';
    id_field(out, "user_id", member.user_id);
    times(out, member.created_at);
    user_field(out, user);
    out += '}';
}

void write_message_found(std::string& out, const MessageInfo& message, std::string_view user)
{
    out += '{';
    id_field(out, "_id", message._id);
    out += ',';
    id_field(out, "room_id", message.room_id);
    out += ',';
    id_field(out, "user_id", message.user_id);
    out += R"(,"content":)";
    append_json_string(out, message.content);
    times(out, message.created_at);
    user_field(out, user);
    seq_field(out, message.seq);
    key_field(out, message.client_msg_id);
    out += '}';
}

void write_message_created(std::string& out, const Entry& entry, std::string_view user)
{
    out += '{';
    id_field(out, "room_id", entry.room_id);
    out += ',';
    id_field(out, "user_id", entry.user_id);
    out += R"(,"content":)";
    out += content_json(entry);
    out += ',';
    id_field(out, "_id", entry._id);
    times(out, entry.at);
    user_field(out, user);
    seq_field(out, entry.seq);
    key_field(out, entry.client_msg_id);
    out += '}';
}

void write_send_ack(std::string& out, const Entry& entry, bool duplicate)
{
    out += '{';
    id_field(out, "_id", entry._id);
    out += ',';
    id_field(out, "room_id", entry.room_id);
    seq_field(out, entry.seq);
    key_field(out, entry.client_msg_id);
    out += R"(,"created_at":")";
    out += to_iso(entry.at);
    out += '"';
    if (duplicate)
        out += R"(,"duplicate":true)";
    out += '}';
}

}  // namespace wgw::chat
