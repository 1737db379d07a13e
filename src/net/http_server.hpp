#pragma once
/// HTTP/1.1 and WebSocket over TCP, or a Unix socket: accepts connections, parses requests, hands them to a handler
/// that net does not know.
///
///     HttpHandler::on_request(request, exchange)  →  server.respond(exchange, response)      at once or later
///                                                 →  server.upgrade(exchange, request, stream)
///
/// One request of a connection is under way at a time; pipelined ones wait, unread beyond a bound. While an answer is
/// due a read stays outstanding, so a peer that hangs up is noticed at once: on_gone().
/// Loop only.
/// Source  RFC 9112
/// Tests   http_server_test.cpp, http_connection_test.cpp, inbound_test.cpp, tests/golden (rest-raw-http)

#include "base/flat_table.hpp"
#include "base/rate.hpp"
#include "codec/http_request.hpp"
#include "codec/http_response.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace wgw::net {

/// Names a request that awaits its answer. A value; it may have died meanwhile.
struct Exchange {
    std::uint64_t connection = 0;
    std::uint32_t request = 0;

    friend bool operator==(const Exchange&, const Exchange&) = default;
};

/// What a handler answers through: the server, or in a test whoever looks at the answers.
class Responder {
public:
    /// False: the peer has gone meanwhile.
    virtual bool respond(Exchange exchange, HttpResponse response) = 0;

    /// Answers 101 and goes on as a WebSocket that `stream` hears. False: the peer has gone.
    /// Precondition: is_ws_upgrade(request).
    virtual bool upgrade(Exchange exchange, const HttpRequest& request, Stream& stream) = 0;

protected:
    ~Responder() = default;
};

class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    /// How many bytes of body this request may have; asked when its header block is there.
    virtual std::size_t body_limit(const HttpRequest& head) = 0;

    /// The answer to a request whose body is larger. The connection closes behind it.
    virtual HttpResponse too_large(const HttpRequest& head, Exchange exchange) = 0;

    /// The header block is there, and its body is not all there yet. on_request() follows, or too_large(), or
    /// on_gone().
    virtual void on_head(const HttpRequest&, Exchange) {}

    virtual void on_request(HttpRequest request, Exchange exchange) = 0;

    /// The peer of an exchange that is not answered yet hung up, or was too slow.
    virtual void on_gone(Exchange exchange) = 0;
};

struct HttpServerOptions {
    std::string port_setting = "the argument of listen()";  ///< What to change where the port is in use.
    HttpLimits parser;
    Duration header_time{10'000};
    Duration body_time{30'000};
    Duration keep_alive{72'000};
    std::uint32_t keep_alive_requests = 1'000;
    std::size_t pipeline_bytes = 64 * 1024;  ///< Read ahead of an unanswered request; then not read further.
    std::size_t connections = 0;             ///< Greatest number; 0: the open-file limit less 256.
    std::size_t max_payload = 1'000'000;     ///< Of a WebSocket message.
    int frames = 1'024;                      ///< Of a WebSocket message.
    Rate control{10, Duration(1'000), 60};   ///< Pings and pongs of a WebSocket; as many pongs wait to be written.
    std::size_t inbound_bytes = std::size_t{256} << 20;  ///< Held of unfinished messages; over it the largest goes.
    Duration message_time{30'000};                       ///< First to last byte of a WebSocket message.
};

class HttpConnection;
class WebSocketConnection;

class HttpServer final : public Responder, private Backlog::Source {
public:
    /// `handler` outlives the server.
    HttpServer(Loop& loop, HttpHandler& handler, HttpServerOptions options);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    /// Listens on the address that `host` names. Port 0: any free one. Returns the port.
    /// Throws std::runtime_error with a sentence that says what to do.
    std::uint16_t listen(const std::string& host, std::uint16_t port);

    /// Listens on a Unix socket at `path`, which only the owner of this process can reach. What is there is replaced.
    /// Throws as listen().
    void listen_at(const std::string& path);

    /// From now on each answer says that its connection closes: the next request is for another process.
    void stop_reusing() { stops_reusing_ = true; }

    /// Whoever is connected by then, or has been in the kernel's eyes, is served as before, until close_idle().
    void stop_accepting();

    bool respond(Exchange exchange, HttpResponse response) override;
    bool upgrade(Exchange exchange, const HttpRequest& request, Stream& stream) override;

    /// Closes connections between two requests, and the others after their answer. One that has just come has a second
    /// for its first request.
    void close_idle();

    /// Behind close_idle(): nobody waits for an answer, or reads one, over HTTP. WebSockets are not counted.
    bool drained() const;
    void close_all();

    std::size_t connections() const { return connections_.size(); }

    /// Greatest number of them.
    std::size_t most_connections() const { return options_.connections; }
    const HttpCounts& counts() const { return counts_; }

    /// Held of messages that have not come to their end, by all connections together.
    std::size_t inbound_bytes() const { return inbound_bytes_; }

private:
    friend class HttpConnection;
    friend class WebSocketConnection;
    class Acceptor;

    struct ByNumber {
        static std::uint64_t key_of(const Connection& connection) { return connection.number(); }
        static std::size_t hash(std::uint64_t number) { return spread(number); }
    };

    void add(Fd accepted);
    void erase(std::uint64_t number);

    /// Counts anew what `connection` holds of unfinished messages.
    void count_inbound(Connection& connection);

    /// Over the bound of what all hold together, the largest has to go. May end any connection.
    void bound_inbound();
    void list_backlog(std::vector<Backlog::Share>& shares) override;
    HttpConnection* find(Exchange exchange);
    std::vector<Ref<Connection>> all() const;

    Loop& loop_;
    HttpHandler& handler_;
    HttpServerOptions options_;
    bool stops_reusing_ = false;
    std::uint64_t next_number_ = 1;
    std::size_t inbound_bytes_ = 0;
    HttpCounts counts_;
    Instant quiet_until_;  ///< About too many of them.
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    FlatTable<Ref<Connection>, ByNumber> connections_;
};

}  // namespace wgw::net
