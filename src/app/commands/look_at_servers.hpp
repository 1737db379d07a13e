#pragma once
/// What `doctor` finds at the servers of a cluster: whether they let us in, and what they say of themselves. Looks and
/// changes nothing; blocking, some seconds for each that is away.
///
/// Tests  tests/cluster/operator.test.mjs; the judgements: findings_test.cpp

#include "app/commands/findings.hpp"
#include "app/options.hpp"

#include <vector>

namespace wgw::app {

/// Those that `options` name.
std::vector<Finding> look_at_servers(const Options& options);

}  // namespace wgw::app
