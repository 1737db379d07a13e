#include "sio/engine/engine_server.hpp"

#include "base/fence.hpp"
#include "codec/base64.hpp"
#include "codec/url.hpp"
#include "codec/ws_handshake.hpp"
#include "sio/engine/channel.hpp"

#include <algorithm>

namespace wgw::sio {
namespace {

constexpr Duration kDrainTick{20};
constexpr int kGoingAway = 1001;

/// A request's number: both halves of an exchange.
Number number_of(net::Exchange exchange) { return exchange.connection << 20 | exchange.request; }
net::Exchange exchange_of(Number number) { return {number >> 20, static_cast<std::uint32_t>(number & 0xfffff)}; }

EngineOptions session_options(const EngineServerOptions& options)
{
    EngineOptions session;
    session.ping_interval = options.ping_interval;
    session.ping_timeout = options.ping_timeout;
    session.upgrade_timeout = options.upgrade_timeout;
    session.close_wait = options.close_wait;
    session.max_payload = options.max_payload;
    session.queue_bytes = options.queue_bytes;
    session.queue_packets = options.queue_packets;
    session.post_packets = options.post_packets;
    session.allow_upgrades = options.upgrades && options.websocket;
    return session;
}

/// "/live" means the same, and would also be the start of "/lively".
EngineServerOptions with_whole_path(EngineServerOptions options)
{
    if (!options.path.starts_with('/'))
        options.path.insert(0, 1, '/');
    if (!options.path.ends_with('/'))
        options.path += '/';
    return options;
}

HttpResponse plain(int status, std::string_view content_type = {}, std::string body = {}, bool close = false)
{
    HttpResponse response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::move(body);
    response.close = close;
    return response;
}

HttpResponse noop()
{
    auto response = plain(200, "text/plain; charset=UTF-8", "6");
    response.headers.emplace_back("cache-control", "no-store");
    return response;
}

void append(HeaderFields& to, HeaderFields fields) { std::ranges::move(fields, std::back_inserter(to)); }

}  // namespace

EngineServer::EngineServer(net::Loop& loop, Random& random, EngineServerOptions options, Make make)
    : loop_(loop), random_(random), options_(with_whole_path(std::move(options))),
      session_options_(session_options(options_)), make_(std::move(make))
{
    loop_.backlog().join(*this);
}

EngineServer::~EngineServer()
{
    loop_.backlog().leave(*this);
    const auto last = std::exchange(connections_, {});  // their handlers may look into the table
}

// Requests

bool EngineServer::serves(std::string_view path) const
{
    if (!path.contains('%'))
        return path.starts_with(options_.path);
    const auto decoded = percent_decode(path);
    return decoded && decoded->starts_with(options_.path);
}

std::optional<Refusal> EngineServer::check(const HttpRequest& request, const EngineConnection* known) const
{
    EngineRequest check;
    check.method = request.method;
    check.query = read_engine_query(request.query());
    // A transport that is not offered is one that is not known.
    if ((check.query.transport == "polling" && !options_.polling) ||
        (check.query.transport == "websocket" && !options_.websocket))
        check.query.transport.reset();
    check.upgrade = request.wants_upgrade();
    const auto origin = request.header("origin");
    check.origin = origin.value_or("");
    check.allowed = may_connect(options_.origins, origin, request.header("host").value_or(""));
    std::optional<std::string> refusal;
    if (check.allowed && options_.refuse && (known == nullptr || check.upgrade)) {
        if (!fenced("A handler failed.", [&] { refusal = options_.refuse(request); }))
            refusal = "";
        check.allowed = !refusal;
        check.refusal = refusal ? std::string_view(*refusal) : "";
    }
    auto refused = check_request(check, known != nullptr ? std::optional(known->transport()) : std::nullopt);
    if (refused && refusal && check.upgrade)
        refused->status = 400;  // as the reference server: only a foreign origin is told 403 there
    return refused;
}

/// Who asks while nobody knows is put off.
std::optional<HttpResponse> EngineServer::held_off(const HttpRequest& request) const
{
    std::optional<HttpResponse> answer;
    if (!fenced("A handler failed.", [&] { answer = options_.hold_off(request); }))
        answer = plain(503, {}, {}, true);
    return answer;
}

/// A POST whose body takes its time: what it overlaps with is seen now, and its end when it does not come.
void EngineServer::on_head(const HttpRequest& head, net::Exchange exchange)
{
    EngineConnection* connection = find(head);
    if (head.method != "POST" || connection == nullptr || check(head, connection))
        return;
    waiting_[number_of(exchange)] = {sid_of(*connection), ContentCoding::identity, {}};
    connection->begin_post(number_of(exchange));
}

void EngineServer::on_request(HttpRequest request, net::Exchange exchange)
{
    if (request.method == "OPTIONS" && options_.origins.cors)
        return preflight(request, exchange);
    waiting_.erase(number_of(exchange));  // it may have been announced, for a connection that is over by now
    EngineConnection* connection = find(request);
    if (auto refusal = refuse(request, connection))
        return respond(
            request, exchange, connection == nullptr && is_late_poll(request, exchange) ? noop() : *std::move(refusal)
        );
    request.wants_upgrade() ? upgrade(connection, request, exchange) : poll(connection, request, exchange);
}

/// What speaks against a request, as its answer. `known`: the connection that it is for; nullptr: it asks for a new
/// one.
std::optional<HttpResponse> EngineServer::refuse(const HttpRequest& request, const EngineConnection* known)
{
    if (auto refusal = check(request, known))
        return plain(refusal->status, refusal->content_type, std::move(refusal->body), refusal->close_connection);
    if (known == nullptr && is_full()) {
        counts_.refused.add();
        auto response = plain(503, {}, {}, true);
        response.headers.emplace_back("retry-after", "1");
        return response;
    }
    if (request.wants_upgrade() && !is_ws_upgrade(request))
        return plain(400, "text/html", "Bad request", true);
    auto answer = known == nullptr && options_.hold_off ? held_off(request) : std::nullopt;
    if (answer)
        answer->close = request.wants_upgrade();
    return answer;
}

bool EngineServer::is_late_poll(const HttpRequest& request, net::Exchange exchange)
{
    const auto query = read_engine_query(request.query());
    return request.method == "GET" && !request.wants_upgrade() && query.transport == "polling" && query.sid &&
           late_polls_.take(*query.sid, exchange.connection, loop_.now());
}

void EngineServer::expect_late_poll(const EngineConnection& left, Number post)
{
    late_polls_.expect(left.sid(), exchange_of(post).connection, loop_.now());
}

void EngineServer::poll(EngineConnection* connection, const HttpRequest& request, net::Exchange exchange)
{
    const Number number = number_of(exchange);
    Waiting waiting{{}, content_coding(request.header("accept-encoding").value_or("")), {}};
    append(waiting.fields, cors_fields(options_.origins, request.header("origin")));
    if (connection == nullptr) {
        connection = &open(Transport::polling, request);
        if (const auto& cookie = options_.cookie)
            waiting.fields.emplace_back(
                "set-cookie",
                std::string(cookie->name).append("=").append(connection->sid()).append("; ").append(cookie->attributes)
            );
    }
    waiting.sid = sid_of(*connection);
    waiting_[number] = std::move(waiting);
    if (request.method == "POST") {
        // Neither is what a client sends; what is compressed might grow without bound.
        const bool is_text = request.header("content-type").value_or("") != "application/octet-stream" &&
                             !request.header("content-encoding");
        connection->post(number, request.body, is_text ? PostBody::text : PostBody::not_text);
    } else {
        connection->get(number);
    }
}

void EngineServer::upgrade(EngineConnection* known, const HttpRequest& request, net::Exchange exchange)
{
    EngineConnection& connection = known != nullptr ? *known : open(Transport::websocket, request);
    Channel& channel = connection.new_channel();
    counts_.answers[1].add();
    if (!http_->upgrade(exchange, request, channel))
        channel.on_closed(true);  // the peer is gone already
}

void EngineServer::preflight(const HttpRequest& request, net::Exchange exchange)
{
    auto response = plain(204);
    response.headers =
        preflight_fields(options_.origins, request.header("origin"), request.header("access-control-request-headers"));
    send(exchange, std::move(response));
}

void EngineServer::respond(const HttpRequest& request, net::Exchange exchange, HttpResponse response)
{
    append(response.headers, cors_fields(options_.origins, request.header("origin")));
    send(exchange, std::move(response));
}

void EngineServer::send(net::Exchange exchange, HttpResponse response)
{
    counts_.answers[static_cast<std::size_t>(response.status / 100)].add();
    http_->respond(exchange, std::move(response));
}

HttpResponse EngineServer::too_large(const HttpRequest& request, net::Exchange exchange)
{
    // The client may try again with less.
    if (const auto begun = waiting_.extract(number_of(exchange)))
        if (auto* connection = find(begun.mapped().sid))
            connection->give_up_post(number_of(exchange));
    auto response = plain(413);
    response.headers = cors_fields(options_.origins, request.header("origin"));
    return response;
}

void EngineServer::on_gone(net::Exchange exchange)
{
    if (const auto waiting = waiting_.extract(number_of(exchange)))
        if (auto* connection = find(waiting.mapped().sid))
            connection->gone(number_of(exchange));
}

void EngineServer::answer(const Answer& answer)
{
    auto response = plain(answer.status, answer.content_type, std::string(answer.body), answer.close_connection);
    response.headers.emplace_back("cache-control", "no-store");
    if (auto waiting = waiting_.extract(answer.request)) {
        append(response.headers, std::move(waiting.mapped().fields));
        const auto coding = waiting.mapped().coding;
        const bool is_long =
            answer.compress && options_.compressed_from > 0 && response.body.size() >= options_.compressed_from;
        if (is_long && coding != ContentCoding::identity) {
            response.body = compress(response.body, coding);
            response.headers.emplace_back("content-encoding", text_of(coding));
        }
    }
    counts_.polled.add(answer.packets);
    send(exchange_of(answer.request), std::move(response));
}

// Connections

EngineConnection* EngineServer::find(std::string_view sid) const
{
    const auto* found = connections_.find(sid);
    return found == nullptr ? nullptr : found->get();
}

EngineConnection* EngineServer::find(const HttpRequest& request) const
{
    EngineConnection* found = find(read_engine_query(request.query()).sid.value_or(""));
    if (found == nullptr || found->session_.finished())
        return nullptr;
    if (!options_.may_belong)
        return found;
    bool belongs = false;
    fenced("A handler failed.", [&] { belongs = options_.may_belong(request, found->handshake()); });
    return belongs ? found : nullptr;
}

EngineServer::Sid EngineServer::sid_of(const EngineConnection& connection)
{
    Sid sid{};
    std::ranges::copy(connection.sid(), sid.begin());
    return sid;
}

EngineConnection& EngineServer::open(Transport transport, const HttpRequest& request)
{
    std::array<std::byte, 15> bytes{};
    random_.fill(bytes);
    const auto sid = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, Base64::url);
    auto made = make_({*this, sid, transport, Handshake(request, loop_.wall_time())});
    EngineConnection& connection = *made;
    connections_.insert(std::move(made));
    return connection;
}

EngineOutput EngineServer::take_output()
{
    if (outputs_.empty())
        return {};
    EngineOutput output = std::move(outputs_.back());
    outputs_.pop_back();
    return output;
}

void EngineServer::give_back(EngineOutput output)
{
    output.clear();
    outputs_.push_back(std::move(output));
}

void EngineServer::retire(EngineConnection& connection)
{
    // From the loop, not from inside of the connection; looked up again, because it may be asked twice.
    loop_.post([this, alive = std::weak_ptr(alive_), sid = std::string(connection.sid()), which = &connection] {
        if (alive.expired())
            return;  // the server has gone, and all its connections with it
        if (find(sid) == which)
            connections_.take(std::string_view(sid));
    });
}

void EngineServer::list_backlog(std::vector<net::Backlog::Share>& shares)
{
    for (const auto& connection : connections_.all())
        if (const std::size_t bytes = connection->backlog(); bytes > 0)
            shares.push_back({bytes, [this, sid = sid_of(*connection)] {
                                  if (auto* found = find(sid))
                                      found->give_up();
                              }});
}

// The end

bool EngineServer::drained() const
{
    return is_draining_ && std::ranges::all_of(connections_.all(), [](const auto& one) { return one->is_over(); });
}

bool EngineServer::awaits_poll() const
{
    return std::ranges::any_of(connections_.all(), [](const auto& one) { return one->awaits_poll(); });
}

void EngineServer::drain(Duration spread)
{
    is_draining_ = true;
    for (const auto& connection : connections_.all())
        draining_.emplace_back(connection->sid());
    const auto ticks = static_cast<std::size_t>(std::max<std::int64_t>(1, spread / kDrainTick));
    drain_step_ = draining_.size() / ticks + 1;
    on_timer(loop_.now());
}

void EngineServer::on_timer(Instant now)
{
    for (std::size_t i = 0; i < drain_step_ && !draining_.empty(); ++i) {
        if (auto* connection = find(draining_.back()))
            connection->close(CloseReason::server_shutting_down, kGoingAway);
        draining_.pop_back();
    }
    if (!draining_.empty())
        loop_.timers().arm(*this, now + kDrainTick);
}

}  // namespace wgw::sio
