#include "net/http_server.hpp"

#include "base/log.hpp"
#include "codec/ws_handshake.hpp"
#include "net/http_connection.hpp"
#include "net/listen.hpp"
#include "net/websocket_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/socket.h>

namespace wgw::net {
namespace {

constexpr std::size_t kReservedFiles = 256;  // for the store, logs and what a library opens
constexpr int kAcceptsPerEvent = 64;
constexpr Duration kRest{1'000};

/// At most once a second: moves `quiet_until` on when it says yes.
bool is_due(Instant& quiet_until, Instant now)
{
    if (now < quiet_until)
        return false;
    quiet_until = now + Duration(1'000);
    return true;
}

/// Whether accept() says that the connection which it would have taken has failed before: the next one may be good.
bool was_gone(int error)
{
    constexpr std::array kOfThatConnection{ECONNABORTED, EINTR,        EPROTO,     ENETDOWN,   ENOPROTOOPT,
                                           EHOSTDOWN,    EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
    return std::ranges::find(kOfThatConnection, error) != kOfThatConnection.end();
}

std::size_t greatest_number_of_connections()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return 1'000'000;
    return limit.rlim_cur > 2 * kReservedFiles ? limit.rlim_cur - kReservedFiles : limit.rlim_cur / 2;
}

}  // namespace

class HttpServer::Acceptor final : public Watcher, public Timer {
public:
    Acceptor(HttpServer& server, Fd listening) : server_(server), listening_(std::move(listening)) { set(true); }
    ~Acceptor() override { server_.loop_.readiness().forget(*this); }

    void resume()
    {
        if (!armed())
            return;
        cancel();
        set(true);
    }

    /// Takes all that wait in the kernel's queue: closing it would reset them, and who has sent a request cannot know
    /// whether it was heard.
    void take_last()
    {
        ignore_new(listening_);
        while (accept()) {
        }
    }

private:
    void set(bool accepting)
    {
        const Interest wanted = accepting ? Interest::read : Interest::none;
        server_.loop_.readiness().watch(listening_.get(), *this, wanted, std::exchange(watched_, wanted));
    }

    void on_ready(Interest) override
    {
        for (int i = 0; i < kAcceptsPerEvent && accept(); ++i) {
        }
    }

    /// Takes one from the kernel's queue. False: there is none, or no room for it.
    bool accept()
    {
        if (server_.connections_.size() >= server_.options_.connections)
            return rest("All connections are in use; new ones wait.");
        Fd accepted(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted) {
            server_.add(std::move(accepted));
            return true;
        }
        const int error = errno;
        if (error == EAGAIN)
            return false;
        return was_gone(error) || rest(std::string("Connections cannot be accepted: ") + std::strerror(error));
    }

    /// A second without accepting: the peers wait in the kernel's queue. False.
    bool rest(std::string_view sentence)
    {
        const Instant now = server_.loop_.now();
        server_.counts_.rests.add();
        set(false);
        server_.loop_.timers().arm(*this, now + kRest);
        if (!is_due(quiet_until_, now))
            return false;  // a connection that ended has ended the rest early, and the next one took its place
        log::warn(
            sentence,
            {
                {"connections", server_.connections_.size()}
        }
        );
        return false;
    }
    void on_timer(Instant) override { set(true); }

    HttpServer& server_;
    Fd listening_;
    Interest watched_ = Interest::none;
    Instant quiet_until_;
};

HttpServer::HttpServer(Loop& loop, HttpHandler& handler, HttpServerOptions options)
    : loop_(loop), handler_(handler), options_(options)
{
    if (options_.connections == 0)
        options_.connections = greatest_number_of_connections();
    loop_.backlog().join(*this);
}

HttpServer::~HttpServer()
{
    loop_.backlog().leave(*this);
    stop_accepting();
    close_all();
}

std::uint16_t HttpServer::listen(const std::string& host, std::uint16_t port)
{
    auto listening = listen_on(host, port, options_.port_setting);
    const std::uint16_t bound = port_of(listening.front());
    for (auto& one : listening)
        acceptors_.push_back(std::make_unique<Acceptor>(*this, std::move(one)));
    return bound;
}

void HttpServer::listen_at(const std::string& path)
{
    acceptors_.push_back(std::make_unique<Acceptor>(*this, net::listen_at(path)));
}

void HttpServer::stop_accepting()
{
    for (const auto& acceptor : acceptors_)
        acceptor->take_last();
    acceptors_.clear();
}

void HttpServer::add(Fd accepted)
{
    counts_.accepted.add();
    const auto number = next_number_++;
    const Ref<HttpConnection> connection(new HttpConnection(*this, {std::move(accepted)}, number));
    connections_.insert(Ref<Connection>(connection.get()));
    connection->start();
}

void HttpServer::erase(std::uint64_t number)
{
    const Ref<Connection> last = connections_.take(number);  // destroyed when all is in order again
    if (!last)
        return;
    inbound_bytes_ -= std::exchange(last->counted_inbound_, 0);
    for (const auto& acceptor : acceptors_)
        acceptor->resume();
}

void HttpServer::count_inbound(Connection& connection)
{
    if (!connection.is_open())
        return;  // it has left the table, or is about to
    inbound_bytes_ += connection.inbound_bytes() - connection.counted_inbound_;
    connection.counted_inbound_ = connection.inbound_bytes();
}

void HttpServer::bound_inbound()
{
    while (inbound_bytes_ > options_.inbound_bytes) {
        auto all = connections_.all();
        const Ref<Connection> shed =
            *std::ranges::max_element(all, {}, [](const auto& connection) { return connection->counted_inbound_; });
        if (is_due(quiet_until_, loop_.now()))
            log::warn(
                "Half-received messages take too much memory; the connections with the largest are closed.",
                {
                    {"bytes", inbound_bytes_}
            }
            );
        inbound_bytes_ -= std::exchange(shed->counted_inbound_, 0);
        shed->shed_inbound();
    }
}

void HttpServer::list_backlog(std::vector<Backlog::Share>& shares)
{
    for (const auto& connection : connections_.all())
        if (const std::size_t bytes = connection->outbound_bytes(); bytes > 0)
            shares.push_back({bytes, [connection] { connection->shed_outbound(); }});
}

HttpConnection* HttpServer::find(Exchange exchange)
{
    const auto* found = connections_.find(exchange.connection);
    auto* connection = found == nullptr ? nullptr : dynamic_cast<HttpConnection*>(found->get());
    return connection != nullptr && connection->awaits(exchange.request) ? connection : nullptr;
}

bool HttpServer::respond(Exchange exchange, HttpResponse response)
{
    auto* connection = find(exchange);
    if (connection == nullptr)
        return false;
    const Ref<HttpConnection> alive(connection);
    connection->respond(response);
    return true;
}

bool HttpServer::upgrade(Exchange exchange, const HttpRequest& request, Stream& stream)
{
    auto* before = find(exchange);
    if (before == nullptr)
        return false;
    auto handed = before->hand_over();
    erase(exchange.connection);
    const auto number = next_number_++;
    const Ref<WebSocketConnection> after(new WebSocketConnection(*this, std::move(handed.socket), number, stream));
    connections_.insert(Ref<Connection>(after.get()));
    after->accept(handed.unsent + ws_accept(request));
    after->start(std::move(handed.unread));
    return true;
}

std::vector<Ref<Connection>> HttpServer::all() const
{
    auto all = connections_.all();
    return {all.begin(), all.end()};
}

void HttpServer::close_idle()
{
    stop_reusing();
    for (const auto& connection : all())
        if (auto* http = dynamic_cast<HttpConnection*>(connection.get()))
            http->close_soon();
}

bool HttpServer::drained() const
{
    const auto is_over = [](const auto& connection) {
        const auto* http = dynamic_cast<const HttpConnection*>(connection.get());
        return http == nullptr || http->is_over();
    };
    return stops_reusing_ && std::ranges::all_of(connections_.all(), is_over);
}

void HttpServer::close_all()
{
    for (const auto& connection : all()) {
        if (auto* http = dynamic_cast<HttpConnection*>(connection.get()))
            http->abandon();
        else if (auto* socket = dynamic_cast<WebSocketConnection*>(connection.get()))
            socket->drop();
    }
}

}  // namespace wgw::net
