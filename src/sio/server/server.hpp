#pragma once
/// A Socket.IO v4 server for C++: namespaces, middleware, rooms, events and acks over polling and WebSocket.
///
///     sio::Server server(loop, random, {});
///     sio::Namespace& nsp = server.of("/");
///     nsp.on("hello", [](sio::Socket& socket, const sio::Arguments& arguments, sio::Reply reply) {
///         socket.emit("hello-back", arguments);
///         reply("ok", 42);
///     });
///
/// Threads   everything on the loop; from elsewhere loop.post()
/// Handles   a Socket& is good during the call that gave it: socket.hpp
/// JSON      what a client sent is checked, never re-written, and can be passed on: arguments.hpp
/// Errors    a bad packet ends its connection, never the process; what a handler throws is logged and ends its
///           connection too
/// Alone     a program that is nothing else: standalone.hpp
/// Source    Socket.IO protocol 5, Engine.IO protocol 4
/// Tests     server_test.cpp, server_pace_test.cpp, tests/conformance, tests/e2e

#include "base/random.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/engine/counts.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/options.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wgw::sio {

class Server {
public:
    /// Both outlive it.
    Server(net::Loop& loop, Random& random, ServerOptions options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// The namespace of that name, with or without its slash, made if it is new; "/" is there from the beginning.
    /// Clients can join those that were made before they came. It stays as long as the server.
    Namespace& of(std::string_view name);

    /// Namespaces that are made when a client asks for one whose name matches, in the order of these calls, and that
    /// of() has not made; each goes with its last socket. What is returned has their handlers in common, and what it
    /// emits goes to all of them. `*` in a pattern stands for any number of characters but `/`: "/room-*". `matches` is
    /// given what the client asks for, `auth` as for Socket::auth().
    Namespace& of_pattern(std::string pattern);
    Namespace& of_matching(std::function<bool(std::string_view name, std::string_view auth)> matches);

    /// To everybody in "/".
    template <class... Values>
    void emit(std::string_view event, const Values&... values)
    {
        of("/").emit(event, values...);
    }

    // Its place behind HTTP.

    /// What the requests are answered through. Before the first of them.
    void attach(net::Responder& http);

    /// Whether a request with this path is ours. The calls below are those of net::HttpHandler, to be passed on for
    /// such a path, and on_gone() for any.
    bool serves(std::string_view path) const;
    std::size_t body_limit() const;
    HttpResponse too_large(const HttpRequest& request, net::Exchange exchange);
    void on_head(const HttpRequest& head, net::Exchange exchange);
    void on_request(HttpRequest request, net::Exchange exchange);
    void on_gone(net::Exchange exchange);

    /// Ends all connections without a DISCONNECT packet, so that clients come back: evenly over `spread`. New ones
    /// are refused with 503. Once.
    void drain(Duration spread);

    /// Behind drain(): no connection is open any more.
    bool drained() const;

    /// Whether anybody polls whose next GET has not come: he could not be told of an end. Before drain().
    bool awaits_poll() const;

    std::size_t connections() const;

    /// What has happened to them since the start.
    const EngineCounts& counts() const;

private:
    std::unique_ptr<ServerCore> core_;
};

}  // namespace wgw::sio
