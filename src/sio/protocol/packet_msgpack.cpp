#include "sio/protocol/packet_msgpack.hpp"

#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"

#include <algorithm>

namespace wgw::sio {

namespace {

using enum PacketType;

PacketError packet_error(MsgpackError error)
{
    if (error == MsgpackError::attachments)
        return PacketError::attachment_count;
    return error == MsgpackError::placeholder ? PacketError::placeholder : PacketError::json;
}

/// The fields of a packet, each the last of its name.
struct Fields {
    std::optional<JsonValue> type, nsp, data, id;
};

Fields read_fields(JsonValue map)
{
    Fields fields;
    for (auto cursor = map.members(); const auto member = cursor.next();) {
        const auto name = member->name.string();
        if (name == "type")
            fields.type = member->value;
        else if (name == "nsp")
            fields.nsp = member->value;
        else if (name == "data")
            fields.data = member->value;
        else if (name == "id")
            fields.id = member->value;
    }
    return fields;
}

std::optional<PacketType> packet_type(const std::optional<JsonValue>& field, bool has_attachments)
{
    const auto number = field ? field->integer() : std::nullopt;
    if (!number || *number < 0 || *number > 4)
        return std::nullopt;
    const auto type = static_cast<PacketType>('0' + *number);
    if (!has_attachments || (type != event && type != ack))
        return type;
    return type == event ? binary_event : binary_ack;
}

bool is_namespace(const std::optional<JsonValue>& field)
{
    if (!field || !field->is_string())
        return false;
    const auto name = field->string();
    return name.starts_with('/') && !name.contains(',') && name.size() <= kMaxNamespaceBytes;
}

/// Of the type as MessagePack has it.
std::int64_t wire_type(PacketType type)
{
    if (type == binary_event)
        type = event;
    if (type == binary_ack)
        type = ack;
    return static_cast<char>(type) - '0';
}

}  // namespace

std::expected<MsgpackPacket, PacketError> decode_msgpack(
    std::string_view bytes, int max_attachments, std::size_t max_bytes, JsonLimits limits
)
{
    const MsgpackLimits own;
    // In the map that is the packet, which its text form has not.
    auto read = json_from_msgpack(
        bytes, {.depth = std::min(own.depth, limits.depth + 1),
                .nodes = std::min(own.nodes, limits.nodes),
                .json_bytes = max_bytes,
                .attachments = static_cast<std::size_t>(max_attachments)}
    );
    if (!read)
        return std::unexpected(packet_error(read.error()));
    const JsonValue map(read->json);
    const auto fields = read_fields(map);

    const auto type = packet_type(fields.type, !read->attachments.empty());
    if (!type)
        return std::unexpected(PacketError::unknown_type);
    if (!is_namespace(fields.nsp))
        return std::unexpected(PacketError::nsp);
    MsgpackPacket packet{.type = *type, .nsp = fields.nsp->string()};
    if (fields.id) {
        packet.ack = fields.id->integer();
        if (!packet.ack || *packet.ack < 0 || *packet.ack > kMaxAck)
            return std::unexpected(PacketError::ack_id);
    }
    if (fields.data)
        packet.json = fields.data->text();
    const bool is_binary = *type == binary_event || *type == binary_ack;
    if (!is_payload(*type, packet.json) || (!read->attachments.empty() && !is_binary))
        return std::unexpected(PacketError::wrong_payload);
    packet.attachments = std::move(read->attachments);
    return packet;
}

std::string encode_msgpack(const Packet& packet, std::span<const std::string> attachments)
{
    std::string out;
    out.reserve(packet.json.size() + packet.nsp.size() + 32);
    append_msgpack_map(out, 2U + (packet.json.empty() ? 0 : 1) + (packet.ack ? 1 : 0));
    append_msgpack_string(out, "type");
    append_msgpack_integer(out, wire_type(packet.type));
    if (!packet.json.empty()) {
        append_msgpack_string(out, "data");
        out += msgpack_from_json(packet.json, attachments);
    }
    append_msgpack_string(out, "nsp");
    append_msgpack_string(out, packet.nsp);
    if (packet.ack) {
        append_msgpack_string(out, "id");
        append_msgpack_integer(out, *packet.ack);
    }
    return out;
}

}  // namespace wgw::sio
