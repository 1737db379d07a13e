#include "app/addresses.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/http_exchange.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere healthcheck                        0: ready, 1: not
  WGW_ADMIN_PORT=9000 wegowhere healthcheck    of the server with that setting)";

constexpr int kSeconds = 3;

int healthcheck(const Options& options)
{
    const std::string where = place_of(options.admin_host, options.admin_port);
    const auto connection = connect_to(options.admin_host, options.admin_port, kSeconds);
    if (!connection) {
        std::fprintf(stderr, "No server answers at %s (WGW_ADMIN_HOST, WGW_ADMIN_PORT).\n", where.c_str());
        return 1;
    }
    const auto answer = exchange(connection, "GET", "/readyz", {}, kSeconds);
    const bool ready = answer && answer->status == 200;
    const std::string said = answer ? answer->body : "nothing\n";
    std::fprintf(ready ? stdout : stderr, "%s says: %s", where.c_str(), said.c_str());
    return ready ? 0 : 1;
}

}  // namespace

void add_healthcheck(CommandLine& line)
{
    auto* command = line.add("healthcheck", "Ask a running server whether it is ready.", kExamples);
    line.on(command, [&line] { return healthcheck(line.settings().read()); });
}

}  // namespace wgw::app
