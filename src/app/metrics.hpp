#pragma once
/// The page of /metrics: every number that the program counts, under its name, with its help. What it means and what to
/// do about it: docs/observe.md. What a process of a cluster has besides: cluster_metrics.hpp.
///
/// Loop only: what other threads count is read while they count on.
/// Tests  tests/e2e/metrics.test.mjs

#include "app/admin.hpp"
#include "base/metrics_page.hpp"
#include "base/time.hpp"
#include "base/worker.hpp"
#include "gateway/gateway.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/server.hpp"
#include "store/worker_set.hpp"
#include "store/writer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wgw::app {

/// Where clients are met.
struct Clients {
    const net::HttpServer& http;
    sio::Server& sockets;
    const gateway::Gateway& gateway;
};

/// With its label, as in `store`.
struct NamedWorker {
    std::string name;
    const Worker& worker;
};

/// All of `more`: the only one by `name` alone, several as `name_1`, `name_2`, …
void add_workers(std::vector<NamedWorker>& workers, const std::string& name, const store::WorkerSet& more);

/// Whose numbers are shown.
struct Counted {
    net::Loop& loop;
    Timestamp started;
    std::vector<NamedWorker> workers;
    std::optional<Clients> clients = {};    ///< Nothing: of another process.
    const store::Writer* writer = nullptr;  ///< Nothing: it stores elsewhere.
};

MetricsPage metrics_page(MetricsPage::Form form, const Counted& counted, const std::vector<Check>& checks);

}  // namespace wgw::app
