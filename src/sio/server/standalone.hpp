#pragma once
/// A program that is nothing but a Socket.IO server.
///
///     #include "sio/server/standalone.hpp"
///
///     int main()
///     {
///         wgw::sio::Standalone app;
///         auto& nsp = app.of("/");
///         nsp.on("say", [&](wgw::sio::Socket&, const wgw::sio::Arguments& arguments, wgw::sio::Reply reply) {
///             nsp.emit("said", arguments);
///             reply("ok");
///         });
///         app.listen("127.0.0.1", 3000);
///         app.run();
///     }
///
/// Tests  examples/hello, tests/conformance (examples/echo)

#include "sio/engine/alone.hpp"
#include "sio/server/server.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace wgw::sio {

class Standalone : public Alone<Server> {
public:
    /// `http`: limits and times of the TCP connections; the greatest size of a message is the server's.
    explicit Standalone(ServerOptions options = {}, net::HttpServerOptions http = {})
        : Alone(http_options(options, std::move(http)), options)
    {
    }

    Namespace& of(std::string_view name) { return server().of(name); }

private:
    static net::HttpServerOptions http_options(const ServerOptions& options, net::HttpServerOptions http)
    {
        http.max_payload = options.engine.max_payload;
        return http;
    }
};

}  // namespace wgw::sio
