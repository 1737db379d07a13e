#include "app/addresses.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/http_exchange.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere healthcheck                        0: ready, 1: not
  wegowhere healthcheck --verbose              each check, and what it found
  WGW_ADMIN_PORT=9000 wegowhere healthcheck    of the server with that setting)";

constexpr int kSeconds = 3;

int healthcheck(const Options& options, bool verbose)
{
    const std::string where = place_of(options.admin_host, options.admin_port);
    const auto connection = connect_to(options.admin_host, options.admin_port, kSeconds);
    if (!connection) {
        std::fprintf(stderr, "No server answers at %s (WGW_ADMIN_HOST, WGW_ADMIN_PORT).\n", where.c_str());
        return 1;
    }
    const auto answer = exchange(connection, "GET", verbose ? "/readyz?verbose" : "/readyz", {}, kSeconds);
    const bool ready = answer && answer->status == 200;
    const std::string said = answer ? answer->body : "nothing\n";
    std::fprintf(ready ? stdout : stderr, "%s says:%c%s", where.c_str(), verbose ? '\n' : ' ', said.c_str());
    return ready ? 0 : 1;
}

}  // namespace

void add_healthcheck(CommandLine& line)
{
    auto* command = line.add("healthcheck", "Ask a running server whether it is ready.", kExamples);
    auto verbose = std::make_shared<bool>(false);
    command->add_flag("--verbose", *verbose, "Each check, and what it has found.");
    line.on(command, [&line, verbose] { return healthcheck(line.settings().read(), *verbose); });
}

}  // namespace wgw::app
