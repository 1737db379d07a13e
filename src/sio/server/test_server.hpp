#pragma once
/// For tests: a server without a socket, and what its clients do.

#include "base/random.hpp"
#include "base/time.hpp"
#include "sio/engine/test_wire.hpp"
#include "sio/server/server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wgw::sio {

inline const std::string kPolling = "/socket.io/?EIO=4&transport=polling";
inline const std::string kWebSocket = "/socket.io/?EIO=4&transport=websocket";

class AServer : public testing::Test {
protected:
    AServer() { server_.attach(wire_); }
    ~AServer() override { wire_.hang_up(); }

    void advance(Duration span)
    {
        clock_.advance(span);
        loop_.timers().run(clock_.monotonic());
        wire_.turn();
    }

    /// A WebSocket client that has joined `nsp`; what it was told of that has been read.
    TestClient& join(const std::string& nsp = "")
    {
        auto& client = wire_.open(kWebSocket);
        client.send("40" + nsp);
        wire_.turn();
        client.received();
        return client;
    }

    /// The socket of whoever has joined last; nobody has left meanwhile.
    static Socket& newest(Namespace& nsp) { return *nsp.everybody().sockets().back(); }

    std::vector<std::string> hears(TestClient& client)
    {
        wire_.turn();
        return client.received();
    }

    /// A session over polling: its sid.
    std::string poll()
    {
        const std::string open = wire_.answers[wire_.request("GET", kPolling)].body;
        return open.substr(std::string(R"(0{"sid":")").size(), 20);
    }
    std::uint64_t get(const std::string& sid) { return wire_.request("GET", kPolling + "&sid=" + sid); }
    std::uint64_t post(const std::string& sid, std::string body)
    {
        return wire_.request("POST", kPolling + "&sid=" + sid, std::move(body));
    }
    bool answered(std::uint64_t request) const { return wire_.answers.contains(request); }

    ManualClock clock_;
    SeededRandom random_{1};
    net::Loop loop_{clock_};
    Server server_{loop_, random_, {.engine = {.queue_packets = 100}}};
    Namespace& root_ = server_.of("/");
    TestWire wire_{loop_, [this](HttpRequest request, net::Exchange exchange) {
                       server_.on_request(std::move(request), exchange);
                   }};
};

}  // namespace wgw::sio
