// What is heard, and who hears it: the sockets of a session in their namespaces. How it comes and goes is in
// session.cpp.

#include "base/log.hpp"
#include "sio/server/session.hpp"

namespace wgw::sio {

void Session::count_joined()
{
    if (!std::exchange(joined_, true))
        --core_.handshakes;
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

void Session::leave(Socket& socket)
{
    if (!closed_ && packets_.state(socket.nsp_.name()) == SocketSession::State::joined)
        send(packets_.leave(socket.nsp_.name()));
    end_socket(socket);
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

}  // namespace wgw::sio
