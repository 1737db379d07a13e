#pragma once
/// Engine.IO 4 packets, and the bodies that long-polling carries them in.
///
/// Pure. On a WebSocket a text frame is one packet and a binary frame is one binary message, without a type.
///
/// Shape     text packet  <type><data>: `4hello`, `2probe`; or `b` and the base64 of a binary message: `bAQID`
///           body         packets joined by 0x1e: `4hello␞bAQID␞3`
/// Lifetime  a decoded packet looks into the text it came from
/// Errors    a packet without a known type, or `b` without good base64, is undecodable: the caller closes the session
/// Source    Engine.IO protocol revision 4
/// Tests     engine_packet_test.cpp

#include "codec/frame.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wgw::sio {

enum class EngineType : char { open = '0', close, ping, pong, message, upgrade, noop };

struct EnginePacket {
    EngineType type = EngineType::noop;
    std::string_view data;

    friend bool operator==(const EnginePacket&, const EnginePacket&) = default;
};

/// Reads one text packet.
std::optional<EnginePacket> decode_engine(std::string_view text);

/// Walks the packets of a polling body: `for (PollPackets packets(body); auto packet = packets.next();)`.
/// Yields them as they stand, empty ones included; an empty body is one empty packet.
class PollPackets {
public:
    explicit PollPackets(std::string_view body) : rest_(body) {}
    std::optional<std::string_view> next();

private:
    std::string_view rest_;
    bool done_ = false;
};

inline bool is_base64(std::string_view packet) { return packet.starts_with('b'); }

/// The bytes of a packet that is_base64(); nothing if they are none.
std::optional<std::string> decode_base64(std::string_view packet);

/// Appends the packet of `frame` to a polling body, with the separator if it is not the first.
void append_poll_packet(std::string& body, const Frame& frame);
void append_poll_packet(std::string& body, std::string_view text_packet);

}  // namespace wgw::sio
