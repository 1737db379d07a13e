#pragma once
/// One Engine.IO 4 session: handshake, heartbeat, long-polling, upgrade to a WebSocket, and the queue of what goes out.
///
/// Pure: bytes and time in, bytes and events out. No socket, no timer, no callback. One thread.
///
/// Inputs    what happened on the wire, in order of arrival; each appends to an EngineOutput what is to be done now
/// Queue     send() puts a frame into one FIFO, whichever transport drains it: that keeps the order across the upgrade.
///           Once per turn of the loop, after any input or send(), the caller calls flush(), which answers a held GET
///           with what is queued; on a WebSocket it then writes queued() and reports written().
/// Turn      answers that depend on a race between two connections are given in flush() too. A client that sends `5`
///           on the WebSocket and then a GET has both in our buffers, and the GET may be read first.
/// Time      `now >= deadline` is compared in tick() and on every request; next_deadline() says when tick() is due.
///           In a turn, reads come before ticks: a pong that has arrived in time is seen in time.
/// End       Closed is appended once; from then on messages of the peer are ignored and send() refuses. The caller
///           keeps the session under its sid until finished(): a polling client may still have to fetch the close
///           packet, a
///           WebSocket may still have to be written to. Events may still follow Closed, except Message.
/// Memory    about 130 bytes, and the packets that wait
/// Source    Engine.IO protocol revision 4; engine.io 6.6 where it is silent
/// Tests     engine_session_test.cpp, engine_polling_test.cpp, engine_upgrade_test.cpp, random_session_test.cpp

#include "base/time.hpp"
#include "sio/protocol/engine_output.hpp"
#include "sio/protocol/engine_packet.hpp"
#include "sio/protocol/frame_queue.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace wgw::sio {

struct EngineOptions {
    Duration ping_interval{25'000};
    Duration ping_timeout{20'000};
    Duration upgrade_timeout{10'000};
    Duration close_wait{30'000};          ///< How long the close packet waits for a GET, or for the end of an upgrade.
    std::size_t max_payload = 1'000'000;  ///< Bytes of a POST body or of a WebSocket message.
    std::size_t queue_bytes = 1 << 20;    ///< Of frames in the queue; at this bound send() refuses.
    std::size_t queue_packets = 1'024;    ///< Likewise.
    std::size_t poll_packets = 256;       ///< In one answer to a GET; the rest waits.
    std::size_t post_packets = 16'384;    ///< In one POST; more are refused. See docs/adr/0007-packets-in-a-post.md.
    bool allow_upgrades = true;
};

inline constexpr std::size_t kSidSize = 20;

/// The body of a POST, as the HTTP layer saw it.
enum class PostBody : std::uint8_t {
    text,
    not_text,  ///< Said to be `application/octet-stream`, or compressed.
};

/// How a WebSocket ended.
enum class ChannelEnd : std::uint8_t {
    closed,  ///< With a closing handshake of either side, or an orderly end of the stream.
    broken,  ///< Reset, timed out, or failed by the frame layer.
};

class EngineSession {
public:
    /// `options` outlives the session. `sid` has kSidSize characters. The open packet is queued: for polling the
    /// caller passes the handshake request on to get(), for WebSocket it calls web_socket_opened() next.
    EngineSession(const EngineOptions& options, std::string_view sid, Transport transport, Instant now);

    std::string_view sid() const { return {sid_.data(), sid_.size()}; }
    Transport transport() const { return transport_; }

    /// The WebSocket that is the transport; 0 while it is polling.
    Number channel() const { return channel_; }
    bool finished() const;

    /// The client has closed it in a POST, and no GET was held: its last one may still be on its way.
    bool left_between_polls() const { return state_ == State::leaving && held_ == 0; }

    // Inputs: long-polling.

    /// A GET: answered when there is something to send.
    void get(Number request, Instant now, EngineOutput& out);

    /// The head of a POST has been read and its body has not. Optional; it is what finds two POSTs that overlap.
    /// False: the request has been answered, and its post() must not follow.
    bool post_begun(Number request, Instant now, EngineOutput& out);

    /// It was answered without its body having been read.
    void give_up_post(Number request)
    {
        if (reading_ == request)
            reading_ = 0;
    }

    /// A whole POST. Messages look into `body`.
    void post(Number request, std::string_view body, PostBody kind, Instant now, EngineOutput& out);

    /// The connection of a request that is not answered yet has broken: the session is over. Others are ignored.
    void gone(Number request, EngineOutput& out);

    // Inputs: WebSocket. What comes from a channel that is not, or no longer, the session's is ignored.

    /// A WebSocket was accepted for this session: the one it starts on, or one that wants to take over.
    void web_socket_opened(Number channel, Instant now, EngineOutput& out);
    void web_socket_closed(Number channel, ChannelEnd end, EngineOutput& out);

    /// A whole text or binary message of at most max_payload bytes, text as valid UTF-8. Messages look into it.
    void text(Number channel, std::string_view packet, Instant now, EngineOutput& out);
    void binary(Number channel, std::string_view bytes, Instant now, EngineOutput& out);

    // Inputs: time and the application.

    void tick(Instant now, EngineOutput& out);

    /// The peer has not been heard, and that was not its fault: its wait for a pong begins anew.
    void excuse(Instant now);

    /// When tick() is due; kNever if nothing is awaited.
    Instant next_deadline() const;

    /// The server ends the session. `code` is the WebSocket's close code, 0 for none (1001 or 1012 to drain).
    /// Packets queued so far still go out.
    void close(CloseReason reason, int code, Instant now, EngineOutput& out);

    /// Ends the session at once: what is queued for a poll is dropped.
    void abandon(CloseReason reason, EngineOutput& out) { fail(reason, out); }

    // Outgoing.

    /// False: the session is closed, or the queue is at its bound, and nothing was queued. An empty queue takes
    /// anything. Hot path: once per delivery.
    bool send(const Frame& frame) { return send(std::span(&frame, 1)); }

    /// All of them or none: a binary packet and its attachments.
    bool send(std::span<const Frame> frames);

    /// At the end of a turn: answers a held GET if there is something to tell it.
    void flush(EngineOutput& out);

    /// What the WebSocket has to write, in order; empty while the transport is polling.
    std::span<const Frame> queued() const;
    void written(std::size_t count) { queue_.pop(count); }

    std::size_t queued_bytes() const { return queue_.bytes(); }

    /// Bytes of memory that end with it: the queue, by the share that it has in its oldest frame. What a room has been
    /// sent waits in the queues of all its slow readers, and ending one of them frees next to nothing.
    std::size_t backlog() const { return queue_.empty() ? 0 : 1 + queue_.bytes() / queue_.frames().front().queues(); }

    /// It polls, and no GET is held: one is on its way, or the client is gone.
    bool awaits_poll() const { return state_ == State::open && !writable(); }

    /// More than half of the queue's bound is used: the peer reads too slowly for what it is sent.
    bool congested() const
    {
        return 2 * queue_.size() > options_->queue_packets || 2 * queue_.bytes() > options_->queue_bytes;
    }

    /// Whether a volatile packet may be sent now: polling only while a GET is held. (Whether a WebSocket takes bytes
    /// at the moment only its owner knows.)
    bool writable() const { return state_ == State::open && (transport_ == Transport::websocket || held_ != 0); }

private:
    enum class State : std::uint8_t {
        open,
        leaving,  // the client has sent `1` in a POST; over with the next flush
        closing,  // polling: the close packet waits for a GET, or the end for a probed WebSocket, until limit_
        closed,
    };

    void beat(Instant now, EngineOutput& out);
    void receive_text(std::string_view text, Instant now, EngineOutput& out);
    void receive(const EnginePacket& packet, Instant now, EngineOutput& out);
    void receive_body(std::string_view body, Instant now, EngineOutput& out);
    void receive_probe(std::string_view packet, EngineOutput& out);
    void pong(Instant now);
    void sign_of_life();
    void upgrade(EngineOutput& out);
    void drop_probe(EngineOutput& out);
    void fail(CloseReason reason, EngineOutput& out);
    bool refused(Number request, EngineOutput& out);
    void answer_held(std::size_t packets, std::string_view last_packet, EngineOutput& out);
    std::size_t counted_bytes() const;

    const EngineOptions* options_;
    FrameQueue queue_;
    Number held_ = 0;         // the GET that waits
    Number reading_ = 0;      // the POST whose body is being read
    Number channel_ = 0;      // the WebSocket that is the transport
    Number probe_ = 0;        // the WebSocket that wants to become it
    Instant heartbeat_;       // next ping, or end of the wait for a pong
    Instant limit_ = kNever;  // of the probe, or of the close packet's wait
    std::array<char, kSidSize> sid_;
    Transport transport_;
    State state_ = State::open;
    bool awaits_pong_ = false;
    bool extended_ = false;   // the wait for the pong
    bool probed_ = false;     // `3probe` was sent: GETs are answered `6`
    std::uint16_t code_ = 0;  // of close(), while closing
};

}  // namespace wgw::sio
