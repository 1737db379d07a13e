#pragma once
/// The settings of this program as the HTTP server and the Socket.IO server want them, which know nothing of it.
///
/// Tests  embedded_test.cpp, tests/e2e/limits.test.mjs

#include "app/admin.hpp"
#include "app/options.hpp"
#include "gateway/throttles.hpp"
#include "model/token.hpp"
#include "net/http_server.hpp"
#include "sio/server/server.hpp"

namespace wgw::app {

/// Of the public listener.
net::HttpServerOptions http_options(const Limits& limits);

/// All but the options outlive the server that gets them.
sio::ServerOptions socket_options(
    const Options& options, gateway::Throttles& throttles, const Tokens& tokens, const Clock& clock
);

/// What /readyz says of the rate limits: it tells when they are lifted.
Check limits_check(const Options& options);

}  // namespace wgw::app
