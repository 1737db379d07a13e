#pragma once
/// The admin listener: is it alive, is it ready, what does it count. For operators and probes; loopback unless told
/// otherwise, no token, and nothing of it is in the log.
///
///     GET /livez            200 while the loop turns in time; 503 where something waited for it for kLate
///     GET /readyz           200 once started; 503 and the reason while one of the checks says no
///     GET /readyz?verbose   each check by name, and why not; with Accept: application/json as JSON
///     GET /metrics          OpenMetrics, or the older text format for who does not ask for that
/// Loop only.
/// Tests  admin_test.cpp, tests/e2e/metrics.test.mjs

#include "base/metrics_page.hpp"
#include "base/time.hpp"
#include "net/http_server.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::app {

/// One thing that has to hold for a server to be ready.
struct Check {
    std::string_view name;
    std::string_view problem = {};   ///< A word; empty: it holds.
    std::string_view sentence = {};  ///< What that means, or what is worth knowing although it holds.

    bool holds() const { return problem.empty(); }
};

class Admin final : public net::HttpHandler {
public:
    /// A loop that was as late as that in the last seconds is taken for dead.
    static constexpr Duration kLate{5'000};

    /// What is asked; all of it outlives the listener.
    struct Parts {
        std::function<std::vector<Check>()> checks;  ///< The most important first.
        std::function<Duration()> lag;               ///< The worst of the last seconds.
        std::function<std::string(MetricsPage::Form)> metrics;
    };
    explicit Admin(Parts parts) : parts_(std::move(parts)) {}

    void attach(net::Responder& http) { http_ = &http; }

    std::size_t body_limit(const HttpRequest&) override { return 0; }
    HttpResponse too_large(const HttpRequest&, net::Exchange) override;
    void on_request(HttpRequest request, net::Exchange exchange) override;
    void on_gone(net::Exchange) override {}

private:
    HttpResponse answer(const HttpRequest& request) const;
    HttpResponse livez() const;
    HttpResponse readyz(const HttpRequest& request) const;
    HttpResponse metrics(const HttpRequest& request) const;

    Parts parts_;
    net::Responder* http_ = nullptr;
};

}  // namespace wgw::app
