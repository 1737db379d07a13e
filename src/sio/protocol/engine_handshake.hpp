#pragma once
/// The checks that every Engine.IO request passes before it reaches a session, in the order of the reference server.
///
/// Pure. The caller finds the session by the sid of the query and says which transport it is on.
///
/// Refusals  code  status  message
///           0     400     Transport unknown
///           1     400     Session ID unknown
///           2     400     Bad handshake method
///           3     400     Bad request
///           4     403     Forbidden, or the application's own text
///           5     400     Unsupported protocol version
///           –     405     (empty) a method other than GET and POST with a sid
///           A plain request gets {"code":…,"message":…}, a WebSocket upgrade the message as text/html.
/// Tests     engine_handshake_test.cpp

#include "sio/protocol/engine_output.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wgw::sio {

/// The three parameters that matter, still percent-encoded: none of their valid values has a `%`.
/// A parameter that is repeated reads as `,`, which is no valid value.
struct EngineQuery {
    std::optional<std::string_view> transport;
    std::optional<std::string_view> version;  ///< `EIO`
    std::optional<std::string_view> sid;

    friend bool operator==(const EngineQuery&, const EngineQuery&) = default;
};

/// `query` is what follows the `?` of the target.
EngineQuery read_engine_query(std::string_view query);

struct EngineRequest {
    std::string_view method;
    EngineQuery query;
    bool upgrade = false;      ///< Asks for a WebSocket.
    std::string_view origin;   ///< Empty: no such field.
    bool allowed = true;       ///< The application's decision about new sessions and about every WebSocket.
    std::string_view refusal;  ///< If not allowed: the application's text instead of `Forbidden`.
};

struct Refusal {
    int status = 400;
    std::string_view content_type = {};
    std::string body = {};
    bool close_connection = false;  ///< Of the HTTP connection: refused upgrades.

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Refuses, or says that the request may go on: with a sid to its session, without one to a new session.
/// `session` is the transport of the session that has the sid; nothing if there is none.
std::optional<Refusal> check_request(const EngineRequest& request, std::optional<Transport> session);

/// The body of a plain refusal; code is 0 to 5.
std::string refusal_json(int code, std::string_view message = {});

}  // namespace wgw::sio
