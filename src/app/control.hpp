#pragma once
/// The control socket: operations for the commands of whoever owns the data folder, which nobody else can reach.
///
///     POST /user.find {"who":"grace.hopper"}   →   {"success":true,"timestamp":…,"data":{…}}     as everywhere
///
/// Where there is no server a command calls serve() itself.
/// Loop only.
/// Tests  control_test.cpp, tests/e2e/operator.test.mjs

#include "app/operations.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "net/http_server.hpp"

#include <string>

namespace wgw::app {

/// Its name in the data folder.
inline constexpr std::string_view kControlSocket = "control.sock";

class Control final : public net::HttpHandler {
public:
    /// `clock` outlives it.
    Control(Operations operations, const Clock& clock);

    void attach(net::Responder& http) { http_ = &http; }

    /// One operation; never throws.
    Task<HttpResponse> serve(std::string operation, std::string arguments);

    std::size_t body_limit(const HttpRequest&) override { return kBodyBytes; }
    HttpResponse too_large(const HttpRequest&, net::Exchange) override;
    void on_request(HttpRequest request, net::Exchange exchange) override;
    void on_gone(net::Exchange) override {}

    /// Operations under way; at most one of each connection.
    std::size_t running() const { return tasks_.running(); }

private:
    static constexpr std::size_t kBodyBytes = 65'536;

    HttpResponse answer(const Result<std::string>& outcome) const;
    Task<void> reply(HttpRequest request, net::Exchange exchange);

    Operations operations_;
    const Clock& clock_;
    net::Responder* http_ = nullptr;
    TaskScope tasks_;  // last: its tasks use all of the above
};

}  // namespace wgw::app
