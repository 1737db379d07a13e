// How messages come and go: transports, the pace, the end. Whom they are for is in session_sockets.cpp.

#include "sio/server/session.hpp"

namespace wgw::sio {

Session::Session(Server::Core& core, std::string_view sid, Transport transport, Handshake handshake)
    : core_(core), handshake_(std::move(handshake)), number_(core.next_session++),
      engine_(core.engine_options, sid, transport, core.loop.now()), packets_(core.socket_options, core.loop.now())
{
    ++core_.handshakes;
    arm();
}

Session::~Session()
{
    count_joined();
    end_sockets();
    core_.loop.forget(*this);
    while (channels_ != nullptr) {
        Channel* const channel = std::exchange(channels_, channels_->next);
        channel->forget_session();
        if (channel->socket() != nullptr)
            channel->socket()->drop();
    }
}

template <class Input>
void Session::drive(Input input)
{
    EngineOutput out = core_.take_output();
    input(out);
    follow_transport();
    process(out);
    core_.give_back(std::move(out));
    listen();
    core_.loop.touch(*this);
    arm();
}

void Session::arm()
{
    // Of a closed session only the engine's waits are left.
    const Instant packets_due = closed_ ? EngineSession::kNever : packets_.next_deadline();
    const Instant due = std::min(engine_.next_deadline(), packets_due);
    if (due == EngineSession::kNever)
        cancel();
    else if (!armed() || this->due() != due)
        core_.loop.timers().arm(*this, due);
}

void Session::get(Number request)
{
    drive([&](EngineOutput& out) { engine_.get(request, core_.loop.now(), out); });
}

void Session::post(Number request, std::string_view body, PostBody kind)
{
    posting_ = request;
    drive([&](EngineOutput& out) { engine_.post(request, body, kind, core_.loop.now(), out); });
    posting_ = 0;
}

void Session::gone(Number request)
{
    // Also a POST that is answered as far as the engine knows: what it has brought would be kept for nobody.
    if (inbox_ && inbox_->forget_answer_to(request))
        return close(CloseReason::transport_error, 0);
    drive([&](EngineOutput& out) { engine_.gone(request, out); });
}

Channel& Session::new_channel()
{
    channels_ = new Channel(*this, core_.next_channel++, channels_);  // deletes itself with its connection
    return *channels_;
}

void Session::on_channel_open(Channel& channel)
{
    drive([&](EngineOutput& out) { engine_.web_socket_opened(channel.number(), core_.loop.now(), out); });
    channel.socket()->touch();
}

void Session::on_channel_closed(Channel& channel, bool broken)
{
    for (Channel** at = &channels_; *at != nullptr; at = &(*at)->next)
        if (*at == &channel) {
            *at = channel.next;
            break;
        }
    if (transport_ == &channel)
        transport_ = nullptr;
    drive([&](EngineOutput& out) {
        engine_.web_socket_closed(channel.number(), broken ? ChannelEnd::broken : ChannelEnd::closed, out);
    });
}

void Session::on_text(Channel& channel, std::string_view bytes)
{
    drive([&](EngineOutput& out) { engine_.text(channel.number(), bytes, core_.loop.now(), out); });
}

void Session::on_binary(Channel& channel, std::string_view bytes)
{
    drive([&](EngineOutput& out) { engine_.binary(channel.number(), bytes, core_.loop.now(), out); });
}

std::span<const Frame> Session::queued(const Channel& channel)
{
    return &channel == transport_ ? engine_.queued() : std::span<const Frame>();
}

void Session::written(std::size_t frames)
{
    engine_.written(frames);
    if (listening_)
        return;
    engine_.excuse(core_.loop.now());  // it takes what it is sent, so it lives
    core_.loop.touch(*this);
}

void Session::on_timer(Instant now)
{
    if (!listening_ && paused_)
        engine_.excuse(now);  // it is the application that does not hear
    if (!listening_)
        packets_.excuse(now);  // what is due may have come long ago
    drive([&](EngineOutput& out) {
        engine_.tick(now, out);
        if (closed_)
            return;
        const auto event = packets_.tick(now);
        if (std::holds_alternative<Violation>(event))
            engine_.close(CloseReason::forced_close, 0, now, out);
    });
}

void Session::flush()
{
    EngineOutput out = core_.take_output();
    if (overflowed_ && !closed_)
        engine_.close(CloseReason::transport_error, 0, core_.loop.now(), out);
    engine_.flush(out);
    follow_transport();
    process(out);
    core_.give_back(std::move(out));
    hear_inbox();
    listen();
    arm();
    if (auto* open = socket())
        open->touch();
    if (engine_.finished())
        core_.retire(*this);
}

void Session::process(EngineOutput& out)
{
    for (std::size_t i = 0; i < out.events.size(); ++i) {
        const EngineEvent event = out.events[i];
        if (const auto* message = std::get_if<Message>(&event)) {
            on_message(*message);
        } else if (const auto* answer = std::get_if<Answer>(&event)) {
            if (answer->request == posting_ && inbox_)
                inbox_->hold(*answer);
            else
                core_.answer(*answer);
        } else if (const auto* text = std::get_if<SendText>(&event)) {
            if (auto* channel = find_channel(text->channel))
                channel->answer_probe(Frame::text(text->packet));
        } else if (const auto* close = std::get_if<CloseChannel>(&event)) {
            auto* channel = find_channel(close->channel);
            if (channel != nullptr && channel->socket() != nullptr)
                channel->socket()->close(
                    close->code == 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(close->code))
                );
        } else if (std::holds_alternative<Closed>(event)) {
            closed_ = true;
            end_sockets();
            hear_inbox();
        }
    }
}

void Session::on_message(const Message& message)
{
    if (closed_)
        return;
    if (hears())
        return hear(message);
    if (!inbox_)
        inbox_ = std::make_unique<Inbox>();
    inbox_->add(message);
    // One POST always fits, however small its messages: more is of a client that does not wait for its answers.
    if (inbox_->bytes() > 2 * core_.options.max_payload)
        close(CloseReason::forced_close, 0);
}

/// What was waiting, in its order, until it has to wait again; behind the last of it the answers of its POSTs.
void Session::hear_inbox()
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
        core_.answer(answer);
}

Channel* Session::find_channel(Number number) const
{
    for (Channel* channel = channels_; channel != nullptr; channel = channel->next)
        if (channel->number() == number)
            return channel;
    return nullptr;
}

void Session::send(const Frame& frame)
{
    if (closed_ || overflowed_)
        return;
    net::WebSocket* const open = socket();
    if (!engine_.send(frame)) {
        // A long turn may queue more than the bound to a healthy client: write, then try once more.
        const bool moved = open != nullptr && open->flush_now();
        if (!moved || !engine_.send(frame)) {
            overflowed_ = true;
            return core_.loop.touch(*this);
        }
    }
    if (open != nullptr)
        open->touch();
    else
        core_.loop.touch(*this);
}

void Session::close(CloseReason reason, int code)
{
    drive([&](EngineOutput& out) { engine_.close(reason, code, core_.loop.now(), out); });
}

void Session::pause()
{
    paused_ = true;
    listen();
}

void Session::resume()
{
    // What waits is heard at the end of the turn: the caller may be inside of a handler.
    if (std::exchange(paused_, false))
        core_.loop.touch(*this);
}

/// Has the channel read, or not.
void Session::listen()
{
    if (hears() == listening_)
        return;
    listening_ = !listening_;
    if (listening_) {
        engine_.excuse(core_.loop.now());
        packets_.excuse(core_.loop.now());
    }
    if (auto* const open = socket())
        listening_ ? open->resume() : open->pause();
}

/// The engine may have moved from polling to a WebSocket, or have lost that.
void Session::follow_transport()
{
    Channel* const now = find_channel(engine_.channel());
    if (now == transport_)
        return;
    transport_ = now;
    if (auto* const open = socket(); open != nullptr && !listening_)
        open->pause();
}

}  // namespace wgw::sio
