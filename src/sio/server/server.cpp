#include "sio/server/server.hpp"

#include "sio/protocol/packet.hpp"
#include "sio/server/core.hpp"
#include "sio/server/session.hpp"

namespace wgw::sio {

// Arguments

Arguments::Arguments(std::string_view packet_json, std::size_t attachments) : attachments_(attachments)
{
    auto cursor = JsonValue(packet_json).elements();
    while (const auto value = cursor.next())
        values_.push_back(*value);
}

std::string Arguments::take_name()
{
    const JsonValue name = values_.front();
    values_.erase(values_.begin());
    return name.is_string() ? name.string() : std::string(name.text());
}

std::string Arguments::text() const
{
    std::string out = "[";
    for (const auto& value : values_) {
        out += out.size() > 1 ? "," : "";
        out += value.text();
    }
    return out + "]";
}

// A reply

Reply::Reply(Namespace& nsp, std::uint64_t socket, std::int64_t id)
    : nsp_(&nsp), socket_(socket), id_(id), answered_(std::make_shared<bool>(false))
{
}

void Reply::operator()(std::string_view arguments)
{
    if (nsp_ == nullptr || std::exchange(*answered_, true))
        return;
    if (auto* socket = nsp_->find(socket_)) {
        Packet packet{PacketType::ack, nsp_->name(), id_, 0, arguments};
        socket->send(to_frame(packet));
    }
}

// A socket

Socket::Socket(Namespace& nsp, Session& session, std::uint64_t number, const Id& id, std::string_view auth)
    : nsp_(nsp), session_(session), number_(number), id_(id), auth_(auth)
{
}

Socket::~Socket() = default;

const Handshake& Socket::handshake() const { return session_.handshake(); }
std::uint64_t Socket::connection() const { return session_.number(); }

void Socket::emit(std::string_view event, std::string_view arguments) { send(nsp_.encode(event, arguments)); }

void Socket::send(const Frame& frame) { session_.send(frame); }

void Socket::join(const std::string& room)
{
    auto& slot = nsp_.rooms_[room];
    if (!slot)
        slot = std::make_unique<Room>(room);
    slot->add(*this);
}

void Socket::leave(const std::string& room)
{
    if (const auto found = nsp_.rooms_.find(room); found != nsp_.rooms_.end())
        nsp_.leave(*this, *found->second);
}

void Socket::leave_all()
{
    while (!rooms_.empty())
        nsp_.leave(*this, rooms_.any());
}

void Socket::disconnect(bool close)
{
    Session& session = session_;
    session.leave(*this);
    if (close)
        session.close(CloseReason::forced_server_close, 0);
}

void Socket::pause() { session_.pause(); }
void Socket::resume() { session_.resume(); }

// A namespace

Namespace::Namespace(std::string name) : name_(std::move(name)) {}

Namespace::~Namespace() = default;

void Namespace::on(std::string event, Handler handler) { handlers_[std::move(event)] = std::move(handler); }

void Namespace::forget_handlers()
{
    middleware_ = {};
    on_connection_ = {};
    on_disconnect_ = {};
    on_any_ = {};
    handlers_.clear();
}

Socket* Namespace::find(std::uint64_t number)
{
    const auto* found = sockets_.find(number);
    return found == nullptr ? nullptr : *found;
}

void Namespace::leave(Socket& socket, Room& room)
{
    room.remove(socket);
    if (room.empty())
        rooms_.erase(rooms_.find(room.name()));
}

Frame Namespace::encode(std::string_view event, std::string_view arguments) const
{
    const std::string json = event_json(event, arguments.substr(1, arguments.size() - 2));
    return to_frame({PacketType::event, name_, {}, 0, json});
}

void Namespace::broadcast(const std::string& room, const Frame& frame)
{
    const auto found = rooms_.find(room);
    if (found == rooms_.end())
        return;
    // A send ends no socket (see Session::send), so the room stays as it is meanwhile.
    for (Socket* socket : found->second->sockets())
        if (socket->accepted_)
            socket->send(frame);
}

// The server

Server::Server(net::Loop& loop, Random& random, ServerOptions options)
    : core_(std::make_unique<Core>(loop, random, std::move(options)))
{
}

Server::~Server() = default;

void Server::attach(net::Responder& http) { core_->http = &http; }

Namespace& Server::of(const std::string& name)
{
    auto& slot = core_->namespaces[name];
    if (!slot)
        slot = std::make_unique<Namespace>(name);
    return *slot;
}

bool Server::serves(std::string_view path) const { return path.starts_with(core_->options.path); }

std::size_t Server::body_limit() const { return core_->options.max_payload; }

HttpResponse Server::too_large() const
{
    HttpResponse response;
    response.status = 413;
    return response;
}

void Server::on_request(HttpRequest request, net::Exchange exchange)
{
    core_->on_request(std::move(request), exchange);
}

void Server::on_gone(net::Exchange exchange) { core_->on_gone(exchange); }

void Server::drain(Duration spread) { core_->drain(spread); }

bool Server::drained() const { return core_->drained(); }

std::size_t Server::sessions() const { return core_->sessions.size(); }

}  // namespace wgw::sio
