#pragma once
/// The subcommands besides `serve`. Each returns the exit code: 0, 1 failure, 2 usage, 78 configuration.

#include "app/options.hpp"

#include <string>
#include <string_view>

namespace wgw::app {

inline constexpr std::string_view kVersion = WGW_VERSION;

/// Asks the admin listener of a running server whether it is ready, and says what it answered.
int healthcheck(const Options& options);

/// `wegowhere 1.2.3`
std::string version_text();

int print_version(bool json);

}  // namespace wgw::app
