#pragma once
/// Whether a running server signs with the key that these settings have, or with one that was replaced since its start.
///
/// Tests  tests/e2e/operator.test.mjs

#include "app/options.hpp"

#include <string>
#include <string_view>

namespace wgw::app {

enum class RunningKey {
    same,
    before_rotation,  ///< The one that is now the previous.
    other,
    unknown,  ///< These settings have none to compare with.
};

/// `mark`: of the key of the server, as `server.state` says.
RunningKey compare_keys(const Options& options, std::string_view mark);

/// For whoever has just been given a token by it; empty: nothing is to be said.
std::string note_of_key(RunningKey key);

}  // namespace wgw::app
