#pragma once
/// Socket.IO packets in the form of socket.io-msgpack-parser: one binary message each, attachments in their places.
///
/// Pure. What it reads is what packet.hpp reads of a text packet and its attachments: the same types, bounds and
/// errors, so that nobody behind it has to know which parser a client has.
///
/// Shape     a map, its keys in any order: `type` 0 to 4, `nsp`, `data` and `id` where the type has them; others
///           (`options`, from clients) are ignored. Types 5 and 6 do not exist: binary lies where it belongs
///           83 a4 "type" 00 a4 "data" 81 a1 "t" a1 "x" a3 "nsp" a1 "/" is CONNECT with {"t":"x"}
/// As npm    an undefined `data` or `id` is an absent one; a null one is wrong. A float that is an integer is one
/// Stricter  than npm's parser, as packet.hpp is: event names, ack id from 0 to kMaxAck, `nsp` starts with `/`, has no
///           comma (no text packet could name it) and kMaxNamespaceBytes at most; binary only in EVENT and ACK
/// Errors    PacketError, as in packet.hpp; `json` where it is no MessagePack within the limits of codec/msgpack.hpp
/// Source    socket.io-msgpack-parser 3.0.2
/// Tests     packet_msgpack_test.cpp, tests/parsers/, fuzz/msgpack_packet.cpp

#include "sio/protocol/packet.hpp"

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

/// A packet with all its attachments; it owns everything.
struct MsgpackPacket {
    PacketType type = PacketType::event;  ///< binary_event and binary_ack if there are attachments.
    std::string nsp;
    std::optional<std::int64_t> ack = std::nullopt;
    std::string json = {};  ///< As in Packet. `{"_placeholder":true,"num":n}` stands for attachments[n].
    std::vector<std::string> attachments = {};

    /// What decode() would have made of the text form. Looks into this.
    Packet packet() const { return {type, nsp, ack, static_cast<int>(attachments.size()), json}; }

    friend bool operator==(const MsgpackPacket&, const MsgpackPacket&) = default;
};

/// Reads one packet. `bytes` may be hostile. `max_bytes` bounds the JSON that they become, and so do `limits`; but no
/// more than codec/msgpack.hpp does by itself.
std::expected<MsgpackPacket, PacketError> decode_msgpack(
    std::string_view bytes, int max_attachments = kMaxAttachments, std::size_t max_bytes = 1'000'000,
    JsonLimits limits = {}
);

/// Writes one packet. Precondition: `packet` could have come from decode(), and has as many attachments as it says.
std::string encode_msgpack(const Packet& packet, std::span<const std::string> attachments = {});

}  // namespace wgw::sio
