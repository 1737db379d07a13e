#pragma once
/// Socket.IO packets: text <-> struct. The inner layer of what Socket.IO 4 clients speak.
///
/// Pure: no I/O, no clock, no state between calls. Binary attachments arrive as
/// frames of their own and are joined by socket_session.hpp, not here.
///
/// Shape     <type>[<attachments>-][<namespace>,][<ack id>][<json>]
///           `2/news,7["say","hi"]` is EVENT, namespace "/news", ack 7, json ["say","hi"]
///           (the 4 in front of it on the wire belongs to engine_packet.hpp; to_frame() adds it)
/// Units     lengths are bytes of UTF-8; `ack` is a number that the peer chose, 0 to kMaxAck
/// Lifetime  a decoded Packet looks into the text it came from; nothing is copied
/// Errors    PacketError names the part that is wrong; the caller closes the connection
/// Source    Socket.IO protocol revision 5, "Packet encoding"
/// Tests     packet_test.cpp, tests/parsers/, fuzz/socket_packet.cpp

#include "codec/frame.hpp"
#include "codec/json_text.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::sio {

enum class PacketType : char { connect = '0', disconnect, event, ack, connect_error, binary_event, binary_ack };

inline constexpr std::int64_t kMaxAck = 9'007'199'254'740'991;  ///< 2^53 - 1, exact in JavaScript.
inline constexpr int kMaxAttachments = 10;
inline constexpr std::size_t kMaxNamespaceBytes = 255;  ///< Longer names are no packets: sessions keep them.

struct Packet {
    PacketType type = PacketType::event;
    std::string_view nsp = "/";
    std::optional<std::int64_t> ack = std::nullopt;
    int attachments = 0;  ///< Non-zero only for binary_event and binary_ack.
    std::string_view json = {
    };  ///< event, ack: an array. connect: an object, or empty. connect_error: object or string.

    friend bool operator==(const Packet&, const Packet&) = default;
};

enum class PacketError { unknown_type, attachment_count, nsp, ack_id, json, wrong_payload, placeholder };

/// Reads one packet. `text` may hold hostile bytes. What it accepts is complete: the JSON is checked, an event has a
/// name that is not reserved, and the placeholders of a binary packet point at its attachments.
std::expected<Packet, PacketError> decode(
    std::string_view text, int max_attachments = kMaxAttachments, JsonLimits limits = {}
);

/// Writes one packet. Precondition: `packet` could have come from decode().
std::string encode(const Packet& packet);

/// The packet as a text frame, with the Engine.IO `4` in front. The JSON is copied once.
Frame to_frame(const Packet& packet);

/// `["<name>",<arguments>]`. `arguments` is JSON values with commas between them, or empty. What is not UTF-8 in `name`
/// becomes U+FFFD. Throws std::invalid_argument for a name that clients keep for their own events, as `disconnect`: they
/// would end the connection.
std::string event_json(std::string_view name, std::string_view arguments);

/// Whether a packet of that type may have this payload: checked JSON that starts with its value, or nothing.
bool is_payload(PacketType type, std::string_view json);

}  // namespace wgw::sio
