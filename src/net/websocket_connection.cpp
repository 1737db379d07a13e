#include "net/websocket_connection.hpp"

#include <array>
#include <sys/uio.h>

namespace wgw::net {
namespace {

constexpr std::size_t kMostFrames = 256;       // of one system call
constexpr Duration kCloseTime{3'000};          // for the peer to answer a close frame
constexpr std::size_t kMessagesPerClock = 32;  // reading the clock costs 25 ns, a message some microseconds

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

WebSocketConnection::WebSocketConnection(HttpServer& server, Socket socket, std::uint64_t number, Stream& stream)
    : Connection(server.loop_, std::move(socket), number), server_(server), stream_(&stream)
{
}

void WebSocketConnection::start(std::string early)
{
    const Ref<WebSocketConnection> alive(this);
    loop_.touch(*this);
    if (!early.empty())
        unheard_ = std::make_unique<Unheard>(new_decoder(), std::move(early));
    stream_->on_open(*this);
    if (!is_open())
        return;
    if (has_unheard_bytes() && !paused_)
        hear_later();
    server_.count_inbound(*this);
    read_on();
}

std::size_t WebSocketConnection::inbound_bytes() const
{
    return unheard_ ? unheard_->decoder.held_bytes() + unheard_->bytes.size() : 0;
}

void WebSocketConnection::touch()
{
    if (!blocked_)
        loop_.touch(*this);
}

void WebSocketConnection::pause()
{
    if (closing_)
        return;  // the peer's close frame is awaited
    paused_ = true;
    cancel();  // it is not the peer that is slow now
}

void WebSocketConnection::resume()
{
    if (!paused_)
        return;
    paused_ = false;
    if (hearing_)
        return;  // it goes on by itself
    if (has_unheard_bytes())
        return hear_later();
    keep_time();
    read_on();
}

// Reading

/// From the loop: resume() may be called from inside of the stream.
void WebSocketConnection::hear_later()
{
    if (std::exchange(hears_later_, true))
        return;
    loop_.post([self = Ref<WebSocketConnection>(this)] {
        self->hears_later_ = false;
        if (self->paused_ || !self->is_open())
            return;
        std::string bytes = self->unheard_ ? std::exchange(self->unheard_->bytes, {}) : "";
        self->hear(bytes);
        self->read_on();
    });
}

void WebSocketConnection::read_on()
{
    if (!paused_ && !has_unheard_bytes())
        wait_readable();
}

void WebSocketConnection::on_readable()
{
    if (paused_ || has_unheard_bytes())
        return;
    const auto got = read();
    if (got.closed)
        return end(false);
    if (got.bytes > 0 && stream_ != nullptr)
        hear(loop_.read_buffer().first(got.bytes));
    read_on();
}

WsDecoder WebSocketConnection::new_decoder() const
{
    return WsDecoder(WsLimits{.payload = server_.options_.max_payload, .frames = server_.options_.frames});
}

void WebSocketConnection::hear(std::span<char> bytes)
{
    WsDecoder decoder = unheard_ ? std::move(unheard_->decoder) : new_decoder();
    unheard_.reset();
    hearing_ = true;
    bool late = false;
    for (std::size_t heard = 1; !paused_ && !late && stream_ != nullptr; ++heard) {
        const auto event = decoder.next(bytes);
        if (!event)
            break;
        on_event(*event);
        late = heard % kMessagesPerClock == 0 && loop_.turn_is_over();
    }
    hearing_ = false;
    if (stream_ == nullptr)
        return;
    if (decoder.in_message() || !bytes.empty())
        unheard_ = std::make_unique<Unheard>(std::move(decoder), std::string(bytes.data(), bytes.size()));
    if (!bytes.empty() && !paused_)
        hear_later();
    keep_time();
    server_.count_inbound(*this);
    server_.bound_inbound();
}

/// A message has its time from its first byte to its last.
void WebSocketConnection::keep_time()
{
    if (closing_)
        return;
    if (!unheard_ || !unheard_->decoder.in_message())
        cancel();
    else if (!armed())
        loop_.timers().arm(*this, loop_.now() + server_.options_.message_time);
}

void WebSocketConnection::on_event(const WsEvent& event)
{
    switch (event.type) {
    case WsEvent::Type::text:
    case WsEvent::Type::binary:
        if (closing_)
            return;
        cancel();  // the next message has its own time
        return event.type == WsEvent::Type::text ? stream_->on_text(event.payload) : stream_->on_binary(event.payload);
    case WsEvent::Type::ping:
        if (count_control())
            on_ping(event.payload);
        return;
    case WsEvent::Type::pong:
        count_control();
        return;
    case WsEvent::Type::close:
        say_last(event.code == 0 ? std::nullopt : std::optional(event.code));
        write_queued();
        return end(false);
    case WsEvent::Type::error:
        return fail(event.code);
    }
}

void WebSocketConnection::on_ping(std::string_view payload)
{
    if (said_last_ || (ahead_ && ahead_->pongs >= server_.options_.control.burst))
        return;
    ++ahead().pongs;
    ahead().control += ws_pong_frame(payload);
    touch();
}

/// False: too many, and the connection has ended.
bool WebSocketConnection::count_control()
{
    if (controls_.take(Pace(server_.options_.control), loop_.now()) == Duration(0))
        return true;
    fail(1008);
    return false;
}

// Writing

WebSocketConnection::Ahead& WebSocketConnection::ahead()
{
    if (!ahead_)
        ahead_ = std::make_unique<Ahead>(loop_.backlog());
    return *ahead_;
}

WebSocketConnection::Ahead::~Ahead()
{
    keep({});
    backlog.count(counted, 0);
}

void WebSocketConnection::Ahead::keep(Frame frame)
{
    if (cut)
        cut.leave_queue();
    cut = std::move(frame);
    if (cut)
        cut.enter_queue();
}

std::size_t WebSocketConnection::outbound_bytes() const
{
    if (!ahead_)
        return 0;
    return ahead_->control.size() + (ahead_->cut ? ahead_->cut.size() / ahead_->cut.queues() : 0);
}

void WebSocketConnection::shed_inbound()
{
    server_.counts_.shed_inbound.add();
    fail(1013);
}

void WebSocketConnection::shed_outbound()
{
    server_.counts_.shed_outbound.add();
    drop();
    ahead_.reset();  // whoever asked for this holds a reference
}

bool WebSocketConnection::flush_now()
{
    const Ref<WebSocketConnection> alive(this);
    const std::size_t before = stream_ != nullptr ? stream_->queued().size() : 0;
    if (!write_queued())
        loop_.touch(*this);  // it ends at the end of the turn, not under its caller's feet
    return stream_ != nullptr && stream_->queued().size() < before;
}

void WebSocketConnection::flush()
{
    const Ref<WebSocketConnection> alive(this);
    if (!is_open())
        return;
    if (!write_queued())
        return end(!closing_);
    if (said_last_ && !ahead_)
        end_writing();
}

/// False: the peer is gone.
bool WebSocketConnection::write_queued()
{
    while (true) {
        auto frames = stream_ != nullptr && !said_last_ ? stream_->queued() : std::span<const Frame>();
        if (closing_ && frames.empty())
            say_last(close_code_);
        if (!ahead_ && frames.empty())
            return true;
        frames = frames.first(std::min(frames.size(), kMostFrames));
        [[clang::uninitialized]] std::array<iovec, kMostFrames + 2> parts;  // 4 KiB, most of them never used
        std::size_t count = 0;
        if (ahead_ && ahead_->cut)
            parts[count++] = part(ahead_->cut.wire().substr(ahead_->sent));
        if (ahead_ && !ahead_->control.empty())
            parts[count++] = part(ahead_->control);
        for (const auto& frame : frames)
            parts[count++] = part(frame.wire());
        const auto result = write(std::span(parts).first(count));
        if (result.closed)
            return false;
        if (result.blocked) {
            blocked_ = true;
            if (ahead_)
                loop_.backlog().count(ahead_->counted, ahead_->control.size());
            wait_writable();
            return true;
        }
        take_written(result.bytes, frames);
    }
}

/// The kernel has taken `bytes`: of what goes ahead, then of `frames`.
void WebSocketConnection::take_written(std::size_t bytes, std::span<const Frame> frames)
{
    if (ahead_)
        bytes -= take_written_ahead(bytes);
    std::size_t taken = 0;
    while (bytes > 0) {
        const Frame& frame = frames[taken++];
        if (bytes < frame.size()) {
            ahead().keep(frame);
            ahead().sent = bytes;
        }
        bytes -= std::min(bytes, frame.size());
    }
    if (taken == 0)
        return;
    loop_.traffic().frames.observe(taken);
    stream_->written(taken);
}

/// How many of the `bytes` that the kernel has taken were ahead of the queue.
std::size_t WebSocketConnection::take_written_ahead(std::size_t bytes)
{
    std::size_t of_cut = 0;
    if (ahead_->cut) {
        of_cut = std::min(bytes, ahead_->cut.size() - ahead_->sent);
        ahead_->sent += of_cut;
        if (ahead_->sent == ahead_->cut.size())
            ahead_->keep({});
    }
    const std::size_t of_control = std::min(bytes - of_cut, ahead_->control.size());
    ahead_->control.erase(0, of_control);
    if (ahead_->control.empty())
        ahead_->pongs = 0;
    if (!ahead_->cut && ahead_->control.empty())
        ahead_.reset();
    return of_cut + of_control;
}

void WebSocketConnection::on_writable()
{
    blocked_ = false;
    flush();
}

// The end

void WebSocketConnection::close(std::optional<std::uint16_t> code)
{
    if (closing_ || !is_open())
        return;
    closing_ = true;
    close_code_ = code;
    loop_.timers().arm(*this, loop_.now() + kCloseTime);
    resume();
    touch();
}

void WebSocketConnection::drop() { end(true); }

/// Puts the close frame in front of what the kernel does not take at once: nothing may follow it.
void WebSocketConnection::say_last(std::optional<std::uint16_t> code)
{
    if (!closing_)
        write_queued();  // answers to what came before the end
    closing_ = true;
    if (!std::exchange(said_last_, true))
        ahead().control += ws_close_frame(code);
}

/// Tells the peer why it has to end, and reads on without hearing until it has.
void WebSocketConnection::fail(std::uint16_t code)
{
    const Ref<WebSocketConnection> alive(this);
    say_last(code);
    unheard_.reset();
    paused_ = false;
    loop_.timers().arm(*this, loop_.now() + kCloseTime);
    touch();
    tell_closed(true);
    read_on();
}

void WebSocketConnection::on_timer(Instant)
{
    if (closing_)
        end(false);
    else
        fail(1008);  // a message that takes too long
}

void WebSocketConnection::end(bool broken)
{
    const Ref<WebSocketConnection> alive(this);
    Connection::close();
    tell_closed(broken);
    server_.erase(number());
}

void WebSocketConnection::tell_closed(bool broken)
{
    if (auto* stream = std::exchange(stream_, nullptr))
        stream->on_closed(broken);
}

}  // namespace wgw::net
