#pragma once
/// An Engine.IO 4 server: requests in, connections out. It finds the connection that a request belongs to, or has a
/// new one made, and carries answers back.
///
///     sio::EngineServer engine(loop, random, {.path = "/engine.io/"}, [](sio::EngineConnection::Opening opening) {
///         return std::make_unique<Echo>(std::move(opening));          // class Echo : public sio::EngineConnection
///     });
///     engine.attach(http);
///     engine.on_request(request, exchange);                           those that serves()
///
/// Lifetime  the loop, and what it is attached to, outlive it; its connections do not
/// Loop only.
/// Source    Engine.IO protocol 4; engine.io 6.6 where that is silent
/// Tests     engine_server_test.cpp, engine_admission_test.cpp, engine_requests_test.cpp, tests/conformance

#include "base/flat_table.hpp"
#include "base/random.hpp"
#include "codec/compress.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/engine/connection.hpp"
#include "sio/engine/counts.hpp"
#include "sio/engine/options.hpp"
#include "sio/protocol/engine_handshake.hpp"
#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/late_polls.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wgw::sio {

class EngineServer final : public net::Timer, private net::Backlog::Source {
public:
    using Make = std::function<std::unique_ptr<EngineConnection>(EngineConnection::Opening)>;

    EngineServer(net::Loop& loop, Random& random, EngineServerOptions options, Make make);
    EngineServer(const EngineServer&) = delete;
    EngineServer& operator=(const EngineServer&) = delete;
    ~EngineServer() override;

    /// What the requests are answered through. Before the first of them.
    void attach(net::Responder& http) { http_ = &http; }

    /// Whether a request with this path is ours.
    bool serves(std::string_view path) const;
    std::size_t body_limit() const { return options_.max_payload; }
    HttpResponse too_large(const HttpRequest& request, net::Exchange exchange);
    void on_head(const HttpRequest& head, net::Exchange exchange);
    void on_request(HttpRequest request, net::Exchange exchange);
    void on_gone(net::Exchange exchange);

    /// Answers a request that was ours for something else than a connection; with what CORS adds.
    void respond(const HttpRequest& request, net::Exchange exchange, HttpResponse response);

    /// Ends all connections, evenly over `spread`: their clients come back. New ones are refused with 503.
    void drain(Duration spread);

    /// Behind drain(): no connection is open any more. One whose close packet waits for a poll is not waited for: that
    /// poll would have to come over a new TCP connection.
    bool drained() const;

    /// Whether anybody polls whose next GET has not come.
    bool awaits_poll() const;

    std::size_t connections() const { return connections_.size(); }

    /// Requests that are not answered yet.
    std::size_t waiting() const { return waiting_.size(); }
    const EngineCounts& counts() const { return counts_; }
    net::Loop& loop() const { return loop_; }
    const EngineServerOptions& options() const { return options_; }

private:
    friend class EngineConnection;

    using Sid = std::array<char, kSidSize>;
    static Sid sid_of(const EngineConnection& connection);
    struct BySid {
        static std::string_view key_of(const EngineConnection& connection) { return connection.sid(); }
        static std::size_t hash(std::string_view sid) { return std::hash<std::string_view>()(sid); }
    };
    /// A request that is not answered yet. It may outlive its connection: a POST whose body is still on its way.
    struct Waiting {
        Sid sid;
        ContentCoding coding;
        HeaderFields fields;  ///< For its answer.
    };

    std::optional<Refusal> check(const HttpRequest& request, const EngineConnection* known) const;
    std::optional<HttpResponse> held_off(const HttpRequest& request) const;
    std::optional<HttpResponse> refuse(const HttpRequest& request, const EngineConnection* known);
    /// Whether a request for no session that there is is the last poll of one that its client has just closed.
    bool is_late_poll(const HttpRequest& request, net::Exchange exchange);
    void expect_late_poll(const EngineConnection& left, Number post);
    bool is_full() const { return is_draining_ || handshakes_ >= options_.handshakes; }
    EngineConnection* find(std::string_view sid) const;

    /// That of a request; none for one that cannot be of its client, or when nothing is left of it.
    EngineConnection* find(const HttpRequest& request) const;
    EngineConnection* find(const Sid& sid) const { return find(std::string_view(sid.data(), sid.size())); }
    EngineConnection& open(Transport transport, const HttpRequest& request);
    void poll(EngineConnection* connection, const HttpRequest& request, net::Exchange exchange);
    void upgrade(EngineConnection* known, const HttpRequest& request, net::Exchange exchange);
    void answer(const Answer& answer);
    void send(net::Exchange exchange, HttpResponse response);
    void preflight(const HttpRequest& request, net::Exchange exchange);

    /// Has the connection destroyed when nobody is inside of it any more.
    void retire(EngineConnection& connection);

    /// An empty output, with the memory of one that was given back. Calls nest.
    EngineOutput take_output();
    void give_back(EngineOutput output);
    void on_timer(Instant now) override;
    void list_backlog(std::vector<net::Backlog::Share>& shares) override;

    net::Loop& loop_;
    StockedRandom random_;
    const EngineServerOptions options_;
    const EngineOptions session_options_;
    Make make_;
    net::Responder* http_ = nullptr;
    EngineCounts counts_;
    FlatTable<std::unique_ptr<EngineConnection>, BySid> connections_;
    std::unordered_map<Number, Waiting> waiting_;
    LatePolls late_polls_;
    std::size_t handshakes_ = 0;  ///< Connections that are not established yet.
    std::uint64_t next_connection_ = 1;
    Number next_channel_ = 1;
    std::vector<std::string> draining_;  ///< Sids of the connections to be closed.
    std::size_t drain_step_ = 1;         ///< Of them at once.
    bool is_draining_ = false;
    std::vector<EngineOutput> outputs_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< For what is posted and may run after us.
};

}  // namespace wgw::sio
