// The session as a whole: its start, its heartbeat, its WebSockets and its end. Long-polling is in
// engine_session_polling.cpp.

#include "sio/protocol/engine_session.hpp"

#include <algorithm>
#include <cassert>

namespace wgw::sio {

namespace {

std::string open_packet(const EngineOptions& options, std::string_view sid, Transport transport)
{
    // Exactly these five keys, in this order: the official protocol suite counts them.
    const bool can_upgrade = transport == Transport::polling && options.allow_upgrades;
    std::string out = R"(0{"sid":")";
    out.reserve(160);
    out.append(sid).append(can_upgrade ? R"(","upgrades":["websocket"])" : R"(","upgrades":[])");
    out.append(R"(,"pingInterval":)").append(std::to_string(options.ping_interval.count()));
    out.append(R"(,"pingTimeout":)").append(std::to_string(options.ping_timeout.count()));
    out.append(R"(,"maxPayload":)").append(std::to_string(options.max_payload)).append("}");
    return out;
}

}  // namespace

EngineSession::EngineSession(const EngineOptions& options, std::string_view sid, Transport transport, Instant now)
    : options_(&options), heartbeat_(now + options.ping_interval), transport_(transport)
{
    assert(sid.size() == kSidSize);
    std::ranges::copy(sid, sid_.begin());
    queue_.push(Frame::text(open_packet(options, sid, transport)));
}

bool EngineSession::finished() const { return state_ == State::closed && channel_ == 0; }

// Heartbeat.

void EngineSession::tick(Instant now, EngineOutput& out)
{
    if (state_ == State::open)
        beat(now, out);
    if (now < limit_)
        return;
    limit_ = kNever;
    if (state_ == State::closing)
        state_ = State::closed;
    drop_probe(out);
}

void EngineSession::beat(Instant now, EngineOutput& out)
{
    if (now < heartbeat_)
        return;
    if (awaits_pong_)
        return fail(CloseReason::ping_timeout, out);
    queue_.push(Frame::text("2"));
    awaits_pong_ = true;
    extended_ = false;
    // The wait counts from when the ping was due, to the millisecond. But where this loop slept through all of it, the
    // client never had a chance to answer.
    heartbeat_ = heartbeat_ + options_->ping_timeout;
    if (heartbeat_ <= now)
        heartbeat_ = now + options_->ping_timeout;
}

void EngineSession::pong(Instant now)
{
    if (!awaits_pong_)
        return;
    awaits_pong_ = false;
    heartbeat_ = now + options_->ping_interval;
}

void EngineSession::excuse(Instant now)
{
    if (awaits_pong_)
        heartbeat_ = std::max(heartbeat_, now + options_->ping_timeout);
}

void EngineSession::sign_of_life()
{
    if (!awaits_pong_ || extended_)
        return;
    extended_ = true;
    heartbeat_ = heartbeat_ + options_->ping_timeout;
}

Instant EngineSession::next_deadline() const { return state_ == State::open ? std::min(heartbeat_, limit_) : limit_; }

// Packets, from either transport.

/// A text packet as it stands in a body, or alone in a frame: a client with `forceBase64` sends base64 there, too.
void EngineSession::receive_text(std::string_view text, Instant now, EngineOutput& out)
{
    if (is_base64(text)) {
        auto bytes = decode_base64(text);
        if (!bytes)
            return fail(CloseReason::parse_error, out);
        sign_of_life();
        return out.add(Message{out.keep(*std::move(bytes)), true});
    }
    const auto packet = decode_engine(text);
    if (!packet)
        return fail(CloseReason::parse_error, out);
    receive(*packet, now, out);
}

void EngineSession::receive(const EnginePacket& packet, Instant now, EngineOutput& out)
{
    if (packet.type == EngineType::pong)
        return pong(now);
    sign_of_life();
    switch (packet.type) {
    case EngineType::message:
        return out.add(Message{packet.data, false});
    case EngineType::ping:  // only servers ping
        return fail(CloseReason::transport_error, out);
    case EngineType::close:
        if (transport_ == Transport::websocket)
            return fail(CloseReason::transport_close, out);
        // A held GET is answered in flush(): the client's own last GET may be read after this POST.
        state_ = State::leaving;
        out.add(Closed{CloseReason::transport_close});
        return drop_probe(out);
    case EngineType::open:
    case EngineType::pong:
    case EngineType::upgrade:
    case EngineType::noop:
        return;
    }
}

// WebSockets.

void EngineSession::web_socket_opened(Number channel, Instant now, EngineOutput& out)
{
    tick(now, out);
    if (state_ == State::open && transport_ == Transport::websocket && channel_ == 0) {
        channel_ = channel;
        return;
    }
    const bool may_probe = transport_ == Transport::polling && probe_ == 0 && options_->allow_upgrades;
    if (state_ != State::open || !may_probe)
        return out.add(CloseChannel{channel});
    probe_ = channel;
    limit_ = now + options_->upgrade_timeout;
}

void EngineSession::web_socket_closed(Number channel, ChannelEnd end, EngineOutput& out)
{
    if (channel == probe_) {
        probe_ = 0;  // before drop_probe(), which would close it once more
        return drop_probe(out);
    }
    if (channel != channel_)
        return;
    channel_ = 0;
    queue_.clear();
    fail(end == ChannelEnd::closed ? CloseReason::transport_close : CloseReason::transport_error, out);
}

void EngineSession::text(Number channel, std::string_view packet, Instant now, EngineOutput& out)
{
    assert(channel != 0);
    if (channel == probe_)
        return receive_probe(packet, out);
    if (channel != channel_ || state_ != State::open)
        return;
    receive_text(packet, now, out);
}

void EngineSession::binary(Number channel, std::string_view bytes, Instant, EngineOutput& out)
{
    assert(channel != 0);
    if (channel == probe_)
        return drop_probe(out);
    if (channel != channel_ || state_ != State::open)
        return;
    sign_of_life();
    out.add(Message{bytes, true});
}

void EngineSession::receive_probe(std::string_view packet, EngineOutput& out)
{
    if (packet == "2probe") {
        probed_ = true;
        return out.add(SendText{probe_, "3probe"});
    }
    if (packet == "5")
        return upgrade(out);
    drop_probe(out);
}

void EngineSession::upgrade(EngineOutput& out)
{
    transport_ = Transport::websocket;
    channel_ = probe_;
    probe_ = 0;
    probed_ = false;
    limit_ = kNever;
    reading_ = 0;
    // A client sends `5` only when it has no GET under way: one that is there was sent after it and overtook it.
    if (held_ != 0)
        refused(held_, out);
    held_ = 0;
    if (state_ != State::closing)
        return;
    state_ = State::closed;
    out.add(CloseChannel{channel_, code_});
}

void EngineSession::drop_probe(EngineOutput& out)
{
    if (probe_ != 0)
        out.add(CloseChannel{probe_});
    if ((probe_ != 0 || probed_) && state_ != State::closing)
        limit_ = kNever;
    probe_ = 0;
    probed_ = false;
}

// End.

void EngineSession::close(CloseReason reason, int code, Instant now, EngineOutput& out)
{
    if (state_ != State::open)
        return;
    out.add(Closed{reason});
    if (transport_ == Transport::websocket) {
        state_ = State::closed;
        if (channel_ != 0)
            out.add(CloseChannel{channel_, code});
        return;
    }
    if (held_ != 0 && queue_.empty()) {
        answer_held(0, "1", out);
        state_ = State::closed;
        return drop_probe(out);
    }
    // A client that was sent `3probe` polls no more, and sends `5` next: what is queued goes over the WebSocket then.
    if (!probed_)
        drop_probe(out);
    // What is queued has a payload of its own: a client that reads the close packet behind it drops it (npm's hands
    // packets on a tick later, and has let go of everything by then). The reference server waits for a drain, too.
    if (held_ != 0)
        answer_held(std::min(queue_.size(), options_->poll_packets), {}, out);
    state_ = State::closing;
    code_ = static_cast<std::uint16_t>(code);
    limit_ = now + options_->close_wait;
}

void EngineSession::fail(CloseReason reason, EngineOutput& out)
{
    if (state_ == State::open)
        out.add(Closed{reason});
    const bool was_over = state_ == State::closed;
    state_ = State::closed;
    limit_ = kNever;
    reading_ = 0;
    drop_probe(out);
    if (transport_ == Transport::websocket) {
        if (channel_ != 0 && !was_over)
            out.add(CloseChannel{channel_});
        return;
    }
    queue_.clear();
    if (held_ != 0)
        answer_held(0, "1", out);
}

// Outgoing.

// A message may be larger than the bound where nothing waits. What comes behind it has as much room as behind any other:
// whether it was sent before or after an upgrade must not decide who stays.
std::size_t EngineSession::counted_bytes() const
{
    if (queue_.bytes() <= options_->queue_bytes)
        return queue_.bytes();
    std::size_t bytes = 0;
    for (const auto& frame : queue_.frames())
        if (frame.size() <= options_->queue_bytes)
            bytes += frame.size();
    return bytes;
}

bool EngineSession::send(std::span<const Frame> frames)
{
    if (state_ != State::open)
        return false;
    std::size_t bytes = counted_bytes();
    for (const auto& frame : frames)
        bytes += frame.size();
    const auto packets = queue_.size() + frames.size();
    if (!queue_.empty() && (bytes > options_->queue_bytes || packets > options_->queue_packets))
        return false;
    for (const auto& frame : frames)
        queue_.push(frame);
    return true;
}

std::span<const Frame> EngineSession::queued() const
{
    return channel_ != 0 ? queue_.frames() : std::span<const Frame>();
}

}  // namespace wgw::sio
