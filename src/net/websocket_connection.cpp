#include "net/websocket_connection.hpp"

#include <array>
#include <sys/uio.h>

namespace wgw::net {
namespace {

constexpr std::size_t kMostFrames = 256;  // of one system call
constexpr int kMostPongs = 60;            // waiting to be written; then pings are dropped
constexpr int kControlsPerSecond = 70;    // 10/s and a burst of 60
constexpr Duration kCloseTime{3'000};     // for the peer to answer a close frame

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

WebSocketConnection::WebSocketConnection(HttpServer& server, Socket socket, std::uint64_t number, Stream& stream)
    : Connection(server.loop_, std::move(socket), number), server_(server), stream_(&stream),
      decoder_(WsLimits{.payload = server.options_.max_payload}), control_since_(server.loop_.now())
{
}

void WebSocketConnection::start(std::string early)
{
    const Ref<WebSocketConnection> alive(this);
    loop_.touch(*this);
    stream_->on_open(*this);
    unheard_ = std::move(early);
    resume();
}

void WebSocketConnection::touch()
{
    if (!blocked_)
        loop_.touch(*this);
}

void WebSocketConnection::pause() { paused_ = true; }

void WebSocketConnection::resume()
{
    paused_ = false;
    // What was read already is heard from the loop: resume() may be called from inside of the stream.
    if (!unheard_.empty() && !hearing_) {
        loop_.post([self = Ref<WebSocketConnection>(this)] {
            if (self->paused_ || self->unheard_.empty() || !self->is_open())
                return;
            std::string bytes = std::exchange(self->unheard_, {});
            if (self->hear(bytes) && !self->paused_)
                self->wait_readable();
        });
        return;
    }
    wait_readable();
}

void WebSocketConnection::on_readable()
{
    if (paused_)
        return;
    const auto got = read();
    if (got.closed)
        return end(true);
    if (got.bytes > 0 && !hear(loop_.read_buffer().first(got.bytes)))
        return;
    if (!paused_)
        wait_readable();
}

bool WebSocketConnection::hear(std::span<char> bytes)
{
    hearing_ = true;
    while (!paused_) {
        const auto event = decoder_.next(bytes);
        if (!event)
            break;
        if (!on_event(*event) || !is_open()) {
            hearing_ = false;
            return false;
        }
    }
    hearing_ = false;
    if (!bytes.empty())
        unheard_.assign(bytes.data(), bytes.size());
    if (!closing_) {
        if (decoder_.in_message() && !armed())
            loop_.timers().arm(*this, loop_.now() + server_.options_.message_time);
        else if (!decoder_.in_message())
            cancel();
    }
    return true;
}

bool WebSocketConnection::on_event(const WsEvent& event)
{
    switch (event.type) {
    case WsEvent::Type::text:
        if (stream_ != nullptr && !closing_)
            stream_->on_text(event.payload);
        return true;
    case WsEvent::Type::binary:
        if (stream_ != nullptr && !closing_)
            stream_->on_binary(event.payload);
        return true;
    case WsEvent::Type::ping:
        if (!count_control())
            return false;
        if (++pongs_ <= kMostPongs) {
            control_ += ws_pong_frame(event.payload);
            touch();
        }
        return true;
    case WsEvent::Type::pong:
        return count_control();
    case WsEvent::Type::close:
        if (!closing_)
            control_ += ws_close_frame(event.code == 0 ? std::nullopt : std::optional(event.code));
        closing_ = true;
        flush();
        end(false);
        return false;
    case WsEvent::Type::error:
        control_ += ws_close_frame(event.code);
        closing_ = true;
        flush();
        end(true);
        return false;
    }
    return false;
}

/// False: too many, and the connection has ended.
bool WebSocketConnection::count_control()
{
    if (loop_.now() - control_since_ > Duration(1'000)) {
        control_since_ = loop_.now();
        controls_ = 0;
    }
    if (++controls_ <= kControlsPerSecond)
        return true;
    end(true);
    return false;
}

bool WebSocketConnection::flush_now()
{
    const std::size_t before = stream_ != nullptr ? stream_->queued().size() : 0;
    if (!write_queued())
        loop_.touch(*this);  // it ends at the end of the turn, not under its caller's feet
    return stream_ != nullptr && stream_->queued().size() < before;
}

void WebSocketConnection::flush()
{
    if (!is_open())
        return;
    if (!write_queued())
        return end(true);
    if (!blocked_)
        finish_close();
}

/// False: the peer is gone.
bool WebSocketConnection::write_queued()
{
    while (true) {
        // A frame that is partly written goes first, then control frames, then the rest.
        const auto frames = stream_ != nullptr ? stream_->queued() : std::span<const Frame>();
        std::array<iovec, kMostFrames + 1> parts;
        std::size_t count = 0;
        std::size_t taken = 0;
        if (sent_ > 0)
            parts[count++] = part(frames[taken++].wire().substr(sent_));
        if (!control_.empty())
            parts[count++] = part(control_);
        for (; taken < frames.size() && count < parts.size(); ++taken)
            parts[count++] = part(frames[taken].wire());
        if (count == 0)
            break;
        const auto result = write(std::span(parts).first(count));
        if (result.closed)
            return false;
        if (result.blocked) {
            blocked_ = true;
            wait_writable();
            return true;
        }
        std::size_t left = result.bytes;
        std::size_t done = 0;
        bool control_due = !control_.empty();
        while (left > 0) {
            if (control_due && sent_ == 0) {
                const std::size_t out = std::min(left, control_.size());
                control_.erase(0, out);
                left -= out;
                control_due = false;
                if (!control_.empty())
                    break;
                pongs_ = 0;
                continue;
            }
            const std::size_t size = frames[done].size() - sent_;
            if (left < size) {
                sent_ += left;
                break;
            }
            left -= size;
            sent_ = 0;
            ++done;
        }
        if (done > 0)
            stream_->written(done);
    }
    return true;
}

void WebSocketConnection::on_writable()
{
    blocked_ = false;
    flush();
}

/// Everything is written: a closing connection now only waits for its peer.
void WebSocketConnection::finish_close()
{
    if (closing_ && is_open()) {
        end_writing();
        loop_.timers().arm(*this, loop_.now() + kCloseTime);
    }
}

void WebSocketConnection::close(std::optional<std::uint16_t> code)
{
    if (closing_ || !is_open())
        return;
    flush();
    if (!is_open())
        return;
    closing_ = true;
    control_ += ws_close_frame(code);
    loop_.timers().arm(*this, loop_.now() + kCloseTime);
    if (paused_)
        resume();
    loop_.touch(*this);
}

void WebSocketConnection::drop() { end(true); }

void WebSocketConnection::on_timer(Instant)
{
    if (!closing_) {
        control_ += ws_close_frame(1008);  // a message that takes too long
        closing_ = true;
        flush();
    }
    end(true);
}

void WebSocketConnection::end(bool broken)
{
    const Ref<WebSocketConnection> alive(this);
    Connection::close();
    if (auto* stream = std::exchange(stream_, nullptr))
        stream->on_closed(broken);
    server_.erase(number());
}

}  // namespace wgw::net
