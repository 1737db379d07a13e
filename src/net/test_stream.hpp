#pragma once
/// For tests: a server that answers upgrade requests with WebSockets whose streams write down what they hear.
///
///     StreamServer server(net);
///     auto peer = server.open();             a client's WebSocket, upgraded
///     server.stream().send("hello");         the newest stream

#include "net/stream.hpp"
#include "net/test_handler.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::net {

inline constexpr std::string_view kUpgrade =
    "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

inline constexpr int kClose = 0x88;
inline constexpr int kPing = 0x89;
inline constexpr int kPong = 0x8a;

/// The payload of a close frame.
inline std::string close_code(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 255)}; }

class TestStream final : public Stream {
public:
    void on_open(WebSocket& opened) override
    {
        socket = &opened;
        if (when_open)
            when_open();
    }
    void on_text(std::string_view bytes) override
    {
        heard.emplace_back(bytes);
        if (on_message)
            on_message();
    }
    void on_binary(std::string_view bytes) override { on_text(bytes); }
    std::span<const Frame> queued() override { return queue; }
    void written(std::size_t frames) override
    {
        writes.push_back(frames);
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(frames));
    }
    void on_closed(bool was_broken) override
    {
        closed = true;
        broken = was_broken;
        socket = nullptr;
    }

    void send(std::string_view text)
    {
        queue.push_back(Frame::text(text));
        if (socket != nullptr)
            socket->touch();
    }

    WebSocket* socket = nullptr;
    std::function<void()> when_open;
    std::function<void()> on_message;
    std::vector<Frame> queue;
    std::vector<std::size_t> writes;  ///< How many frames each went out with.
    std::vector<std::string> heard;
    bool closed = false;
    bool broken = false;
};

class StreamServer : public TestServer {
public:
    explicit StreamServer(TestNet& net, HttpServerOptions options = {}) : TestServer(net, options), net_(net)
    {
        handler.on_next = [this](const HttpRequest& request, Exchange exchange) {
            if (!request.wants_upgrade()) {
                http.respond(exchange, text_response(request.target));
                return;
            }
            streams.push_back(std::make_unique<TestStream>());
            if (on_new_stream)
                on_new_stream(stream());
            http.upgrade(exchange, request, stream());
        };
    }
    ~StreamServer() { http.close_all(); }  // before the streams go

    TestStream& stream() { return *streams.back(); }

    /// A peer whose upgrade has been answered.
    std::unique_ptr<Peer> open(int receive_buffer = 0)
    {
        auto peer = std::make_unique<Peer>(net_, port, receive_buffer);
        peer->send(kUpgrade);
        net_.until([&] { return peer->received().ends_with("\r\n\r\n"); });
        peer->clear();
        return peer;
    }

    /// Waits for `count` whole frames, or the end; all there are.
    std::vector<ServerFrame> frames(Peer& peer, std::size_t count)
    {
        net_.until([&] { return server_frames(peer.received()).size() >= count || peer.closed(); });
        return server_frames(peer.received());
    }

    std::function<void(TestStream&)> on_new_stream;
    std::vector<std::unique_ptr<TestStream>> streams;

private:
    TestNet& net_;
};

}  // namespace wgw::net
