#pragma once
/// What sessions share: the loop, the options, the table of sessions. Inside of the library only.

#include "base/random.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/socket_session.hpp"
#include "sio/server/server.hpp"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wgw::sio {

class Server::Core final : public net::Timer {
public:
    struct BySid {
        static std::string_view key_of(const Session& session);
        static std::size_t hash(std::string_view sid) { return std::hash<std::string_view>()(sid); }
    };

    Core(net::Loop& loop, Random& random, ServerOptions options);
    ~Core() override;

    void on_request(HttpRequest request, net::Exchange exchange);
    void on_gone(net::Exchange exchange);
    void answer(const Answer& answer);
    void drain(Duration spread);
    bool drained() const;

    /// From the kernel's random source.
    Socket::Id make_id();
    bool origin_allowed(const HttpRequest& request) const;

    /// Has the session destroyed when nobody is inside of it any more.
    void retire(Session& session);

    /// An empty output, with the memory of one that was given back. Calls nest.
    EngineOutput take_output();
    void give_back(EngineOutput output);

    net::Loop& loop;
    Random& random;
    const ServerOptions options;
    const EngineOptions engine_options;
    const SocketOptions socket_options;
    net::Responder* http = nullptr;
    std::unordered_map<std::string, std::unique_ptr<Namespace>> namespaces;
    FlatTable<std::unique_ptr<Session>, BySid> sessions;
    std::size_t handshakes = 0;  ///< Sessions that have joined no namespace yet.
    std::uint64_t next_session = 1;
    std::uint64_t next_socket = 1;
    Number next_channel = 1;

private:
    void on_timer(Instant now) override;
    Session* find(std::string_view sid) const;
    Session& make_session(Transport transport, const HttpRequest& request);

    std::unordered_map<Number, Session*> waiting_;  ///< Requests that are not answered yet.
    std::vector<std::string> draining_;             ///< Sids of the sessions to be closed.
    std::size_t drain_step_ = 1;                    ///< Of them at once.
    bool is_draining_ = false;
    std::vector<EngineOutput> outputs_;

    /// A stock of randomness for ids: one system call for many of them.
    std::array<std::byte, std::size_t{32} * 15> random_bytes_;
    std::size_t random_used_ = sizeof random_bytes_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< For what is posted and may run after us.
};

}  // namespace wgw::sio
