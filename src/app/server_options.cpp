#include "app/server_options.hpp"

#include "gateway/rest.hpp"
#include "gateway/session_owner.hpp"

namespace wgw::app {
namespace {

Duration seconds(std::int64_t number) { return std::chrono::seconds(number); }
std::size_t size(std::int64_t number) { return static_cast<std::size_t>(number); }

}  // namespace

net::HttpServerOptions http_options(const Limits& limits)
{
    net::HttpServerOptions http;
    http.port_setting = "GATEWAY_PORT, or --port";
    http.parser = {.header_bytes = size(limits.header_bytes), .header_fields = size(limits.header_fields)};
    http.header_time = seconds(limits.header_s);
    http.body_time = seconds(limits.body_s);
    http.keep_alive = seconds(limits.keepalive_s);
    http.keep_alive_requests = static_cast<std::uint32_t>(limits.keepalive_requests);
    http.pipeline_bytes = size(limits.pipeline_bytes);
    http.connections = size(limits.connections);
    http.max_payload = size(limits.payload_bytes);
    http.frames = static_cast<int>(limits.frames);
    http.control = limits.control;
    http.inbound_bytes = size(limits.inbound_bytes);
    http.message_time = seconds(limits.message_s);
    return http;
}

namespace {

void set_limits(sio::ServerOptions& sockets, const Limits& limits)
{
    auto& engine = sockets.engine;
    engine.ping_interval = seconds(limits.ping_interval_s);
    engine.ping_timeout = seconds(limits.ping_timeout_s);
    engine.upgrade_timeout = seconds(limits.upgrade_s);
    engine.max_payload = size(limits.payload_bytes);
    engine.queue_bytes = size(limits.queue_bytes);
    engine.queue_packets = size(limits.queue_packets);
    engine.post_packets = size(limits.poll_packets);
    sockets.connect_timeout = seconds(limits.connect_s);
    sockets.attachment_timeout = seconds(limits.attachment_s);
    sockets.max_attachments = static_cast<int>(limits.attachments);
    sockets.json = {static_cast<int>(limits.json_depth), size(limits.json_nodes)};
    sockets.max_namespaces = size(limits.namespaces);
}

}  // namespace

sio::ServerOptions socket_options(
    const Options& options, gateway::Throttles& throttles, const Tokens& tokens, const Clock& clock
)
{
    sio::ServerOptions sockets;
    set_limits(sockets, options.limits);
    sockets.engine.hold_off = [&throttles, &clock](const HttpRequest& request) -> std::optional<HttpResponse> {
        if (const auto refused = throttles.connect(request.peer))
            return gateway::failure_response(*refused, clock.now());
        return {};
    };
    sockets.engine.on_gone = [&throttles](const sio::Handshake& handshake) {
        throttles.disconnect(handshake.address());
    };
    sockets.engine.origins.allowed = options.origins;
    sockets.engine.origins.loopback = is_loopback_name(options.host);
    sockets.engine.may_belong = [&tokens](const HttpRequest& request, const sio::Handshake& handshake) {
        return gateway::may_belong(request.header("authorization"), handshake.header("authorization"), tokens);
    };
    return sockets;
}

Check limits_check(const Options& options)
{
    Check limits{"limits"};
    if (options.bench_limits)
        limits.sentence = "WGW_LIMITS=bench: no rate limits per user, room and address";
    return limits;
}

}  // namespace wgw::app
