#include "net/http_server.hpp"

#include "base/log.hpp"
#include "codec/ws_handshake.hpp"
#include "net/http_connection.hpp"
#include "net/websocket_connection.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <netdb.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace wgw::net {
namespace asio = boost::asio;

namespace {

constexpr int kBacklog = 4'096;
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

std::size_t greatest_number_of_connections()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return 1'000'000;
    return limit.rlim_cur > 2 * kReservedFiles ? limit.rlim_cur - kReservedFiles : limit.rlim_cur / 2;
}

std::string why_not(const std::string& host, std::uint16_t port, const boost::system::error_code& error)
{
    if (error.value() == EADDRNOTAVAIL)
        return host + " is no address of this machine. Listen on one that is, or on 0.0.0.0 for all of them.";
    if (error == asio::error::access_denied)
        return "Port " + std::to_string(port) +
               " needs a privilege that this process does not have. Choose one from 1024 on: GATEWAY_PORT, or --port.";
    return "Cannot listen on " + host + ", port " + std::to_string(port) + ": " + error.message() + ".";
}

}  // namespace

class HttpServer::Acceptor final : public Timer {
public:
    using Kernel = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

    Acceptor(HttpServer& server, Kernel kernel) : server_(server), kernel_(std::move(kernel)) { wait(); }

    std::uint16_t port() const { return kernel_.local_endpoint().port(); }

    void resume()
    {
        if (!armed())
            return;
        cancel();
        wait();
    }

private:
    void wait()
    {
        kernel_.async_wait(Kernel::wait_read, [this](const boost::system::error_code& error) {
            if (error != asio::error::operation_aborted)
                accept();
        });
    }

    void accept()
    {
        for (int i = 0; i < kAcceptsPerEvent; ++i) {
            if (server_.connections_.size() >= server_.options_.connections)
                return rest("All connections are in use; new ones wait.");
            Socket socket(server_.loop_.context());
            boost::system::error_code error;
            kernel_.accept(socket, error);
            if (error == asio::error::would_block || error == asio::error::try_again)
                break;
            if (error == asio::error::no_descriptors || error.value() == ENFILE || error == asio::error::no_memory ||
                error == asio::error::no_buffer_space)
                return rest("Connections cannot be accepted: " + error.message());
            if (error)
                continue;  // that connection was gone before it was taken
            socket.non_blocking(true, error);
            socket.set_option(asio::ip::tcp::no_delay(true), error);
            server_.add(std::move(socket));
        }
        wait();
    }

    /// A second without accepting: the peers wait in the kernel's queue.
    void rest(std::string_view sentence)
    {
        const Instant now = server_.loop_.now();
        server_.loop_.timers().arm(*this, now + kRest);
        if (!is_due(quiet_until_, now))
            return;  // a connection that ended has ended the rest early, and the next one took its place
        log::warn(
            sentence,
            {
                {"connections", server_.connections_.size()}
        }
        );
    }
    void on_timer(Instant) override { wait(); }

    HttpServer& server_;
    Kernel kernel_;
    Instant quiet_until_;
};

HttpServer::HttpServer(Loop& loop, HttpHandler& handler, HttpServerOptions options)
    : loop_(loop), handler_(handler), options_(options)
{
    if (options_.connections == 0)
        options_.connections = greatest_number_of_connections();
}

HttpServer::~HttpServer()
{
    stop_accepting();
    close_all();
}

std::uint16_t HttpServer::listen(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
        throw std::runtime_error(
            "Cannot listen on \"" + host + "\": " + ::gai_strerror(error) +
            ". Give a name or an IP address of this machine."
        );
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(list, &::freeaddrinfo);

    std::string problem;
    std::uint16_t bound = port;
    for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (at->ai_addrlen > endpoint.capacity())
            continue;
        std::memcpy(endpoint.data(), at->ai_addr, at->ai_addrlen);
        endpoint.resize(at->ai_addrlen);
        endpoint.port(bound);
        Acceptor::Kernel kernel(loop_.context());
        boost::system::error_code error;
        kernel.open(endpoint.protocol(), error);
        if (!error && endpoint.protocol() == asio::ip::tcp::v6())
            kernel.set_option(asio::ip::v6_only(true), error);
        if (!error)
            kernel.set_option(Acceptor::Kernel::reuse_address(true), error);
        if (!error)
            kernel.bind(endpoint, error);
        if (!error)
            kernel.listen(kBacklog, error);
        if (!error)
            kernel.non_blocking(true, error);
        if (error == asio::error::address_in_use)
            throw std::runtime_error(
                "Port " + std::to_string(endpoint.port()) + " of " + host +
                " is in use by another program. Stop it, or choose another port: " + options_.port_setting + "."
            );
        if (error) {
            problem = why_not(host, port, error);  // a machine without IPv6 still has its other address
            continue;
        }
        acceptors_.push_back(std::make_unique<Acceptor>(*this, std::move(kernel)));
        bound = acceptors_.back()->port();
    }
    if (acceptors_.empty())
        throw std::runtime_error(problem);
    return bound;
}

void HttpServer::stop_accepting()
{
    draining_ = true;
    acceptors_.clear();
}

void HttpServer::add(Socket socket)
{
    const auto number = next_number_++;
    const Ref<HttpConnection> connection(new HttpConnection(*this, std::move(socket), number));
    connections_.emplace(number, Ref<Connection>(connection.get()));
    connection->start();
}

void HttpServer::erase(std::uint64_t number)
{
    const auto found = connections_.find(number);
    if (found == connections_.end())
        return;
    const Ref<Connection> last = std::move(found->second);  // destroyed when the table is in order again
    inbound_bytes_ -= std::exchange(last->counted_inbound_, 0);
    connections_.erase(found);
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
        const auto largest = std::ranges::max_element(connections_, {}, [](const auto& entry) {
            return entry.second->counted_inbound_;
        });
        const Ref<Connection> shed = largest->second;
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

HttpConnection* HttpServer::find(Exchange exchange)
{
    const auto found = connections_.find(exchange.connection);
    auto* connection = found == connections_.end() ? nullptr : dynamic_cast<HttpConnection*>(found->second.get());
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
    connections_.emplace(number, Ref<Connection>(after.get()));
    after->accept(handed.unsent + ws_accept(request));
    after->start(std::move(handed.unread));
    return true;
}

void HttpServer::close_idle()
{
    draining_ = true;
    std::vector<Ref<Connection>> all;
    for (const auto& [number, connection] : connections_)
        all.push_back(connection);
    for (const auto& connection : all)
        if (auto* http = dynamic_cast<HttpConnection*>(connection.get()))
            http->close_soon();
}

void HttpServer::close_all()
{
    std::vector<Ref<Connection>> all;
    for (const auto& [number, connection] : connections_)
        all.push_back(connection);
    for (const auto& connection : all) {
        if (auto* http = dynamic_cast<HttpConnection*>(connection.get()))
            http->abandon();
        else if (auto* socket = dynamic_cast<WebSocketConnection*>(connection.get()))
            socket->drop();
    }
}

}  // namespace wgw::net
