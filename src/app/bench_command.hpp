#pragma once
/// `wegowhere bench`: the command line of src/loadgen.

#include <functional>

namespace CLI {
class App;
}

namespace wgw::app {

/// Adds the subcommand. What is returned runs it once the command line has been parsed, and gives the exit code: 1 if
/// anything was lost, doubled, reordered, refused or cut.
std::function<int()> add_bench(CLI::App& app);

}  // namespace wgw::app
