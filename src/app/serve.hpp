#pragma once
/// `wegowhere serve`: everything in one process, on an embedded store.

#include "app/options.hpp"
#include "app/settings.hpp"

namespace wgw::app {

/// Starts, serves until SIGTERM or SIGINT, drains, ends. Returns the exit code.
/// Throws std::runtime_error with a sentence for the operator if it cannot start.
int serve(const Options& options);

/// The same; SIGHUP reads the log level of the settings anew.
int serve(const SettingSources& settings);

}  // namespace wgw::app
