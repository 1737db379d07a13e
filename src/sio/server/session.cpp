#include "sio/server/session.hpp"

#include "base/log.hpp"

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

void Session::count_joined()
{
    if (!std::exchange(joined_, true))
        --core_.handshakes;
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

void Session::hear(const Message& message)
{
    const Instant now = core_.loop.now();
    const SocketEvent event = message.binary ? packets_.binary(message.data, now) : packets_.text(message.data, now);
    try {
        if (const auto* connect = std::get_if<Connect>(&event))
            on_connect(*connect);
        else if (const auto* received = std::get_if<Event>(&event))
            on_event(*received);
        else if (const auto* disconnect = std::get_if<Disconnect>(&event)) {
            if (auto* socket = find(disconnect->nsp))
                end_socket(*socket);
        } else if (std::holds_alternative<Violation>(event)) {
            close(CloseReason::forced_close, 0);
        }
    } catch (const std::exception& error) {
        log::error(
            "A socket's handler failed; its connection was closed.",
            {
                {"what", error.what()}
        }
        );
        close(CloseReason::forced_close, 0);
    }
}

void Session::on_connect(const Connect& connect)
{
    const auto known = core_.namespaces.find(std::string(connect.nsp));
    if (known == core_.namespaces.end()) {
        send(packets_.refuse(connect.nsp, "Invalid namespace"));
        return;
    }
    Namespace& nsp = *known->second;
    const auto number = core_.next_socket++;
    add_socket(std::make_unique<Socket>(nsp, *this, number, core_.make_id(), connect.auth));
    Socket& socket = *sockets_;
    nsp.sockets_.insert(&socket);
    if (!nsp.middleware_)
        return admitted(socket, {});
    nsp.middleware_(socket, [&nsp, number](std::optional<ConnectError> error) {
        if (auto* waiting = nsp.find(number))
            waiting->session_.admitted(*waiting, std::move(error));
    });
}

void Session::admitted(Socket& socket, std::optional<ConnectError> error)
{
    const std::string nsp = socket.nsp_.name();
    if (closed_ || packets_.state(nsp) != SocketSession::State::connecting)
        return;
    if (error) {
        send(packets_.refuse(nsp, error->message, error->data));
        end_socket(socket);
        return;
    }
    send(packets_.accept(nsp, socket.id()));
    socket.accepted_ = true;
    count_joined();
    arm();
    if (socket.nsp_.on_connection_)
        socket.nsp_.on_connection_(socket);
}

void Session::on_event(const Event& event)
{
    Socket* socket = find(event.nsp);
    if (socket == nullptr)
        return;
    Namespace& nsp = socket->nsp_;
    Arguments arguments(event.json, event.binary ? event.binary->attachments.size() : 0);
    const std::string name = arguments.take_name();
    Reply reply = event.ack ? Reply(nsp, socket->number(), *event.ack) : Reply();
    if (const auto handler = nsp.handlers_.find(name); handler != nsp.handlers_.end())
        handler->second(*socket, arguments, std::move(reply));
    else if (nsp.on_any_)
        nsp.on_any_(*socket, name, std::move(reply));
}

Socket* Session::find(std::string_view nsp) const
{
    for (Socket* socket = sockets_.get(); socket != nullptr; socket = socket->next_.get())
        if (socket->nsp_.name() == nsp)
            return socket;
    return nullptr;
}

void Session::add_socket(std::unique_ptr<Socket> socket)
{
    socket->next_ = std::move(sockets_);
    sockets_ = std::move(socket);
}

/// Nothing: it is not, or no longer, of this session.
std::unique_ptr<Socket> Session::take_socket(const Socket& socket)
{
    auto* at = &sockets_;
    while (*at && at->get() != &socket)
        at = &(*at)->next_;
    auto taken = std::move(*at);
    if (taken)
        *at = std::move(taken->next_);
    return taken;
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

void Session::leave(Socket& socket)
{
    if (!closed_ && packets_.state(socket.nsp_.name()) == SocketSession::State::joined)
        send(packets_.leave(socket.nsp_.name()));
    end_socket(socket);
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

void Session::end_sockets()
{
    while (sockets_)
        end_socket(*sockets_);
}

void Session::end_socket(Socket& socket)
{
    const auto ended = take_socket(socket);
    if (!ended)
        return;  // a handler of its disconnect asks for it once more
    if (!sockets_)
        resume();  // nobody is left who would
    ended->leave_all();
    ended->nsp_.sockets_.take(ended->number());
    if (!ended->nsp_.on_disconnect_)
        return;
    try {
        ended->nsp_.on_disconnect_(*ended);
    } catch (const std::exception& error) {
        log::error(
            "A socket's handler failed.",
            {
                {"what", error.what()}
        }
        );
    }
}

}  // namespace wgw::sio
