#pragma once
/// WebSocket as a client speaks it: frames to a server are masked, frames from it are not. codec/ws_frame is the
/// server's side.
///
/// Of a server only whole messages are understood, no fragments: no Socket.IO server sends any.
/// Source  RFC 6455 §5
/// Tests   client_frames_test.cpp

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::loadgen {

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Any mask will do: it is there against proxies, and costs the server the same.
void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

struct ServerFrame {
    Opcode opcode = Opcode::text;
    std::string_view payload;  ///< Looks into the bytes.
    std::size_t size = 0;      ///< Of the whole frame.
    bool bad = false;          ///< Not a frame that a server may send here; the rest means nothing.
};

/// The frame at the front of `bytes`; nothing if it is not complete.
std::optional<ServerFrame> server_frame(std::string_view bytes);

}  // namespace wgw::loadgen
