#pragma once
/// What an Engine.IO server may be told: the defaults are those of the protocol's own implementation, unless said:
/// "ours". Durations are in ms.

#include "base/time.hpp"
#include "codec/http_request.hpp"
#include "codec/http_response.hpp"
#include "sio/protocol/origins.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace wgw::sio {

class Handshake;

/// A cookie with the id of the session, for proxies that go by one. With the answer to a polling handshake only.
struct CookieOptions {
    std::string name = "io";
    std::string attributes = "Path=/; HttpOnly; SameSite=Lax";
};

struct EngineServerOptions {
    std::string path = "/socket.io/";  ///< Where it does not begin or end with `/`, one is added.
    bool polling = true;               ///< Whether a session may begin on this transport.
    bool websocket = true;             ///< Likewise.
    bool upgrades = true;              ///< From the one to the other.

    Duration ping_interval{25'000};
    Duration ping_timeout{20'000};
    Duration upgrade_timeout{10'000};
    Duration close_wait{30'000};  ///< How long the close packet waits for a poll.

    std::size_t max_payload = 1'000'000;    ///< Bytes of a POST and of a WebSocket message. Keep net's the same.
    std::size_t queue_bytes = 1024 * 1024;  ///< Of what waits to be sent to one client; ours, as the next two.
    std::size_t queue_packets = 1'024;
    std::size_t post_packets = 16'384;    ///< In one POST; see docs/adr/0007-packets-in-a-post.md.
    std::size_t handshakes = 20'000;      ///< Connections that are not established() yet; more are answered 503.
    std::size_t compressed_from = 1'024;  ///< Bytes of a poll's answer; 0: none is compressed.

    OriginOptions origins;
    std::optional<CookieOptions> cookie = {};

    // What these throw is logged: the request is refused, put off (503), or belongs to somebody else.

    /// Asked for each new session and each WebSocket, before anything is kept of it: the text of a refusal, or nothing.
    /// A poll is answered 403 with it, and a WebSocket 400, as by the reference server.
    std::function<std::optional<std::string>(const HttpRequest&)> refuse = {};

    /// Asked for each new session that nothing else speaks against: an answer in its place, as 429, or nothing. Of each
    /// that was let in on_gone() is told when nothing is left of it. Both outlive the server.
    std::function<std::optional<HttpResponse>(const HttpRequest&)> hold_off = {};
    std::function<void(const Handshake&)> on_gone = {};
    /// Whether a request with the id of a session can come from the client that opened it, who said then what the
    /// handshake has. One that cannot is answered as if there were no such session. Ours; empty: the id is enough.
    std::function<bool(const HttpRequest&, const Handshake&)> may_belong = {};
};

}  // namespace wgw::sio
