#include "sio/server/core.hpp"

#include "codec/base64.hpp"
#include "codec/ws_handshake.hpp"
#include "sio/protocol/engine_handshake.hpp"
#include "sio/server/session.hpp"

#include <array>

namespace wgw::sio {
namespace {

constexpr Duration kDrainTick{20};
constexpr int kGoingAway = 1001;

/// A request's number: both halves of an exchange.
Number number_of(net::Exchange exchange) { return exchange.connection << 20 | exchange.request; }
net::Exchange exchange_of(Number number) { return {number >> 20, static_cast<std::uint32_t>(number & 0xfffff)}; }

EngineOptions engine_options_of(const ServerOptions& options)
{
    EngineOptions engine;
    engine.ping_interval = options.ping_interval;
    engine.ping_timeout = options.ping_timeout;
    engine.upgrade_timeout = options.upgrade_timeout;
    engine.max_payload = options.max_payload;
    engine.queue_bytes = options.queue_bytes;
    engine.queue_packets = options.queue_packets;
    return engine;
}

SocketOptions socket_options_of(const ServerOptions& options)
{
    SocketOptions socket;
    socket.connect_timeout = options.connect_timeout;
    socket.max_payload = options.max_payload;
    return socket;
}

bool is_loopback_origin(std::string_view origin)
{
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos)
        return false;
    std::string_view host = origin.substr(scheme + 3);
    if (host.starts_with("[::1]"))
        host = host.substr(0, 5);
    else
        host = host.substr(0, host.find(':'));
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

Server::Core::Core(net::Loop& loop_, Random& random_, ServerOptions options_)
    : loop(loop_), random(random_), options(std::move(options_)), engine_options(engine_options_of(options)),
      socket_options(socket_options_of(options))
{
}

Server::Core::~Core()
{
    const auto last = std::exchange(sessions, {});  // their handlers may look into the table
}

std::string_view Server::Core::BySid::key_of(const Session& session) { return session.sid(); }

Socket::Id Server::Core::make_id()
{
    constexpr std::size_t kBytes = Socket::kIdSize / 4 * 3;
    if (random_used_ == random_bytes_.size()) {
        random.fill(random_bytes_);
        random_used_ = 0;
    }
    const char* const bytes = reinterpret_cast<const char*>(random_bytes_.data()) + random_used_;
    random_used_ += kBytes;
    const auto text = base64_encode({bytes, kBytes}, Base64::url);
    Socket::Id id;
    std::ranges::copy(text, id.begin());
    return id;
}

bool Server::Core::origin_allowed(const HttpRequest& request) const
{
    const auto origin = request.header("origin");
    if (!origin)
        return true;  // not a browser
    const auto host = request.header("host").value_or("");
    const auto scheme = origin->find("://");
    if (scheme != std::string_view::npos && !host.empty() && origin->substr(scheme + 3) == host)
        return true;
    if (options.loopback_origins && is_loopback_origin(*origin))
        return true;
    return std::ranges::any_of(options.origins, [&](const std::string& known) {
        return known == "*" || known == *origin;
    });
}

Session& Server::Core::make_session(Transport transport, const HttpRequest& request)
{
    const auto sid = make_id();
    auto session = std::make_unique<Session>(
        *this, std::string_view(sid.data(), sid.size()), transport, Handshake(request.headers, request.query())
    );
    Session& made = *session;
    sessions.insert(std::move(session));
    return made;
}

Session* Server::Core::find(std::string_view sid) const
{
    const auto* found = sessions.find(sid);
    return found == nullptr ? nullptr : found->get();
}

void Server::Core::on_request(HttpRequest request, net::Exchange exchange)
{
    const auto query = read_engine_query(request.query());
    Session* session = find(query.sid.value_or(""));
    const bool upgrade = request.wants_upgrade();

    EngineRequest check;
    check.method = request.method;
    check.query = query;
    check.upgrade = upgrade;
    check.origin = request.header("origin").value_or("");
    check.allowed = origin_allowed(request);
    if (auto refusal = check_request(check, session != nullptr ? std::optional(session->transport()) : std::nullopt)) {
        HttpResponse response;
        response.status = refusal->status;
        response.content_type = refusal->content_type;
        response.body = std::move(refusal->body);
        response.close = refusal->close_connection;
        http->respond(exchange, std::move(response));
        return;
    }
    if (session == nullptr && (is_draining_ || handshakes >= options.handshakes)) {
        HttpResponse response;
        response.status = 503;
        response.headers.emplace_back("retry-after", "1");
        response.close = true;
        http->respond(exchange, std::move(response));
        return;
    }
    if (upgrade) {
        if (!is_ws_upgrade(request)) {
            HttpResponse response;
            response.status = 400;
            response.content_type = "text/html";
            response.body = "Bad request";
            response.close = true;
            http->respond(exchange, std::move(response));
            return;
        }
        if (session == nullptr)
            session = &make_session(Transport::websocket, request);
        Channel& channel = session->new_channel();
        if (!http->upgrade(exchange, request, channel))
            channel.on_closed(true);  // the peer is gone already
        return;
    }
    if (session == nullptr)
        session = &make_session(Transport::polling, request);
    const Number number = number_of(exchange);
    waiting_[number] = session;
    if (request.method == "POST") {
        const bool octets = request.header("content-type").value_or("") == "application/octet-stream";
        session->post(number, request.body, octets ? PostBody::octet_stream : PostBody::text);
    } else {
        session->get(number);
    }
}

void Server::Core::on_gone(net::Exchange exchange)
{
    const auto found = waiting_.find(number_of(exchange));
    if (found == waiting_.end())
        return;
    Session* session = found->second;
    waiting_.erase(found);
    session->gone(number_of(exchange));
}

void Server::Core::answer(const Answer& answer)
{
    waiting_.erase(answer.request);
    HttpResponse response;
    response.status = answer.status;
    response.content_type = answer.content_type;
    response.body = answer.body;
    response.headers.emplace_back("cache-control", "no-store");
    response.close = answer.close_connection;
    http->respond(exchange_of(answer.request), std::move(response));
}

EngineOutput Server::Core::take_output()
{
    if (outputs_.empty())
        return {};
    EngineOutput output = std::move(outputs_.back());
    outputs_.pop_back();
    return output;
}

void Server::Core::give_back(EngineOutput output)
{
    output.clear();
    outputs_.push_back(std::move(output));
}

void Server::Core::retire(Session& session)
{
    // From the loop, not from inside of the session; looked up again, because it may be asked twice.
    loop.post([this, alive = std::weak_ptr(alive_), sid = std::string(session.sid()), which = &session] {
        if (alive.expired())
            return;  // the server has gone, and all its sessions with it
        if (find(sid) != which)
            return;
        std::erase_if(waiting_, [which](const auto& entry) { return entry.second == which; });
        sessions.take(std::string_view(sid));
    });
}

bool Server::Core::drained() const
{
    return is_draining_ && std::ranges::all_of(sessions.all(), [](const auto& session) { return session->over(); });
}

void Server::Core::drain(Duration spread)
{
    is_draining_ = true;
    for (const auto& session : sessions.all())
        draining_.emplace_back(session->sid());
    const auto ticks = static_cast<std::size_t>(std::max<std::int64_t>(1, spread / kDrainTick));
    drain_step_ = draining_.size() / ticks + 1;
    on_timer(loop.now());
}

void Server::Core::on_timer(Instant now)
{
    for (std::size_t i = 0; i < drain_step_ && !draining_.empty(); ++i) {
        if (auto* session = find(draining_.back()))
            session->close(CloseReason::server_shutting_down, kGoingAway);
        draining_.pop_back();
    }
    if (!draining_.empty())
        loop.timers().arm(*this, now + kDrainTick);
}

}  // namespace wgw::sio
