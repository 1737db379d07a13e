#pragma once
/// What a Socket.IO server may be told: the defaults are those of the protocol's own implementation, unless said:
/// "ours". Durations are in ms.

#include "base/time.hpp"
#include "sio/engine/options.hpp"
#include "sio/protocol/packet.hpp"
#include "sio/server/recovery.hpp"

#include <cstddef>
#include <optional>

namespace wgw::sio {

struct ServerOptions {
    EngineServerOptions engine;  ///< Path, transports, heartbeat, origins, limits of a connection.

    Duration connect_timeout{10'000};     ///< Ours: who has joined no namespace by then is closed.
    Duration attachment_timeout{10'000};  ///< Ours: for the binary values of a packet to follow.
    int max_attachments = kMaxAttachments;
    JsonLimits json = {};             ///< Ours: of a packet.
    std::size_t max_namespaces = 32;  ///< Ours: of one connection.
    std::size_t max_rooms = 10'000;   ///< Ours: of one socket, its own aside; it is in no more, see Socket::join().

    bool serve_client = true;  ///< `<path>socket.io.js` and its kin.
    bool msgpack = true;       ///< Clients with socket.io-msgpack-parser are understood beside the others.

    /// Keeps what clients miss while they are away. Off: each event gets one more argument with it.
    std::optional<RecoveryOptions> recovery = {};
};

}  // namespace wgw::sio
