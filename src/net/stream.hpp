#pragma once
/// What stands behind a WebSocket: hears messages, owns the queue of frames to be sent. Declared here, made elsewhere.
/// Loop only.

#include "codec/frame.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wgw::net {

/// The connection under a Stream. It ends by itself: Stream::on_closed() is the last call, and then the pointer is
/// gone.
class WebSocket {
public:
    /// There is something in Stream::queued(): it is written at the end of the turn.
    virtual void touch() = 0;

    /// Writes what is queued now, instead of at the end of the turn. True if the kernel took something.
    virtual bool flush_now() = 0;

    /// The kernel has not taken all that was written: what is queued now has to wait.
    virtual bool is_blocked() const = 0;

    /// Writes what is queued, then a close frame, with `code` or without one; then ends. on_closed() follows later.
    virtual void close(std::optional<std::uint16_t> code) = 0;

    /// Ends without a word.
    virtual void drop() = 0;

    /// Stops and takes up reading: the kernel's buffers fill, and the peer has to wait.
    virtual void pause() = 0;
    virtual void resume() = 0;

protected:
    ~WebSocket() = default;
};

class Stream {
public:
    virtual ~Stream() = default;

    /// The first call. `socket` lives until on_closed().
    virtual void on_open(WebSocket& socket) = 0;

    /// A whole message; `bytes` are gone when this returns.
    virtual void on_text(std::string_view bytes) = 0;
    virtual void on_binary(std::string_view bytes) = 0;

    /// What is to be sent, oldest first; the span is used before any other call.
    virtual std::span<const Frame> queued() = 0;

    /// The first `frames` of queued() are with the kernel. There may be more to send now.
    virtual void written(std::size_t frames) = 0;

    /// The last call. `broken`: the peer broke the rules or was too slow, or what was written did not get through. Not
    /// where it has hung up, with or without a close frame.
    virtual void on_closed(bool broken) = 0;
};

}  // namespace wgw::net
