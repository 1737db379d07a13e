#pragma once
/// For tests: what the world looks like to a server without a socket. Requests come from calls, and a TestClient is
/// what would be at the other end of a WebSocket.
///
///     TestWire wire(loop, [&](HttpRequest request, net::Exchange exchange) { server.on_request(…); });
///     server.attach(wire);
///     wire.request("GET", "/socket.io/?EIO=4&transport=polling")      number of the exchange; its answer: answers
///     auto& client = wire.open("/socket.io/?EIO=4&transport=websocket");
///     client.send("40");
///     wire.turn();
///     client.received()                                               packets since the last call

#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wgw::sio {

class TestClient final : public net::WebSocket {
public:
    void touch() override {}
    bool flush_now() override { return take(); }
    void close(std::optional<std::uint16_t> code) override
    {
        closed = true;
        close_code = code;
    }
    void drop() override
    {
        if (stream != nullptr)
            std::exchange(stream, nullptr)->on_closed(true);
    }
    void pause() override { paused = true; }
    void resume() override { paused = false; }

    void send(std::string_view packet) { stream->on_text(packet); }

    std::vector<std::string> received()
    {
        take();
        return std::exchange(packets_, {});
    }

    net::Stream* stream = nullptr;
    bool closed = false;
    std::optional<std::uint16_t> close_code;
    bool paused = false;

private:
    bool take()
    {
        const std::size_t before = packets_.size();
        while (stream != nullptr && !stream->queued().empty()) {
            packets_.emplace_back(stream->queued().front().packet());
            stream->written(1);
        }
        return packets_.size() > before;
    }

    std::vector<std::string> packets_;
};

class TestWire final : public net::Responder {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    TestWire(net::Loop& loop, std::function<void(HttpRequest, net::Exchange)> server)
        : loop_(loop), server_(std::move(server))
    {
    }

    /// Ends a turn of the loop: what was posted runs, and what was touched is flushed.
    void turn()
    {
        loop_.stop();
        loop_.run();
    }

    /// All clients hang up.
    void hang_up()
    {
        turn();
        for (auto& client : clients)
            client.drop();
        turn();
    }

    std::uint64_t request(HttpRequest request)
    {
        server_(std::move(request), {++exchanges, 1});
        turn();
        return exchanges;
    }

    std::uint64_t request(std::string method, std::string target, std::string body = {})
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        return this->request(std::move(request));
    }

    /// A WebSocket that was accepted; what it was sent so far is to be received.
    TestClient& open(std::string target, Headers headers = {})
    {
        HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        request.headers = {
            {"connection",            "Upgrade"                 },
            {"upgrade",               "websocket"               },
            {"sec-websocket-version", "13"                      },
            {"sec-websocket-key",     "AAAAAAAAAAAAAAAAAAAAAA=="},
        };
        std::ranges::move(headers, std::back_inserter(request.headers));
        this->request(std::move(request));
        return clients.back();
    }

    bool respond(net::Exchange exchange, HttpResponse response) override
    {
        answers[exchange.connection] = std::move(response);
        return true;
    }
    bool upgrade(net::Exchange, const HttpRequest&, net::Stream& stream) override
    {
        auto& client = clients.emplace_back();
        client.stream = &stream;
        stream.on_open(client);
        return true;
    }

    std::map<std::uint64_t, HttpResponse> answers;
    std::list<TestClient> clients;
    std::uint64_t exchanges = 0;

private:
    net::Loop& loop_;
    std::function<void(HttpRequest, net::Exchange)> server_;
};

}  // namespace wgw::sio
