#include "gateway/relay.hpp"

#include "codec/json_text.hpp"

namespace wgw::gateway {

Task<Result<RestReply>> relay(
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the services outlive the routes
    bus::Services& services, bus::Pattern pattern, std::string data, Caller caller, std::vector<bus::Header> headers
)
{
    auto answer = co_await services.ask(pattern, std::move(data), std::move(caller), std::move(headers));
    if (!answer)
        co_return fail(std::move(answer.error()));
    if (answer->kind != bus::Answer::Kind::value) {
        Failure failure = Errc::internal;
        failure.cause = std::string(pattern.name) + " was answered without a value.";
        co_return fail(std::move(failure));
    }
    RestReply reply{std::move(answer->json), {}};
    if (const auto next = bus::header_of(answer->headers, bus::kNextHeader); !next.empty())
        reply.headers.emplace_back("X-Next", next);
    co_return reply;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the services outlive the routes
Task<Result<RestReply>> relay_done(bus::Services& services, bus::Pattern pattern, std::string data, Caller caller)
{
    const auto answer = co_await services.ask(pattern, std::move(data), std::move(caller));
    if (!answer)
        co_return fail(answer.error());
    co_return RestReply{};
}

std::string object_of(std::string_view name, std::string_view value, std::string_view members)
{
    std::string out = "{";
    if (!name.empty()) {
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
        out += members.empty() ? "" : ",";
    }
    return out.append(members) += '}';
}

}  // namespace wgw::gateway
