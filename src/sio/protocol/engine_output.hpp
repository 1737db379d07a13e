#pragma once
/// What an EngineSession wants done, in order. One EngineOutput serves a whole loop: clear() and use it again.
///
/// Lifetime  the views of an event live until clear() or until the input that they came from is gone
/// Numbers   requests and channels (WebSocket connections) are numbered by the caller, from 1, never used twice

#include "sio/protocol/close_reason.hpp"

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wgw::sio {

enum class Transport : std::uint8_t { polling, websocket };

/// Of an HTTP request or of a WebSocket connection; 0 is none.
using Number = std::uint64_t;

/// Answer this request. Every answer has `cache-control: no-store` and a Content-Length.
struct Answer {
    Number request = 0;
    int status = 200;
    std::string_view content_type = {};  ///< Empty: no such field, and no body.
    std::string_view body = {};
    bool close_connection = false;
    bool compress = false;    ///< If the client takes that, and it is long enough.
    std::size_t packets = 0;  ///< Taken from the queue, in the body.
};

/// Send this text frame on the channel at once, past the queue: only on a channel that is still probing.
struct SendText {
    Number channel = 0;
    std::string_view packet;
};

/// Close the WebSocket: after what queued() still holds, if it is the session's transport.
struct CloseChannel {
    Number channel = 0;
    int code = 0;  ///< 0: a close frame without a code.
};

/// A message of the peer, without the Engine.IO type.
struct Message {
    std::string_view data;
    bool binary = false;
};

/// The session is over for the application: no message follows. Said once.
struct Closed {
    CloseReason reason = CloseReason::transport_close;
};

using EngineEvent = std::variant<Answer, SendText, CloseChannel, Message, Closed>;

struct EngineOutput {
    std::vector<EngineEvent> events;
    std::list<std::string> texts;  ///< Owns what events look into: it moves nothing, and costs nothing while empty.

    void clear()
    {
        events.clear();
        texts.clear();
    }
    bool empty() const { return events.empty(); }
    void add(EngineEvent event) { events.push_back(event); }
    std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

}  // namespace wgw::sio
