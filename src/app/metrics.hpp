#pragma once
/// The page of /metrics: every number that the program counts, under its name, with its help. What it means and what to
/// do about it: docs/observe.md.
///
/// Loop only: what other threads count is read while they count on.
/// Tests  tests/e2e/metrics.test.mjs

#include "app/admin.hpp"
#include "auth/password.hpp"
#include "base/metrics_page.hpp"
#include "base/time.hpp"
#include "gateway/gateway.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/server.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

#include <string>
#include <vector>

namespace wgw::app {

/// Whose numbers are shown.
struct Counted {
    net::Loop& loop;
    const net::HttpServer& http;
    sio::Server& sockets;
    const gateway::Gateway& gateway;
    const store::Writer& writer;
    const store::Readers& readers;
    const auth::Passwords& passwords;
    Timestamp started;
};

std::string metrics_text(MetricsPage::Form form, const Counted& counted, const std::vector<Check>& checks);

}  // namespace wgw::app
