#pragma once
/// REST: a request in, a reply out. Body, route, guard, handler, envelope, in this order; one fence around all of it.
/// What is no route may be a page: of those it hands on what it is given.
///
/// The gateway is a function: tests call serve() without a socket.
/// Tests  rest_test.cpp, tests/golden

#include "base/rate.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "codec/http_request.hpp"
#include "codec/http_response.hpp"
#include "gateway/counts.hpp"
#include "gateway/guard.hpp"
#include "gateway/request_ids.hpp"
#include "gateway/router.hpp"
#include "model/caller.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::gateway {

/// What a handler sees.
struct RestRequest {
    std::string body;                                 ///< Checked JSON.
    std::vector<std::string> parameters;              ///< Of the path, in its order.
    std::string query;                                ///< As sent.
    Caller caller;                                    ///< Of a guarded route; of others only the name of the request.
    std::string address;                              ///< Whoever asks, as in `192.0.2.1`.
    std::string user_agent;                           ///< As sent; empty: not.
    std::optional<std::string> idempotency_key = {};  ///< Of the header, as UTF-8; nothing: not sent.
};

/// What a handler says: the envelope's `data`, as JSON text; empty: none.
struct RestReply {
    std::string data;
    std::vector<std::pair<std::string, std::string>> headers;
};

struct Route {
    RoutePattern pattern;
    bool guarded = true;
    int status = 200;  ///< Of success.
    std::function<Task<Result<RestReply>>(RestRequest)> handler;
    bool recorded = true;  ///< The original has it: its bad fields are told as a bare array.
};

/// The answer to a request for a page; nothing if there is none.
using Pages = std::function<std::optional<HttpResponse>(const HttpRequest&)>;

/// The answer to a request that fails: status, envelope, and when it may be tried again.
HttpResponse failure_response(
    const Failure& failure, Timestamp now, std::string_view request_id = {}, bool recorded = true
);

class Rest {
public:
    /// All but the tables outlive it.
    Rest(
        std::vector<Route> routes, const Guard& guard, const Limits& limits, const Clock& clock,
        RequestIds& request_ids, Pages pages = {}
    );

    /// Never throws: what a handler throws is logged once with the request's id and answered `internal`. Unavailable
    /// is answered `unavailable`, and logged by whoever is away: once, and per request at level debug only.
    Task<HttpResponse> serve(HttpRequest request);

    /// Bytes of body that a request may have.
    std::size_t body_limit(const HttpRequest& head) const;
    HttpResponse too_large() const;

    /// By route, in the order of the table. The last is of no route: what is not there, and what cannot be read.
    const std::vector<RouteCounts>& counts() const { return counts_; }
    const std::vector<Route>& routes() const { return routes_; }

private:
    /// What is known of a request for the log and the counters, as it comes to be known.
    struct Seen {
        std::string request_id;
        std::string trace_id;
        std::string_view method;   ///< Of its route; nothing of what a client sent.
        std::string_view pattern;  ///< The same.
        std::size_t route;
        std::string user_id = {};
        std::string address = {};
        std::optional<Errc> error = {};
        std::string cause = {};
    };

    Task<HttpResponse> fenced(HttpRequest request, Seen& seen);
    Task<HttpResponse> answer(HttpRequest request, Seen& seen);
    HttpResponse fail(const Failure& failure, Seen& seen, bool recorded = true) const;
    void note(const Seen& seen, int status, std::int64_t duration_us);
    void note_body(const HttpRequest& request, const Seen& seen, bool is_read);
    JsonLimits json_limits() const;

    std::vector<Route> routes_;
    Router router_;
    const Guard& guard_;
    const Limits& limits_;
    const Clock& clock_;
    RequestIds& request_ids_;
    Pages pages_;
    std::vector<RouteCounts> counts_;
    Bucket body_lines_;  ///< Of the log, about bodies that cannot be read.
    std::uint64_t body_lines_left_out_ = 0;
};

}  // namespace wgw::gateway
