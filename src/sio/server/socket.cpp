#include "sio/server/socket.hpp"

#include "sio/server/acks.hpp"
#include "sio/server/client.hpp"
#include "sio/server/core.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/reply.hpp"

namespace wgw::sio {

Socket::Socket(Namespace& nsp, Client& client, std::uint64_t number, const Id& id, std::string_view auth)
    : nsp_(nsp), client_(client), number_(number), id_(id), auth_(auth)
{
}

Socket::~Socket()
{
    leave_all();  // what handlers of its end have joined
}

SocketRef Socket::ref() const { return {nsp_.core_.sockets, number_}; }
const Handshake& Socket::handshake() const { return client_.handshake(); }
std::uint64_t Socket::connection() const { return client_.number(); }

Socket::Rare& Socket::rare()
{
    if (!rare_)
        rare_ = std::make_unique<Rare>();
    return *rare_;
}

void Socket::use(Guard guard) { rare().guards.push_back(std::move(guard)); }

// Telling it

bool Socket::is_writable() const { return client_.is_writable(); }

Encoded Socket::encode(std::string_view event, const Payload& payload) const { return nsp_.encode(event, payload); }

void Socket::emit_payload(std::string_view event, const Payload& payload)
{
    if (!nsp_.recovery_)
        return send(encode(event, payload));
    auto& recovery = *nsp_.recovery_;
    const auto encoded = encode(event, Payload::of(payload, recovery.next_offset()));
    recovery.add({std::string(id())}, {}, encoded, nsp_.core_.loop.now());
    if (!recovered_ || accepted_)  // otherwise it is one of those that it is told when it is accepted
        send(encoded);
}

void Socket::ask(std::string_view event, const Payload& payload, std::optional<Duration> timeout, AckHandler handler)
{
    if (ref().get() != this)  // a handler of its end asks it
        return handler(std::unexpected(AckError::disconnected));
    const auto id = nsp_.acks().ask(*this, timeout, std::move(handler));
    const auto json = event_json(event, payload.values());
    send(Encoded({.nsp = nsp_.name(), .ack = id, .json = json}, payload.attachments()));
}

Task<AckResult> Socket::ask(std::string event, Payload payload, std::optional<Duration> timeout)
{
    return ask_later(ref(), std::move(event), std::move(payload), timeout);
}

// A task begins when it is awaited: the socket may have gone by then.
Task<AckResult> Socket::ask_later(SocketRef ref, std::string event, Payload payload, std::optional<Duration> timeout)
{
    auto start = [&](auto done) {
        if (auto* socket = ref.get())
            socket->ask(event, payload, timeout, AckHandler(std::move(done)));
        else
            done(std::unexpected(AckError::disconnected));
    };
    co_return co_await callback<AckResult>(start);
}

void Socket::send(const Encoded& packet) { client_.send(packet); }

void Reply::send(const Payload& payload)
{
    if (auto* socket = std::exchange(socket_, {}).get())
        socket->send(Encoded({PacketType::ack, socket->nsp().name(), id_, 0, payload.text()}, payload.attachments()));
}

// Its rooms

bool Socket::join(std::string_view room) { return nsp_.join(*this, room); }

void Socket::leave(std::string_view room)
{
    if (auto* found = nsp_.find_room(room))
        nsp_.leave(*this, *found);
}

void Socket::leave_all()
{
    while (!rooms_.empty())
        nsp_.leave(*this, rooms_.any());
}

bool Socket::is_in(std::string_view room) const
{
    const auto* found = nsp_.find_room(room);
    return (accepted_ && room == id()) || (found != nullptr && rooms_.find(*found) != nullptr);
}

std::vector<std::string> Socket::rooms() const
{
    auto rooms = rooms_.names();
    if (accepted_)
        rooms.emplace_back(id());
    return rooms;
}

// Hearing it

void Socket::pause() { client_.pause(); }
void Socket::resume() { client_.resume(); }

void Socket::disconnect(bool close)
{
    Client& client = client_;
    if (!close)
        return client.leave(*this);
    client.leave_all();
    client.close(CloseReason::forced_server_close);
}

void Socket::hang_up(int code) { client_.close(CloseReason::forced_server_close, code); }

}  // namespace wgw::sio
