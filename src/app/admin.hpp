#pragma once
/// The admin listener: is it alive, is it ready. For operators and probes; loopback unless told otherwise.
///
///     GET /livez    200 while the loop turns
///     GET /readyz   200 once started; 503 while starting or draining, or while the store takes no writes
/// Loop only.
/// Tests  admin_test.cpp

#include "net/http_server.hpp"

#include <functional>
#include <string>

namespace wgw::app {

class Admin final : public net::HttpHandler {
public:
    /// `not_ready` says why not, or nothing. It outlives the listener.
    explicit Admin(std::function<std::string()> not_ready) : not_ready_(std::move(not_ready)) {}

    void attach(net::Responder& http) { http_ = &http; }

    std::size_t body_limit(const HttpRequest&) override { return 0; }
    HttpResponse too_large(const HttpRequest&, net::Exchange) override;
    void on_request(HttpRequest request, net::Exchange exchange) override;
    void on_gone(net::Exchange) override {}

private:
    std::function<std::string()> not_ready_;
    net::Responder* http_ = nullptr;
};

}  // namespace wgw::app
