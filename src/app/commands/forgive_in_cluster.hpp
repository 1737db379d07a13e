#pragma once
/// Has the gateways of a cluster forget failed sign-ins: they are in their memory, and hear of it over Redis.
///
/// Tests  tests/cluster/operator.test.mjs

#include "app/options.hpp"

#include <string>

namespace wgw::app {

/// Those of the user of that name. Returns how many were told, for a sentence: `2 gateways were told`. Throws
/// std::runtime_error with a sentence that says what to do: nobody was.
std::string forgive_in_cluster(const Options& options, const std::string& username);

}  // namespace wgw::app
