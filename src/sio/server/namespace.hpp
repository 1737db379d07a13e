#pragma once
/// A namespace: who may come, what happens to what they say, and whom to tell.
///
///     sio::Namespace& nsp = server.of("/news");
///     nsp.use([](sio::Socket& socket, sio::Next next) {
///         next(is_good(socket.auth()) ? std::nullopt : std::optional(sio::ConnectError{"who are you?"}));
///     });
///     nsp.on_connection([](sio::Socket& socket) { socket.join("lobby"); });
///     nsp.on("say", [&](sio::Socket& socket, const sio::Arguments& arguments, sio::Reply reply) {
///         nsp.to("lobby").emit("said", arguments);
///         reply("ok");
///     });
///
/// Handlers  of the namespace, given the socket: one of each kind, but for use(). They are set before clients come, and
///           not inside of a handler of the same namespace. They may end any socket, their own too
/// Patterns  what Server::of_pattern() gives has no name and no sockets of its own: handlers, and targets, which are in
///           all its namespaces; find(), size(), has_room() and broadcast() are for a namespace with a name
/// Errors    what a handler throws is logged and ends the connection of its socket, and no other. Of an answer, of a
///           disconnect and of on_error(): it is logged. Of on_full(): as if it had said false
/// Loop only.
/// Tests     namespace_test.cpp, server_test.cpp, tests/conformance

#include "sio/protocol/close_reason.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/encoded.hpp"
#include "sio/server/pending_acks.hpp"
#include "sio/server/recovery.hpp"
#include "sio/server/reply.hpp"
#include "sio/server/socket.hpp"
#include "sio/server/target.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

class ServerCore;

/// What a refused client is told. It may ask again.
struct ConnectError {
    std::string message;
    std::string data = {};  ///< JSON; empty: none.
};

/// Ends a middleware: accepts with nothing. Called once, at once or later; the socket may have gone by then. If it
/// never is, the client waits until `ServerOptions::connect_timeout` ends it, if it has joined nothing else.
using Next = std::move_only_function<void(std::optional<ConnectError>)>;

/// What is done with what the clients of a namespace do: see the functions of Namespace that set it.
struct Handlers {
    using Middleware = std::function<void(Socket&, Next)>;
    using Event = std::function<void(Socket&, const Arguments&, Reply)>;
    using AnyEvent = std::function<void(Socket&, std::string_view event, const Arguments&, Reply)>;

    std::vector<Middleware> middlewares;
    std::function<void(Socket&)> connection;
    std::function<void(Socket&, CloseReason)> disconnecting;
    std::function<void(Socket&, CloseReason)> disconnect;
    std::map<std::string, Event, std::less<>> events;
    std::function<void(Socket&, std::string_view, const Arguments&)> any;
    AnyEvent other;
    std::function<void(Socket&, std::string_view)> error;
    std::function<bool(Socket&)> full;
};

class Namespace {
public:
    /// With its slash: "/news". Empty for that of a pattern.
    const std::string& name() const { return name_; }

    // Who comes and goes.

    /// Asked in the order of these calls, before the socket is in any room. What is emitted to the socket meanwhile
    /// goes out. Socket::disconnect() inside of it refuses the client.
    void use(Handlers::Middleware middleware) { handlers_->middlewares.push_back(std::move(middleware)); }

    /// The client is told that it is in the namespace, then this is called, then it is heard.
    void on_connection(std::function<void(Socket&)> handler) { handlers_->connection = std::move(handler); }

    /// Before on_disconnect(), while it is still in its rooms.
    void on_disconnecting(std::function<void(Socket&, CloseReason)> handler)
    {
        handlers_->disconnecting = std::move(handler);
    }

    /// Once for each socket, also for one that was never accepted. It is in no room but its own and is told nothing any
    /// more; its handle is good during the call, its SocketRef is not.
    void on_disconnect(std::function<void(Socket&, CloseReason)> handler)
    {
        handlers_->disconnect = std::move(handler);
    }

    // What they say.

    /// One handler for each event; a second one replaces the first.
    void on(std::string event, Handlers::Event handler)
    {
        handlers_->events.insert_or_assign(std::move(event), std::move(handler));
    }

    /// Every event that no guard has refused, before its handler.
    void on_any(std::function<void(Socket&, std::string_view event, const Arguments&)> handler)
    {
        handlers_->any = std::move(handler);
    }

    /// Events without a handler of their own.
    void on_other(Handlers::AnyEvent handler) { handlers_->other = std::move(handler); }

    /// Why an event was refused by a guard (Socket::use), in its words; or, in a sentence for the log, why a packet
    /// could not be read, which then ends the connection. The client is told neither.
    void on_error(std::function<void(Socket&, std::string_view why)> handler) { handlers_->error = std::move(handler); }

    /// An event for many does not fit into the queue of this one (EngineServerOptions::queue_bytes, queue_packets): it
    /// reads too slowly. True: the event is dropped for this socket, which is brought up to date otherwise. False, and
    /// without this: its connection ends, as it does over an answer or an event for it alone.
    /// Asked when all others have the event.
    void on_full(std::function<bool(Socket&)> handler) { handlers_->full = std::move(handler); }

    /// Takes all of these away: for whoever set them and goes before the server does.
    void forget_handlers() { *handlers_ = {}; }

    // Whom to tell.

    template <class... Values>
    void emit(std::string_view event, const Values&... values)
    {
        everybody().emit(event, values...);
    }
    Target everybody() { return Target(*this); }
    Target to(std::string_view room) { return everybody().to(room); }
    Target except(std::string_view room) { return everybody().except(room); }

    /// Encodes an event once, for any number of send() and broadcast().
    Encoded encode(std::string_view event, const Payload& payload) const;

    /// `values`: valid JSON, with commas between them; it is not looked at.
    Encoded encode_values(std::string_view event, std::string_view values) const;

    /// To everybody in `room`. Hot path: one look-up, then a pointer per socket. Recovery does not keep it, and a
    /// socket's own id is no room here.
    void broadcast(std::string_view room, const Encoded& event);

    /// Whether anybody is in it. As for the next two, a socket's own room is none.
    bool has_room(std::string_view room) const { return find_room(room) != nullptr; }

    /// How many are in it.
    std::size_t room_size(std::string_view room) const
    {
        const Room* found = find_room(room);
        return found == nullptr ? 0 : found->sockets().size();
    }

    /// How many rooms somebody is in.
    std::size_t rooms() const { return rooms_.size(); }

    /// nullptr: there is no such socket here. Those that wait for a middleware are found, and counted, too.
    Socket* find(std::uint64_t number) const;
    Socket* find(std::string_view id) const;
    std::size_t size() const { return sockets_.size(); }

    // Inside of the library.
    Namespace(ServerCore& core, std::string name, std::shared_ptr<Handlers> handlers, bool dynamic);
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;
    ~Namespace();

private:
    friend class Client;
    friend class Server;
    friend class ServerCore;
    friend class Socket;
    friend class Target;
    class Acks;

    void add(Socket& socket);
    void remove(Socket& socket);
    Room* find_room(std::string_view name) const;
    bool join(Socket& socket, std::string_view room);
    void leave(Socket& socket, Room& room);
    std::vector<Socket*> select(const Target& target);
    void deliver(std::span<Socket* const> sockets, const Encoded& event);
    void overflow(const SocketRef& socket, const Encoded& event);
    void emit_to(const Target& target, std::string_view event, const Payload& payload);
    Acks& acks();

    ServerCore& core_;
    std::string name_;
    std::shared_ptr<Handlers> handlers_;
    bool dynamic_;
    std::uint32_t mark_ = 0;
    std::vector<Socket*> sockets_;
    /// Not by hash: names may be clients', who could choose such as have the same.
    std::map<std::string, std::unique_ptr<Room>, std::less<>> rooms_;
    std::unique_ptr<Acks> acks_;  ///< Once somebody was asked.
    std::unique_ptr<Recovery> recovery_;
    std::vector<Namespace*> family_;  ///< Of a pattern: the namespaces that it has made.
};

}  // namespace wgw::sio
