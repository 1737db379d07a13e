#pragma once
/// Why a session, or a socket in one namespace, has ended: what the reference server tells `disconnect` handlers.
///
/// Tests  engine_session_test.cpp

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wgw::sio {

enum class CloseReason : std::uint8_t {
    transport_error,              ///< The connection broke, or requests of one session overlapped.
    transport_close,              ///< The peer closed.
    ping_timeout,                 ///< No pong in time.
    parse_error,                  ///< An Engine.IO packet that cannot be decoded.
    forced_close,                 ///< We closed because of a bad Socket.IO packet.
    forced_server_close,          ///< The application closed the connection.
    server_shutting_down,         ///< The server ends.
    client_namespace_disconnect,  ///< One namespace: the client sent DISCONNECT.
    server_namespace_disconnect,  ///< One namespace: the application sent DISCONNECT.
};

inline constexpr std::size_t kCloseReasons = static_cast<std::size_t>(CloseReason::server_namespace_disconnect) + 1;

/// `transport error`, `ping timeout`, …
constexpr std::string_view text_of(CloseReason reason)
{
    using enum CloseReason;
    switch (reason) {
    case transport_error:
        return "transport error";
    case transport_close:
        return "transport close";
    case ping_timeout:
        return "ping timeout";
    case parse_error:
        return "parse error";
    case forced_close:
        return "forced close";
    case forced_server_close:
        return "forced server close";
    case server_shutting_down:
        return "server shutting down";
    case client_namespace_disconnect:
        return "client namespace disconnect";
    case server_namespace_disconnect:
        return "server namespace disconnect";
    }
    return "";
}

}  // namespace wgw::sio
