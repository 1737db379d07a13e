#include "gateway/rest.hpp"

#include "base/log.hpp"
#include "codec/json_text.hpp"
#include "codec/trace_context.hpp"
#include "codec/utf8.hpp"
#include "gateway/envelope.hpp"
#include "gateway/rest_body.hpp"
#include "model/failure_json.hpp"

namespace wgw::gateway {
namespace {

std::vector<RoutePattern> patterns_of(const std::vector<Route>& routes)
{
    std::vector<RoutePattern> patterns;
    for (const auto& route : routes)
        patterns.push_back(route.pattern);
    return patterns;
}

/// When it may be tried again, and what the limit is: draft-ietf-httpapi-ratelimit-headers, in its separate fields.
std::vector<std::pair<std::string, std::string>> waiting_fields(const Failure& failure)
{
    std::vector<std::pair<std::string, std::string>> fields;
    if (failure.retry_after_ms <= 0)
        return fields;
    const std::string seconds = std::to_string((failure.retry_after_ms + 999) / 1000);
    fields.emplace_back("Retry-After", seconds);
    if (failure.limit > 0) {
        fields.emplace_back("RateLimit-Limit", std::to_string(failure.limit));
        fields.emplace_back("RateLimit-Remaining", "0");
        fields.emplace_back("RateLimit-Reset", seconds);
    }
    return fields;
}

/// Anybody can send them, so the log has some a second, and how many there were.
constexpr Rate kBodyLines{1, std::chrono::seconds(1), 20};

HttpResponse json_response(int status, std::string body)
{
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json; charset=utf-8";
    response.body = std::move(body);
    return response;
}

}  // namespace

HttpResponse failure_response(const Failure& failure, Timestamp now, std::string_view request_id, bool recorded)
{
    HttpResponse response =
        json_response(failure.http_status(), envelope(false, now, failure_data(failure, request_id, recorded)));
    response.headers = waiting_fields(failure);
    return response;
}

Rest::Rest(
    std::vector<Route> routes, const Guard& guard, const Limits& limits, const Clock& clock, RequestIds& request_ids,
    Pages pages
)
    : routes_(std::move(routes)), router_(patterns_of(routes_)), guard_(guard), limits_(limits), clock_(clock),
      request_ids_(request_ids), pages_(std::move(pages)), counts_(routes_.size() + 1)
{
}

std::size_t Rest::body_limit(const HttpRequest& head) const
{
    const auto parts = split_path(head.path());
    const auto match = parts ? router_.match(head.method, *parts) : std::nullopt;
    const bool guarded = match && routes_[match->route].guarded;
    return static_cast<std::size_t>(guarded ? limits_.body_bytes : limits_.body_anon_bytes);
}

HttpResponse Rest::too_large() const { return json_response(413, envelope(false, clock_.now(), {})); }

HttpResponse Rest::fail(const Failure& failure, Seen& seen, bool recorded) const
{
    seen.error = failure.code;
    seen.cause = failure.cause;
    return failure_response(failure, clock_.now(), seen.request_id, recorded);
}

Task<HttpResponse> Rest::serve(HttpRequest request)
{
    const auto began_us = clock_.monotonic_us();
    const auto given = request.header("x-request-id");
    const bool echoed = given && is_request_id(*given);
    Seen seen{
        .request_id = echoed ? std::string(*given) : request_ids_.next(),
        .trace_id = std::string(trace_id_of(request.header("traceparent").value_or(""))),
        .method = "",
        .pattern = "none",
        .route = routes_.size(),
        .address = request.peer
    };
    HttpResponse response = co_await fenced(std::move(request), seen);
    if (echoed)
        response.headers.emplace_back("X-Request-Id", seen.request_id);
    note(seen, response.status, clock_.monotonic_us() - began_us);
    co_return response;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): serve() awaits it
Task<HttpResponse> Rest::fenced(HttpRequest request, Seen& seen)
{
    Failure failure = Errc::internal;
    try {
        co_return co_await answer(std::move(request), seen);
    } catch (const Unavailable& away) {
        // Whoever is away has told the operator, once: not every request that meets it has to.
        failure = Errc::unavailable;
        failure.cause = away.what();
    } catch (const Refused& refused) {
        failure = refused.failure;
    } catch (const std::exception& error) {
        failure.cause = error.what();
    }
    co_return fail(failure, seen);
}

void Rest::note(const Seen& seen, int status, std::int64_t duration_us)
{
    auto& counts = counts_[seen.route];
    counts.statuses[static_cast<std::size_t>(status / 100)].add();
    counts.results.add(seen.error);
    counts.duration_us.observe(static_cast<std::uint64_t>(duration_us));
    const bool failed = seen.error == Errc::internal;
    if (!failed && !log::is_on(log::Level::debug))
        return;
    log::write(
        failed ? log::Level::error : log::Level::debug, failed ? "A request failed." : "Answered.",
        {
            {"request_id",  seen.request_id                                            },
            {"trace_id",    seen.trace_id                                              },
            {"user_id",     seen.user_id                                               },
            {"method",      seen.method                                                },
            {"route",       seen.pattern                                               },
            {"status",      status                                                     },
            {"code",        seen.error ? row(*seen.error).name : std::string_view("ok")},
            {"duration_us", duration_us                                                },
            {"address",     seen.address                                               },
            {"what",        seen.cause                                                 },
    }
    );
}

/// The answer to such a body is recorded, and has no reason in it: whoever is asked for one looks here.
void Rest::note_body(const HttpRequest& request, const Seen& seen, bool is_read)
{
    if (!log::is_on(log::Level::info))
        return;
    if (body_lines_.take(Pace(kBodyLines), clock_.monotonic()) > Duration(0)) {
        ++body_lines_left_out_;
        return;
    }
    const auto left_out = std::exchange(body_lines_left_out_, 0);
    if (is_read) {
        log::info(
            "JSON came as a form, and was read as one: it has no fields. Send the header Content-Type: "
            "application/json.",
            {
                {"request_id", seen.request_id},
                {"route",      seen.pattern   },
                {"address",    seen.address   },
                {"left_out",   left_out       },
        }
        );
        return;
    }
    const auto fault = explain_body(request, json_limits());
    log::info(
        "A body could not be read.",
        {
            {"request_id", seen.request_id    },
            {"what",       fault.what         },
            {"at_byte",    fault.at           },
            {"line",       fault.line         },
            {"of_bytes",   request.body.size()},
            {"address",    seen.address       },
            {"left_out",   left_out           },
    }
    );
}

JsonLimits Rest::json_limits() const
{
    return {static_cast<int>(limits_.json_depth), static_cast<std::size_t>(limits_.json_nodes)};
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): fenced() awaits it
Task<HttpResponse> Rest::answer(HttpRequest request, Seen& seen)
{
    auto body = read_body(request, json_limits());
    if (!body) {
        seen.error = Errc::validation_failed;
        note_body(request, seen, false);
        const bool malformed = body.error() == BodyError::malformed;
        HttpResponse response = json_response(malformed ? 400 : 415, envelope(false, clock_.now(), {}));
        response.close = malformed;
        co_return response;
    }
    const std::string_view path = request.path();
    const auto parts = split_path(path);
    if (!parts) {
        seen.error = Errc::validation_failed;
        std::string text = R"({"error":"Bad Request","code":"FST_ERR_BAD_URL","message":)";
        append_json_string(text, "'" + to_utf8(path) + "' is not a valid url component");
        text += R"(,"statusCode":400})";
        HttpResponse response = json_response(400, std::move(text));
        response.content_type = "application/json";
        co_return response;
    }
    auto match = router_.match(request.method, *parts);
    if (!match) {
        if (auto page = pages_ ? pages_(request) : std::nullopt)
            co_return *std::move(page);
        const Failure none(Errc::not_found, "Cannot " + request.method + " " + to_utf8(request.target));
        co_return fail(none, seen);
    }
    const Route& route = routes_[match->route];
    seen.route = match->route;
    seen.method = route.pattern.method;
    seen.pattern = route.pattern.path;
    RestRequest call{
        .body = *std::move(body),
        .parameters = std::move(match->parameters),
        .query = std::string(request.query()),
        .caller = {},
        .address = request.peer,
        .user_agent = std::string(request.header("user-agent").value_or("")),
    };
    if (const auto key = request.header("idempotency-key"))
        call.idempotency_key = to_utf8(*key);
    if (route.guarded) {
        auto caller = guard_.check_authorization(request.header("authorization"));
        if (!caller)
            co_return fail(caller.error(), seen);
        call.caller = *std::move(caller);
        if (!call.caller.user_id.empty())
            seen.user_id = call.caller.user_id.hex();
    }
    call.caller.origin.request_id = seen.request_id;
    auto reply = co_await route.handler(std::move(call));
    if (!reply) {
        if (reply.error().code == Errc::validation_failed && is_json_in_form(request))
            note_body(request, seen, true);
        co_return fail(reply.error(), seen, route.recorded);
    }
    HttpResponse response = json_response(route.status, envelope(true, clock_.now(), reply->data));
    response.headers = std::move(reply->headers);
    co_return response;
}

}  // namespace wgw::gateway
