#pragma once
/// For tests: an HttpServer on a free loopback port, whose handler writes down what it hears and answers as told.
///
///     TestServer server(net, {.keep_alive = 5s});
///     server.handler.answer = TestHandler::Answer::later;      default: at once, with the request's target as body

#include "net/http_server.hpp"
#include "net/test_peer.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wgw::net {

inline HttpResponse text_response(std::string body)
{
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

class TestHandler final : public HttpHandler {
public:
    enum class Answer { at_once, later };

    std::size_t body_limit(const HttpRequest&) override { return limit; }
    HttpResponse too_large(const HttpRequest&, Exchange exchange) override
    {
        refused.push_back(exchange);
        HttpResponse response = text_response("too large");
        response.status = 413;
        return response;
    }
    void on_head(const HttpRequest& head, Exchange exchange) override
    {
        heads.push_back(head.target);
        announced.push_back(exchange);
    }
    void on_request(HttpRequest request, Exchange exchange) override
    {
        requests.push_back(std::move(request));
        exchanges.push_back(exchange);
        if (on_next)
            return on_next(requests.back(), exchange);
        if (answer == Answer::at_once)
            server->respond(exchange, text_response(requests.back().target));
    }
    void on_gone(Exchange exchange) override { gone.push_back(exchange); }

    HttpServer* server = nullptr;
    Answer answer = Answer::at_once;
    std::function<void(const HttpRequest&, Exchange)> on_next;  ///< Instead of an answer.
    std::size_t limit = 1'000;                                  ///< Of bodies.
    std::vector<HttpRequest> requests;
    std::vector<Exchange> exchanges;
    std::vector<Exchange> gone;
    std::vector<Exchange> refused;   ///< As too large.
    std::vector<std::string> heads;  ///< Targets of what was announced.
    std::vector<Exchange> announced;
};

class TestServer {
public:
    explicit TestServer(TestNet& net, HttpServerOptions options = {}) : http(net.loop, handler, options)
    {
        handler.server = &http;
        port = http.listen("127.0.0.1", 0);
    }

    TestHandler handler;
    HttpServer http;
    std::uint16_t port = 0;
};

/// The bodies of the whole answers in `bytes`, for answers that have a content-length.
inline std::vector<std::string> bodies(std::string_view bytes)
{
    std::vector<std::string> out;
    while (true) {
        const auto end = bytes.find("\r\n\r\n");
        const auto at = bytes.find("content-length: ");
        if (end == std::string_view::npos || at > end)
            return out;
        const auto size = static_cast<std::size_t>(std::stoul(std::string(bytes.substr(at + 16, 12))));
        if (bytes.size() < end + 4 + size)
            return out;
        out.emplace_back(bytes.substr(end + 4, size));
        bytes.remove_prefix(end + 4 + size);
    }
}

inline std::string get(std::string_view target)
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

inline std::string post(std::string_view target, std::size_t length)
{
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) +
           "\r\n\r\n";
}

/// Waits for `count` whole answers; their bodies.
inline std::vector<std::string> answers(TestNet& net, Peer& peer, std::size_t count)
{
    net.until([&] { return bodies(peer.received()).size() >= count || peer.closed(); });
    return bodies(peer.received());
}

}  // namespace wgw::net
