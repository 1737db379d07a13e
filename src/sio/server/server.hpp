#pragma once
/// A Socket.IO v4 server for C++: namespaces, middleware, rooms, events and acks over polling and WebSocket.
///
///     sio::Server server(loop, random, {});
///     sio::Namespace& chat = server.of("/");
///     chat.on("hello", [](sio::Socket& socket, sio::Arguments arguments, sio::Reply reply) {
///         socket.emit("hello-back", arguments.text());
///         reply(R"([true])");
///     });
///
/// Threads   everything on the loop; from elsewhere loop.post()
/// Handles   a Socket& is good during the call that gave it. To come back later keep socket.number() and ask
///           Namespace::find(): the socket may have gone.
/// JSON      arguments are JSON text, both ways: what a client sent is checked, never re-written, and can be passed on
/// Errors    a bad packet ends its connection, never the process; what a handler throws is logged and ends its
///           connection too
/// Source    Socket.IO protocol 5, Engine.IO protocol 4
/// Tests     server_test.cpp, server_pace_test.cpp, handshake_test.cpp, tests/e2e, tests/golden (socket-raw)

#include "base/flat_table.hpp"
#include "base/kept_text.hpp"
#include "base/random.hpp"
#include "codec/frame.hpp"
#include "codec/json_text.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/handshake.hpp"
#include "sio/server/room.hpp"

#include <any>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wgw::sio {

class Namespace;
class Session;

struct ServerOptions {
    std::string path = "/socket.io/";
    Duration ping_interval{25'000};
    Duration ping_timeout{20'000};
    Duration upgrade_timeout{10'000};
    Duration connect_timeout{10'000};  ///< A connection that has joined no namespace by then is closed.
    std::size_t max_payload = 1'000'000;
    std::size_t queue_bytes = 1024 * 1024;
    std::size_t queue_packets = 1'024;
    std::size_t handshakes = 20'000;  ///< Connections that have joined no namespace; more are answered 503.

    /// Origins a browser may come from beside the server's own. `*`: any.
    std::vector<std::string> origins;
    /// Pages of loopback origins may connect: while the server listens on loopback only.
    bool loopback_origins = false;
};

/// The arguments of an event: a view, good during the call.
class Arguments {
public:
    Arguments(std::string_view packet_json, std::size_t attachments);

    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    JsonValue operator[](std::size_t i) const { return values_[i]; }
    std::size_t attachments() const { return attachments_; }

    /// The arguments as a JSON array.
    std::string text() const;

private:
    friend class Session;
    std::string take_name();

    std::vector<JsonValue> values_;
    std::size_t attachments_;
};

/// Answers an event. Copyable; only the first call counts, and none if the client asked for no answer or has gone.
class Reply {
public:
    Reply() = default;
    Reply(Namespace& nsp, std::uint64_t socket, std::int64_t id);

    bool wanted() const { return nsp_ != nullptr; }

    /// `arguments` is a JSON array.
    void operator()(std::string_view arguments);

private:
    Namespace* nsp_ = nullptr;
    std::uint64_t socket_ = 0;
    std::int64_t id_ = 0;
    std::shared_ptr<bool> answered_;
};

/// A client in a namespace.
class Socket {
public:
    static constexpr std::size_t kIdSize = 20;
    using Id = std::array<char, kIdSize>;

    Socket(Namespace& nsp, Session& session, std::uint64_t number, const Id& id, std::string_view auth);
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    std::uint64_t number() const { return number_; }
    std::string_view id() const { return {id_.data(), id_.size()}; }
    const Handshake& handshake() const;

    /// Of the connection: its sockets share it, in whatever namespaces and one after the other.
    std::uint64_t connection() const;

    /// The object of the CONNECT packet, as JSON; empty if there was none, or forget_auth() was called: a token is
    /// long, and needed once.
    std::string_view auth() const { return auth_.view(); }
    void forget_auth() { auth_ = {}; }

    /// `arguments` is a JSON array.
    void emit(std::string_view event, std::string_view arguments);

    /// A frame of Namespace::encode(). Hot path: a pointer is queued.
    void send(const Frame& frame);

    /// May be called before the socket is accepted; it hears of its rooms only from then on.
    void join(const std::string& room);
    void leave(const std::string& room);
    void leave_all();

    /// Leaves the namespace; with `close` the whole connection ends.
    void disconnect(bool close);

    /// Stops and takes up reading what the client sends, where its transport can (a WebSocket).
    void pause();
    void resume();

    /// The application's own.
    std::any data;

private:
    friend class Namespace;
    friend class Room;
    friend class Session;

    Namespace& nsp_;
    Session& session_;
    std::uint64_t number_;
    Id id_;
    bool accepted_ = false;  ///< Its CONNECT has been answered.
    KeptText auth_;
    Memberships rooms_;
    std::unique_ptr<Socket> next_;  ///< Of the session's sockets.
};

/// What a refused client is told.
struct ConnectError {
    std::string message;
    std::string data;  ///< JSON; empty: none.
};
/// Ends a middleware: accepts with nothing. Called once, at once or later.
using Next = std::move_only_function<void(std::optional<ConnectError>)>;

class Namespace {
public:
    using Middleware = std::function<void(Socket&, Next)>;
    using Handler = std::function<void(Socket&, Arguments, Reply)>;

    explicit Namespace(std::string name);
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;
    ~Namespace();

    /// Takes all handlers away: for whoever set them and goes before the server does.
    void forget_handlers();

    /// Runs before the socket is accepted. It may answer later; the socket may have gone by then, which is no error.
    void use(Middleware middleware) { middleware_ = std::move(middleware); }
    void on_connection(std::function<void(Socket&)> handler) { on_connection_ = std::move(handler); }
    void on_disconnect(std::function<void(Socket&)> handler) { on_disconnect_ = std::move(handler); }
    void on(std::string event, Handler handler);
    /// Events without a handler of their own.
    void on_any(std::function<void(Socket&, std::string_view event, Reply)> handler) { on_any_ = std::move(handler); }

    Socket* find(std::uint64_t number);

    /// Encodes an event once, for any number of send() and broadcast(). `arguments` is a JSON array.
    Frame encode(std::string_view event, std::string_view arguments) const;

    bool has_room(const std::string& room) const { return rooms_.contains(room); }

    /// To everybody in `room` who has been accepted. Hot path: one look-up, then a pointer per socket.
    void broadcast(const std::string& room, const Frame& frame);

    std::size_t size() const { return sockets_.size(); }
    const std::string& name() const { return name_; }

private:
    friend class Session;
    friend class Socket;

    struct ByNumber {
        static std::uint64_t key_of(const Socket& socket) { return socket.number(); }
        static std::size_t hash(std::uint64_t number) { return spread(number); }
    };

    void leave(Socket& socket, Room& room);

    std::string name_;
    Middleware middleware_;
    std::function<void(Socket&)> on_connection_;
    std::function<void(Socket&)> on_disconnect_;
    std::function<void(Socket&, std::string_view, Reply)> on_any_;
    std::unordered_map<std::string, Handler> handlers_;
    FlatTable<Socket*, ByNumber> sockets_;
    std::unordered_map<std::string, std::unique_ptr<Room>> rooms_;
};

class Server {
public:
    Server(net::Loop& loop, Random& random, ServerOptions options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// What the requests are answered through. Before the first of them.
    void attach(net::Responder& http);

    /// The namespace of that name, made if it is new. Clients can join those that were made before they came.
    Namespace& of(const std::string& name);

    /// Whether a request with this path is ours.
    bool serves(std::string_view path) const;
    std::size_t body_limit() const;
    HttpResponse too_large() const;
    void on_request(HttpRequest request, net::Exchange exchange);
    void on_gone(net::Exchange exchange);

    /// Ends all connections without a DISCONNECT packet, so that clients come back: evenly over `spread`. New ones
    /// are refused with 503.
    void drain(Duration spread);

    /// Behind drain(): no connection is open any more. A session whose close packet waits for a poll is not waited
    /// for: that poll would have to come over a new connection.
    bool drained() const;

    std::size_t sessions() const;

private:
    friend class Namespace;
    friend class Session;
    friend class Socket;
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace wgw::sio
