#pragma once
/// A program that is nothing but one server: clock, randomness, loop and HTTP around an EngineServer, or around a
/// Server on top of one (server/standalone.hpp).
///
///     sio::Alone<sio::EngineServer> app({}, engine_options, make_connection);
///     app.listen("127.0.0.1", 3000);
///     app.run();
///
/// Threads   made, run and destroyed on one thread, and made before others: these then have SIGTERM and SIGINT blocked,
///           which are heard here
/// One       in a process, which hears its signals. More servers, and other work, share its loop
/// Tests     alone_test.cpp; tests/conformance: examples/echo

#include "base/fence.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wgw::sio {

template <class Served>
class Alone : private net::HttpHandler, private net::Timer {
public:
    /// `arguments`: of the server, behind loop and randomness.
    template <class... Arguments>
    explicit Alone(net::HttpServerOptions http, Arguments&&... arguments)
        : loop_(clock_), server_(loop_, random_, std::forward<Arguments>(arguments)...),
          http_(loop_, *this, std::move(http))
    {
        server_.attach(http_);
    }

    Served& server() { return server_; }

    /// For timers, and for post() from other threads: loop().post([&] { server().emit("tick"); }).
    net::Loop& loop() { return loop_; }

    /// What answers the requests that are not the server's; of their bodies up to 1,000,000 bytes. Without it: 404. If it
    /// throws: 500.
    void on_request(std::function<HttpResponse(const HttpRequest&)> handler) { others_ = std::move(handler); }

    /// Calls `task` every `span`, first after one, for as long as this lives. A task that throws is called again.
    void every(Duration span, std::function<void()> task)
    {
        repeated_.push_back(std::make_unique<Repeated>(loop_, span, std::move(task)));
    }

    /// `host`: an address or a name; "0.0.0.0" for all. Port 0: any free one. Returns the port. Throws
    /// std::runtime_error with a sentence that says what to do.
    std::uint16_t listen(const std::string& host, std::uint16_t port) { return http_.listen(host, port); }

    /// Until SIGTERM, SIGINT or stop(). Then all connections are closed, within `drain`; clients come back.
    void run(Duration drain = Duration(1'000))
    {
        drain_ = drain;
        loop_.run();
    }

    /// Any thread.
    void stop()
    {
        loop_.post([this] { end(Duration(0)); });
    }

private:
    class Repeated final : public net::Timer {
    public:
        Repeated(net::Loop& loop, Duration span, std::function<void()> task)
            : loop_(loop), span_(span), task_(std::move(task))
        {
            loop_.timers().arm(*this, loop_.now() + span_);
        }
        ~Repeated() override = default;

    private:
        void on_timer(Instant now) override
        {
            loop_.timers().arm(*this, now + span_);
            task_();
        }

        net::Loop& loop_;
        Duration span_;
        std::function<void()> task_;
    };

    static constexpr std::size_t kOtherBodies = 1'000'000;
    static constexpr Duration kTick{20};

    static HttpResponse with_status(int status)
    {
        HttpResponse response;
        response.status = status;
        return response;
    }

    std::size_t body_limit(const HttpRequest& head) override
    {
        return server_.serves(head.path()) ? server_.body_limit() : kOtherBodies;
    }

    HttpResponse too_large(const HttpRequest& head, net::Exchange exchange) override
    {
        return server_.serves(head.path()) ? server_.too_large(head, exchange) : with_status(413);
    }

    void on_head(const HttpRequest& head, net::Exchange exchange) override
    {
        if (server_.serves(head.path()))
            server_.on_head(head, exchange);
    }

    void on_request(HttpRequest request, net::Exchange exchange) override
    {
        if (server_.serves(request.path()))
            server_.on_request(std::move(request), exchange);
        else
            http_.respond(exchange, answer(request));
    }

    HttpResponse answer(const HttpRequest& request) const
    {
        HttpResponse response = with_status(404);
        const auto ask = [&] {
            if (others_)
                response = others_(request);
        };
        return fenced("The handler of other requests failed.", ask) ? std::move(response) : with_status(500);
    }

    void on_gone(net::Exchange exchange) override { server_.on_gone(exchange); }

    /// Stops the loop when all connections are closed, or after `longest`. Asked twice, it stops at once.
    void end(Duration longest)
    {
        if (ends_at_)
            return loop_.stop();
        ends_at_ = loop_.now() + longest;
        http_.stop_accepting();
        server_.drain(longest / 2);
        on_timer(loop_.now());
    }

    void on_timer(Instant now) override
    {
        if (server_.drained() || now >= *ends_at_)
            loop_.stop();
        else
            loop_.timers().arm(*this, now + kTick);
    }

    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_;
    Served server_;
    net::HttpServer http_;
    net::Signals signals_{loop_, [this](int) { end(drain_); }};
    Duration drain_{0};
    std::function<HttpResponse(const HttpRequest&)> others_;
    std::optional<Instant> ends_at_;
    std::vector<std::unique_ptr<Repeated>> repeated_;
};

}  // namespace wgw::sio
