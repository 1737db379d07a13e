#pragma once
/// For tests: an engine without a socket, whose connections send back what they are sent.

#include "base/random.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/engine/test_wire.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::sio {

inline const std::string kPolling = "/socket.io/?EIO=4&transport=polling";
inline const std::string kWebSocket = "/socket.io/?EIO=4&transport=websocket";
inline const TestWire::Headers kUpgrade{
    {"connection",            "Upgrade"                 },
    {"upgrade",               "websocket"               },
    {"sec-websocket-version", "13"                      },
    {"sec-websocket-key",     "AAAAAAAAAAAAAAAAAAAAAA=="},
};

/// Sends back what it is sent; `established`, `throw` and `close` do more.
class Echo final : public EngineConnection {
public:
    Echo(Opening opening, std::vector<std::string>& ends) : EngineConnection(std::move(opening)), ends_(ends) {}

private:
    void on_message(const Message& message) override
    {
        if (message.data == "established")
            established();
        if (message.data == "throw")
            throw std::runtime_error("planned");
        send(message.binary ? Frame::binary(message.data) : Frame::text("4", message.data));
        if (message.data == "close")
            close(CloseReason::forced_server_close);
    }
    void on_closed(CloseReason reason) override { ends_.emplace_back(text_of(reason)); }

    std::vector<std::string>& ends_;
};

class AnEngine : public testing::Test {
protected:
    AnEngine() { start({}); }
    ~AnEngine() override { wire_.hang_up(); }

    void start(EngineServerOptions options)
    {
        engine_.emplace(loop_, random_, std::move(options), [this](EngineConnection::Opening opening) {
            return std::make_unique<Echo>(std::move(opening), ends_);
        });
        engine_->attach(wire_);
    }

    /// What a request is answered; nothing yet is an empty answer of status 0.
    HttpResponse ask(std::string method, std::string target, TestWire::Headers headers = {}, std::string body = {})
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.body = std::move(body);
        return answer_to(wire_.request(std::move(request)));
    }
    HttpResponse answer_to(std::uint64_t request)
    {
        HttpResponse none;
        none.status = 0;
        return wire_.answers.contains(request) ? wire_.answers[request] : none;
    }
    static std::string line(const HttpResponse& response)
    {
        return std::to_string(response.status) + " " + response.body;
    }
    static std::string header(const HttpResponse& response, std::string_view name)
    {
        for (const auto& [key, value] : response.headers)
            if (key == name)
                return value;
        return "";
    }

    /// A session over polling: what follows the path of its requests.
    std::string open()
    {
        const auto body = ask("GET", kPolling).body;
        return kPolling + "&sid=" + body.substr(std::string(R"(0{"sid":")").size(), 20);
    }
    void advance(Duration span)
    {
        clock_.advance(span);
        loop_.timers().run(clock_.monotonic());
        wire_.turn();
    }

    ManualClock clock_;
    SeededRandom random_{1};
    net::Loop loop_{clock_};
    std::vector<std::string> ends_;
    std::optional<EngineServer> engine_;
    TestWire wire_{loop_, [this](HttpRequest request, net::Exchange exchange) {
                       engine_->on_request(std::move(request), exchange);
                   }};
};

}  // namespace wgw::sio
