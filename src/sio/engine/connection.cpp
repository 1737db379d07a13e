#include "sio/engine/connection.hpp"

#include "base/fence.hpp"
#include "sio/engine/channel.hpp"
#include "sio/engine/engine_server.hpp"

namespace wgw::sio {

EngineConnection::EngineConnection(Opening opening)
    : server_(opening.server), handshake_(std::move(opening.handshake)), number_(server_.next_connection_++),
      session_(server_.session_options_, opening.sid, opening.transport, server_.loop().now()),
      counted_as_(opening.transport)
{
    server_.counts_.connections[EngineCounts::place(counted_as_)].add(1);
    server_.counts_.opened[EngineCounts::place(counted_as_)].add();
    ++server_.handshakes_;
    arm();
}

EngineConnection::~EngineConnection()
{
    established();
    if (const auto& on_gone = server_.options().on_gone)
        fenced("A handler failed.", [&] { on_gone(handshake_); });
    server_.counts_.connections[EngineCounts::place(counted_as_)].add(-1);
    server_.loop().forget(*this);
    while (channels_ != nullptr) {
        Channel* const channel = std::exchange(channels_, channels_->next);
        channel->forget_connection();
        if (channel->socket() != nullptr)
            channel->socket()->drop();
    }
}

template <class Input>
void EngineConnection::drive(Input input)
{
    EngineOutput out = server_.take_output();
    input(out);
    follow_transport();
    process(out);
    server_.give_back(std::move(out));
    listen();
    server_.loop().touch(*this);
    arm();
}

void EngineConnection::arm()
{
    // Of a closed one only the session's waits are left.
    const Instant due = std::min(session_.next_deadline(), closed_ ? kNever : next_deadline());
    if (due == kNever)
        cancel();
    else if (!armed() || this->due() != due)
        server_.loop().timers().arm(*this, due);
}

void EngineConnection::get(Number request)
{
    if (closed_)
        server_.late_polls_.forget(sid());
    drive([&](EngineOutput& out) { session_.get(request, server_.loop().now(), out); });
}

void EngineConnection::begin_post(Number request)
{
    drive([&](EngineOutput& out) { session_.post_begun(request, server_.loop().now(), out); });
}

void EngineConnection::post(Number request, std::string_view body, PostBody kind)
{
    posting_ = request;
    drive([&](EngineOutput& out) { session_.post(request, body, kind, server_.loop().now(), out); });
    posting_ = 0;
    if (session_.left_between_polls())
        server_.expect_late_poll(*this, request);
}

void EngineConnection::gone(Number request)
{
    // Also a POST that is answered as far as the engine knows: what it has brought would be kept for nobody.
    if (inbox_ && inbox_->forget_answer_to(request))
        return close(CloseReason::transport_error);
    drive([&](EngineOutput& out) { session_.gone(request, out); });
}

void EngineConnection::established()
{
    if (!std::exchange(established_, true))
        --server_.handshakes_;
}

Channel& EngineConnection::new_channel()
{
    channels_ = new Channel(*this, server_.next_channel_++, channels_);  // deletes itself with its connection
    return *channels_;
}

void EngineConnection::on_channel_open(Channel& channel)
{
    drive([&](EngineOutput& out) { session_.web_socket_opened(channel.number(), server_.loop().now(), out); });
    channel.socket()->touch();
}

void EngineConnection::on_channel_closed(Channel& channel, bool broken)
{
    for (Channel** at = &channels_; *at != nullptr; at = &(*at)->next)
        if (*at == &channel) {
            *at = channel.next;
            break;
        }
    if (transport_ == &channel)
        transport_ = nullptr;
    drive([&](EngineOutput& out) {
        session_.web_socket_closed(channel.number(), broken ? ChannelEnd::broken : ChannelEnd::closed, out);
    });
}

void EngineConnection::on_text(Channel& channel, std::string_view bytes)
{
    drive([&](EngineOutput& out) { session_.text(channel.number(), bytes, server_.loop().now(), out); });
}

void EngineConnection::on_binary(Channel& channel, std::string_view bytes)
{
    drive([&](EngineOutput& out) { session_.binary(channel.number(), bytes, server_.loop().now(), out); });
}

std::span<const Frame> EngineConnection::queued(const Channel& channel)
{
    return &channel == transport_ ? session_.queued() : std::span<const Frame>();
}

void EngineConnection::written(std::size_t frames)
{
    session_.written(frames);
    if (listening_)
        return;
    session_.excuse(server_.loop().now());  // it takes what it is sent, so it lives
    server_.loop().touch(*this);
}

void EngineConnection::on_timer(Instant now)
{
    if (!listening_ && paused_)
        session_.excuse(now);  // it is the application that does not hear
    if (!listening_)
        on_excused(now);  // what is due may have come long ago
    drive([&](EngineOutput& out) { session_.tick(now, out); });
    if (closed_ || now < next_deadline())
        return;
    on_deadline(now);
    arm();
}

void EngineConnection::flush()
{
    EngineOutput out = server_.take_output();
    if (overflowed_ && !closed_) {
        server_.counts_.overflowed.add();
        session_.abandon(CloseReason::transport_error, out);
    }
    session_.flush(out);
    follow_transport();
    process(out);
    server_.give_back(std::move(out));
    hear_inbox();
    listen();
    arm();
    if (auto* open = socket())
        open->touch();
    if (session_.finished())
        server_.retire(*this);
}

void EngineConnection::process(EngineOutput& out)
{
    for (std::size_t i = 0; i < out.events.size(); ++i) {
        const EngineEvent event = out.events[i];
        if (const auto* message = std::get_if<Message>(&event)) {
            take(*message);
        } else if (const auto* answer = std::get_if<Answer>(&event)) {
            if (answer->request == posting_ && inbox_)
                inbox_->hold(*answer);
            else
                server_.answer(*answer);
        } else if (const auto* text = std::get_if<SendText>(&event)) {
            if (auto* channel = find_channel(text->channel))
                channel->answer_probe(Frame::text(text->packet));
        } else if (const auto* close = std::get_if<CloseChannel>(&event)) {
            auto* channel = find_channel(close->channel);
            if (channel != nullptr && channel->socket() != nullptr)
                channel->socket()->close(
                    close->code == 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(close->code))
                );
        } else if (const auto* closed = std::get_if<Closed>(&event)) {
            closed_ = true;
            server_.counts_.closed[static_cast<std::size_t>(closed->reason)].add();
            fenced(
                "A handler of the end of a connection failed.", [&] { on_closed(closed->reason); },
                [this] { return public_id(); }
            );
            hear_inbox();
        }
    }
}

void EngineConnection::take(const Message& message)
{
    if (closed_)
        return;
    server_.counts_.received.add();
    if (hears())
        return hear(message);
    if (!inbox_)
        inbox_ = std::make_unique<Inbox>();
    inbox_->add(message);
    // One POST always fits, however small its messages: more is of a client that does not wait for its answers.
    if (inbox_->bytes() > 2 * server_.options().max_payload)
        close(CloseReason::forced_close);
}

/// What was waiting, in its order, until it has to wait again; behind the last of it the answers of its POSTs.
void EngineConnection::hear_inbox()
{
    if (!inbox_ || hearing_)
        return;
    hearing_ = true;
    while (!closed_ && !deaf() && !inbox_->empty())
        hear(inbox_->take().message());
    hearing_ = false;
    if (!closed_ && !inbox_->empty())
        return;
    const auto heard = std::move(inbox_);
    for (const auto& answer : heard->answers())
        server_.answer(answer);
}

void EngineConnection::hear(const Message& message)
{
    const auto sid = [this] { return public_id(); };
    if (!fenced("A handler failed; its connection was closed.", [&] { on_message(message); }, sid))
        close(CloseReason::forced_close);
}

net::WebSocket* EngineConnection::socket() const { return transport_ != nullptr ? transport_->socket() : nullptr; }

Channel* EngineConnection::find_channel(Number number) const
{
    for (Channel* channel = channels_; channel != nullptr; channel = channel->next)
        if (channel->number() == number)
            return channel;
    return nullptr;
}

bool EngineConnection::try_send(std::span<const Frame> frames)
{
    if (closed_ || overflowed_)
        return true;
    net::WebSocket* const open = socket();
    if (!session_.send(frames)) {
        // A long turn may queue more than the bound to a healthy client: write, then try once more.
        const bool moved = open != nullptr && open->flush_now();
        if (!moved || !session_.send(frames))
            return false;
    }
    if (open != nullptr)
        open->touch();
    else
        server_.loop().touch(*this);
    return true;
}

void EngineConnection::send(std::span<const Frame> frames)
{
    if (try_send(frames))
        return;
    overflowed_ = true;
    server_.loop().touch(*this);
}

bool EngineConnection::is_writable() const
{
    const auto* open = socket();
    return !closed_ && session_.writable() && (open == nullptr || !open->is_blocked());
}

void EngineConnection::close(CloseReason reason, int code)
{
    drive([&](EngineOutput& out) { session_.close(reason, code, server_.loop().now(), out); });
}

void EngineConnection::give_up()
{
    server_.counts_.shed.add();
    if (auto* const open = socket())
        return open->drop();  // what a WebSocket is still to write would be kept until it has closed
    drive([&](EngineOutput& out) { session_.abandon(CloseReason::transport_error, out); });
}

void EngineConnection::pause()
{
    paused_ = true;
    listen();
}

void EngineConnection::resume()
{
    // What waits is heard at the end of the turn: the caller may be inside of a handler.
    if (std::exchange(paused_, false))
        server_.loop().touch(*this);
}

/// Has the channel read, or not.
void EngineConnection::listen()
{
    if (hears() == listening_)
        return;
    listening_ = !listening_;
    if (listening_) {
        session_.excuse(server_.loop().now());
        on_excused(server_.loop().now());
    }
    if (auto* const open = socket())
        listening_ ? open->resume() : open->pause();
}

/// The session may have moved from polling to a WebSocket, or have lost that.
void EngineConnection::follow_transport()
{
    if (const Transport transport = session_.transport(); transport != counted_as_) {
        server_.counts_.connections[EngineCounts::place(std::exchange(counted_as_, transport))].add(-1);
        server_.counts_.connections[EngineCounts::place(counted_as_)].add(1);
        server_.counts_.upgraded.add();
    }
    Channel* const now = find_channel(session_.channel());
    if (now == transport_)
        return;
    transport_ = now;
    if (auto* const open = socket(); open != nullptr && !listening_)
        open->pause();
}

}  // namespace wgw::sio
