#pragma once
/// `wegowhere serve`: everything in one process, on an embedded store.

#include "app/options.hpp"

namespace wgw::app {

/// Starts, serves until SIGTERM or SIGINT, drains, ends. Returns the exit code.
/// Throws std::runtime_error with a sentence for the operator if it cannot start.
int serve(const Options& options);

}  // namespace wgw::app
