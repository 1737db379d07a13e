#include "app/serve.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere serve                              on http://localhost:3000
  wegowhere serve --host 0.0.0.0 --port 8080   for other machines
  wegowhere serve --data /var/lib/chat         with its files there
  GATEWAY_PORT=8080 wegowhere serve            by the environment, or .env

These four are GATEWAY_HOST, GATEWAY_PORT, WGW_DATA and WGW_LOG_LEVEL, which a
flag wins over. All the others: wegowhere config env
SIGTERM ends it in order; SIGHUP reads WGW_LOG_LEVEL of .env anew.)";

}  // namespace

void add_serve(CommandLine& line)
{
    auto* command = line.add("serve", "Start the server.", kExamples);
    auto roles = std::make_shared<std::vector<std::string>>();
    command->add_option("role", *roles, "gateway, auth, user, chat; none: everything.");
    line.flag(command, "--host", "GATEWAY_HOST", "Address to listen on (localhost).");
    line.flag(command, "--port", "GATEWAY_PORT", "Port to listen on (3000).");
    line.data_flag(command);
    line.flag(command, "--log-level", "WGW_LOG_LEVEL", "debug, info, warn or error (info).");
    line.on(command, [&line, roles] {
        std::string list;
        for (const auto& role : *roles)
            list += role + ",";
        if (!list.empty())
            line.settings().set_flag("WGW_ROLE", list);
        return serve(line.settings());
    });
}

}  // namespace wgw::app
