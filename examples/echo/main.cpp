/// sio-echo --port 3000 --mode eio|sio: sends back what it is sent.
///
///     eio   path /engine.io/: each message, text or binary, unchanged and in order
///     sio   path /socket.io/, namespace /: `auth` with the CONNECT payload on connection; `message` → `message-back`
///     with
///           the same arguments; `message-with-ack` → acknowledged with the same. Namespace /custom: `auth`
///
/// Other namespaces (lab.cpp) are for tests/conformance.

#include "codec/url.hpp"
#include "echo/lab.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/server/standalone.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace wgw;

struct Options {
    std::uint16_t port = 3000;
    std::string mode = "sio";
    sio::ServerOptions server;
    net::HttpServerOptions http;
};

template <class App>
void run(App& app, std::uint16_t port)
{
    std::printf("listening on http://127.0.0.1:%u\n", app.listen("127.0.0.1", port));
    std::fflush(stdout);
    app.run();
}

// Socket.IO

void emit_auth(sio::Socket& socket)
{
    socket.emit("auth", sio::Json(socket.auth().empty() ? std::string_view("{}") : socket.auth()));
}

void serve_events(const Options& options)
{
    sio::Standalone app(options.server, options.http);
    auto& root = app.of("/");
    root.on_connection(emit_auth);
    root.on("message", [](sio::Socket& socket, const sio::Arguments& arguments, const sio::Reply&) {
        socket.emit("message-back", arguments);
    });
    root.on("message-with-ack", [](sio::Socket&, const sio::Arguments& arguments, sio::Reply reply) {
        reply(arguments);
    });
    app.of("/custom").on_connection(emit_auth);
    echo::add_lab(app);
    run(app, options.port);
}

// Engine.IO

class EchoConnection final : public sio::EngineConnection {
public:
    using EngineConnection::EngineConnection;

private:
    void on_message(const sio::Message& message) override
    {
        established();
        send(message.binary ? Frame::binary(message.data) : Frame::text("4", message.data));
    }
    void on_closed(sio::CloseReason) override {}
};

void serve_messages(const Options& options)
{
    auto engine = options.server.engine;
    engine.path = "/engine.io/";
    auto http = options.http;
    http.max_payload = engine.max_payload;
    const auto make = [](sio::EngineConnection::Opening opening) {
        return std::make_unique<EchoConnection>(std::move(opening));
    };
    sio::Alone<sio::EngineServer> app(http, engine, make);
    run(app, options.port);
}

// Its command line

void add_duration(CLI::App& app, const std::string& name, Duration& value, const std::string& text)
{
    app.add_option_function<std::int64_t>(name, [&value](std::int64_t ms) { value = Duration(ms); }, text);
}

/// `*` or a list with commas.
std::vector<std::string> list(const std::string& text) { return CLI::detail::split(text, ','); }

std::optional<std::string> refusal_of(const HttpRequest& request)
{
    // ?refuse and ?refuse=text: in the application's own words, or in none.
    for (auto& [name, value] : form_pairs(request.query()))
        if (name == "refuse")
            return std::move(value);
    return {};
}

int start(int argc, char** argv)
{
    Options options;
    auto& server = options.server;
    auto& engine = server.engine;
    engine.refuse = refusal_of;
    engine.origins.loopback = true;
    // What the official suites of the protocols expect of a server: their cases about time would take a minute.
    engine.ping_interval = Duration(300);
    engine.ping_timeout = Duration(200);
    server.connect_timeout = Duration(1'000);
    bool recovery = false;
    sio::RecoveryOptions recovery_options;
    CLI::App app("Sends back what it is sent, over Engine.IO or Socket.IO.\n"
                 "  sio-echo --port 3000 --mode eio    what the official suites run against");
    app.add_option("--port", options.port, "Port on 127.0.0.1; 0: any free one")->capture_default_str();
    app.add_option("--mode", options.mode, "eio or sio")->check(CLI::IsMember({"eio", "sio"}))->capture_default_str();
    add_duration(app, "--ping-interval", engine.ping_interval, "ms; 300 where the library has 25,000");
    add_duration(app, "--ping-timeout", engine.ping_timeout, "ms; 200 where the library has 20,000");
    add_duration(app, "--upgrade-timeout", engine.upgrade_timeout, "ms");
    add_duration(app, "--connect-timeout", server.connect_timeout, "ms; 1,000 where the library has 10,000");
    add_duration(app, "--attachments-timeout", server.attachment_timeout, "ms");
    app.add_option_function<std::int64_t>(
        "--message-timeout",
        [&](std::int64_t ms) { options.http.message_time = options.http.body_time = Duration(ms); }, "ms"
    );
    add_duration(app, "--header-timeout", options.http.header_time, "ms");
    app.add_option("--max-payload", engine.max_payload, "Bytes of a message");
    app.add_option("--frames", options.http.frames, "Of a WebSocket message");
    app.add_option("--max-attachments", server.max_attachments, "Of one packet");
    app.add_option_function<std::string>(
        "--cors",
        [&](const std::string& text) {
            engine.origins.allowed = list(text);
            engine.origins.cors.emplace();
        },
        "Origins, or *: CORS on"
    );
    app.add_option_function<std::string>(
        "--origins", [&](const std::string& text) { engine.origins.allowed = list(text); }, "Origins, or *: CORS off"
    );
    app.add_flag_callback("--cookie", [&] { engine.cookie.emplace(); }, "With a cookie");
    app.add_flag_callback("--msgpack", [] {}, "Is always understood");
    app.add_flag("--recovery", recovery, "With connection state recovery");
    add_duration(app, "--recovery-ms", recovery_options.max_disconnection, "ms");
    CLI11_PARSE(app, argc, argv);
    if (recovery)
        server.recovery = recovery_options;
    options.mode == "eio" ? serve_messages(options) : serve_events(options);
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        return start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sio-echo: %s\n", error.what());
        return 1;
    }
}
