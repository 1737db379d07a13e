#pragma once
/// The opening handshake of a WebSocket, server side.
///
/// Extensions are never agreed to: unknown ones may be ignored, and no other is known here. Of subprotocols the first
/// is taken, as npm's ws does: a client that has named some, as the `protocols` of socket.io-client does, fails
/// without. Source  RFC 6455 §4.2 Tests   ws_handshake_test.cpp

#include "codec/http_request.hpp"

#include <string>
#include <string_view>

namespace wgw {

/// Whether `request` opens a WebSocket by all the rules: GET, HTTP/1.1, upgrade to websocket, version 13, a key of 16
/// bytes, no body.
bool is_ws_upgrade(const HttpRequest& request);

/// The response to it: 101 and everything. Precondition: is_ws_upgrade(request).
std::string ws_accept(const HttpRequest& request);

}  // namespace wgw
