#pragma once
/// What /metrics of a process of a cluster has besides metrics.hpp: the servers that it uses, its calls to other
/// services and its answers to theirs, the entries that others have stored.
///
/// Loop only: what other threads count is read while they count on.
/// Tests  tests/e2e/metrics.test.mjs, tests/cluster/operations.test.mjs

#include "app/backends.hpp"
#include "base/metrics_page.hpp"
#include "bus/service_amqp.hpp"
#include "chat/entry_stream.hpp"
#include "chat/service_mongo.hpp"

#include <vector>

namespace wgw::app {

/// Whose numbers are shown; nothing: its roles have none.
struct ClusterCounted {
    const Backends& backends;
    std::vector<Dependency> dependencies;
    bool serves = false;                        ///< Requests of other services,
    const bus::ServiceAmqp* service = nullptr;  ///< over this; nothing: not yet.
    const chat::MongoService* chat = nullptr;
    const chat::EntryStream* stream = nullptr;
};

void add_cluster_metrics(MetricsPage& page, const ClusterCounted& counted);

}  // namespace wgw::app
