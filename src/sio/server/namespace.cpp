#include "sio/server/namespace.hpp"

#include "base/fence.hpp"
#include "sio/protocol/packet.hpp"
#include "sio/server/acks.hpp"
#include "sio/server/client.hpp"
#include "sio/server/core.hpp"

#include <algorithm>

namespace wgw::sio {

Namespace::Namespace(ServerCore& core, std::string name, std::shared_ptr<Handlers> handlers, bool dynamic)
    : core_(core), name_(std::move(name)), handlers_(std::move(handlers)), dynamic_(dynamic)
{
    if (core.options.recovery)
        recovery_ = std::make_unique<Recovery>(*core.options.recovery, core.random);
}

Namespace::~Namespace() = default;

// Its sockets and rooms

void Namespace::add(Socket& socket)
{
    socket.place_ = static_cast<std::uint32_t>(sockets_.size());
    sockets_.push_back(&socket);
}

void Namespace::remove(Socket& socket)
{
    Socket* const last = sockets_.back();
    sockets_[socket.place_] = last;
    last->place_ = socket.place_;
    sockets_.pop_back();
}

Socket* Namespace::find(std::uint64_t number) const
{
    auto* socket = core_.sockets.find(number);
    return socket != nullptr && &socket->nsp_ == this ? socket : nullptr;
}

Socket* Namespace::find(std::string_view id) const
{
    auto* socket = find(ServerCore::number_of(id));
    return socket != nullptr && socket->id() == id ? socket : nullptr;
}

Room* Namespace::find_room(std::string_view name) const
{
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : found->second.get();
}

bool Namespace::join(Socket& socket, std::string_view room)
{
    Room* known = find_room(room);
    if (socket.rooms_.size() >= core_.options.max_rooms)
        return known != nullptr && socket.rooms_.find(*known) != nullptr;
    if (known == nullptr)
        known = rooms_.emplace(room, std::make_unique<Room>(std::string(room))).first->second.get();
    known->add(socket);
    return true;
}

void Namespace::leave(Socket& socket, Room& room)
{
    room.remove(socket);
    if (room.empty())
        rooms_.erase(rooms_.find(room.name()));
}

// Telling them

Encoded Namespace::encode(std::string_view event, const Payload& payload) const
{
    const auto json = event_json(event, payload.values());
    return Encoded({.nsp = name_, .json = json}, payload.attachments());
}

Encoded Namespace::encode_values(std::string_view event, std::string_view values) const
{
    const auto json = event_json(event, values);
    return Encoded({.nsp = name_, .json = json});
}

void Namespace::broadcast(std::string_view room, const Encoded& event)
{
    const Room* found = find_room(room);
    if (found == nullptr)
        return;
    deliver(found->sockets(), event);
}

void Namespace::deliver(std::span<Socket* const> sockets, const Encoded& event)
{
    // Sending ends no socket (see EngineConnection::send), so they stay as they are meanwhile. A handler may change
    // anything, and is asked behind them.
    std::vector<SocketRef> full;
    for (Socket* socket : sockets)
        if (socket->accepted_ && !socket->client_.try_send(event))
            full.push_back(socket->ref());
    for (const auto& ref : full)
        overflow(ref, event);
}

void Namespace::overflow(const SocketRef& ref, const Encoded& event)
{
    bool is_dropped = false;
    if (auto* socket = ref.get(); socket != nullptr && handlers_->full)
        fenced("A handler failed.", [&] { is_dropped = handlers_->full(*socket); });
    if (auto* socket = ref.get(); socket != nullptr && !is_dropped)
        socket->client_.send(event);  // which ends it
}

/// Each of them once.
std::vector<Socket*> Namespace::select(const Target& target)
{
    if (++mark_ == 0) {  // after four billion broadcasts old marks would be new ones
        for (auto* socket : sockets_)
            socket->mark_ = 0;
        mark_ = 1;
    }
    std::vector<Socket*> selected;
    const auto mark = [this](Socket& socket) { return std::exchange(socket.mark_, mark_) != mark_; };
    const auto each = [this](const std::string& room, auto visit) {
        if (auto* own = find(room))
            visit(*own);
        if (const auto* found = find_room(room))
            for (auto* socket : found->sockets())
                visit(*socket);
    };
    const auto take = [&](Socket& socket) {
        if (mark(socket) && socket.accepted_ && (!target.volatile_ || socket.is_writable()))
            selected.push_back(&socket);
    };
    if (auto* but = find(target.but_))
        mark(*but);
    for (const auto& room : target.except_)
        each(room, mark);
    for (const auto& room : target.rooms_)
        each(room, take);
    if (target.rooms_.empty())
        for (auto* socket : sockets_)
            take(*socket);
    return selected;
}

void Namespace::emit_to(const Target& target, std::string_view event, const Payload& payload)
{
    const auto tell = [&](Encoded encoded) {
        if (!target.compress_)
            encoded.mark_incompressible();
        deliver(select(target), encoded);
    };
    if (!recovery_ || target.volatile_)
        return tell(encode(event, payload));
    const auto encoded = encode(event, Payload::of(payload, recovery_->next_offset()));
    auto except = target.except_;
    if (const auto* but = find(target.but_))
        except.emplace_back(but->id());
    recovery_->add(target.rooms_, std::move(except), encoded, core_.loop.now());
    tell(encoded);
}

Namespace::Acks& Namespace::acks()
{
    if (!acks_)
        acks_ = std::make_unique<Acks>(core_.loop);
    return *acks_;
}

}  // namespace wgw::sio
