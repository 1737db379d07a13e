#pragma once
/// The public side of the program: HTTP requests to REST or to the Socket.IO server, entries of the log to sockets.
///
/// Lifetime  the tasks under way end when what they wait for has answered; then it may be destroyed
/// Loop only.
/// Tests     gateway_test.cpp, tests/e2e

#include "base/task_scope.hpp"
#include "bus/services.hpp"
#include "gateway/chat_events.hpp"
#include "gateway/documents.hpp"
#include "gateway/rest.hpp"
#include "gateway/room_hub.hpp"
#include "gateway/routes.hpp"
#include "gateway/throttles.hpp"
#include "net/http_server.hpp"
#include "sio/server/server.hpp"

namespace wgw::gateway {

class Gateway final : public net::HttpHandler {
public:
    struct Parts {
        bus::Services& services;  ///< All operations of the features.
        user::UserCache& users;
        chat::LiveChat& chat;
        sio::Server& sockets;
        net::Loop& loop;
        const Tokens& tokens;
        auth::Revocations& revocations;
        const Limits& limits;
        Throttles& throttles;
        const Clock& clock;
        std::string node;
        std::string version;
        RequestIds request_ids;
        Guard::Keep keep = Guard::Keep::no;
    };

    /// All parts outlive it.
    explicit Gateway(Parts parts);
    ~Gateway() override;

    /// What the requests are answered through. Before the first of them.
    void attach(net::Responder& http);

    std::size_t body_limit(const HttpRequest& head) override;
    HttpResponse too_large(const HttpRequest& head, net::Exchange exchange) override;
    void on_head(const HttpRequest& head, net::Exchange exchange) override;
    void on_request(HttpRequest request, net::Exchange exchange) override;
    void on_gone(net::Exchange exchange) override;

    /// From now on what is sent over sockets is answered `draining`. Requests go on being served: each closes its
    /// connection.
    void refuse_work();

    /// Requests under way.
    std::size_t running() const { return tasks_.running(); }

    const Rest& rest() const { return rest_; }
    const EventCounts& events() const { return event_counts_; }

private:
    Task<void> serve(HttpRequest request, net::Exchange exchange);

    sio::Server& sockets_;
    chat::LiveChat& chat_;
    auth::Revocations& revocations_;
    const Throttles& throttles_;
    net::Responder* http_ = nullptr;
    Guard guard_;
    docs::Site site_;
    RequestIds request_ids_;
    Rest rest_;
    EventCounts event_counts_;
    TaskScope hub_tasks_;
    RoomHub hub_;
    ChatEvents events_;
    TaskScope tasks_;  // last: its tasks use all of the above
};

}  // namespace wgw::gateway
