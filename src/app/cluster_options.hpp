#pragma once
/// Which other servers a process uses: those that are named in its settings.
///
/// None and no role  one process does everything, on a store of its own
/// Servers, no role  all four roles in one process, on those servers
/// Tests             options_test.cpp

#include "app/option_error.hpp"
#include "app/option_values.hpp"
#include "app/options.hpp"

#include <vector>

namespace wgw::app {

/// Sets what of `options` is about roles and servers.
void read_cluster(Options& options, const OptionValues& values, Wrong& wrong);

/// Whether settings that nobody has checked yet are those of a cluster.
bool names_cluster(const std::vector<Setting>& rows);

}  // namespace wgw::app
