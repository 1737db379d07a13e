#include "app/serve.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"

#include <CLI/CLI.hpp>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere serve                              on http://localhost:3000
  wegowhere serve --host 0.0.0.0 --port 8080   for other machines
  wegowhere serve --data /var/lib/chat         with its files there
  GATEWAY_PORT=8080 wegowhere serve            by the environment, or .env

These four are GATEWAY_HOST, GATEWAY_PORT, WGW_DATA and WGW_LOG_LEVEL, which a
flag wins over. All the others: wegowhere config env
SIGTERM ends it in order; SIGHUP reads WGW_LOG_LEVEL of .env anew;
SIGUSR2 has balancers go elsewhere, and goes on serving.)";

}  // namespace

void add_serve(CommandLine& line)
{
    auto* command = line.add("serve", "Start the server.", kExamples);
    line.serve_flags(command);
    line.on(command, [&line] { return serve(line.settings()); });
}

}  // namespace wgw::app
