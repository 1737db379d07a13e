/// bench_sio_relay <port>: the relay of the bench on our own Socket.IO library, without chat.
///
///     CONNECT {"room":"7"}          the client is in room 7
///     ["send",<argument>]           everybody in the room gets ["recv",<argument>], the sender too

#include "base/random.hpp"
#include "base/time.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/server.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

using namespace wgw;

/// Socket.IO and nothing else.
class Site final : public net::HttpHandler {
public:
    explicit Site(sio::Server& sockets) : sockets_(sockets) {}
    std::size_t body_limit(const HttpRequest&) override { return sockets_.body_limit(); }
    HttpResponse too_large(const HttpRequest& head) override { return sockets_.too_large(head); }
    void on_request(HttpRequest request, net::Exchange exchange) override
    {
        sockets_.on_request(std::move(request), exchange);
    }
    void on_gone(net::Exchange exchange) override { sockets_.on_gone(exchange); }

private:
    sio::Server& sockets_;
};

std::string room_of(const sio::Socket& socket)
{
    if (socket.auth().empty())
        return {};
    const auto room = JsonValue(socket.auth()).find("room");
    return room && room->is_string() ? room->string() : std::string();
}

void serve(std::uint16_t port)
{
    SystemClock clock;
    SystemRandom random;
    net::Loop loop(clock);
    sio::Server sockets(loop, random, {});
    auto& everybody = sockets.of("/");
    everybody.on_connection([](sio::Socket& socket) {
        socket.data = room_of(socket);
        socket.join(room_of(socket));
    });
    everybody.on("send", [&everybody](sio::Socket& socket, const sio::Arguments& arguments, const sio::Reply&) {
        const auto& room = *std::any_cast<std::string>(&socket.data);
        everybody.broadcast(room, everybody.encode_values("recv", arguments.values()));
    });
    Site site(sockets);
    net::HttpServer http(loop, site, {});
    sockets.attach(http);
    std::printf("listening on %u\n", http.listen("127.0.0.1", port));
    std::fflush(stdout);
    loop.run();
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string_view port = argc == 2 ? argv[1] : "";
    std::uint16_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc{}) {
        std::fputs("bench_sio_relay <port>\n", stderr);
        return 2;
    }
    try {
        serve(number);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_sio_relay: %s\n", error.what());
        return 1;
    }
}
