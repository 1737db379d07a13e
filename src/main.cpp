/// `wegowhere`: the command line. What it starts is in app/.

#include "app/bench_command.hpp"
#include "app/commands.hpp"
#include "app/document_commands.hpp"
#include "app/options.hpp"
#include "app/serve.hpp"
#include "app/usage.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace wgw::app;

constexpr int kConfiguration = 78;

constexpr const char* kExamples = R"(Examples:
  wegowhere serve                        everything in one process
  wegowhere serve --port 8080            on another port
  wegowhere serve --data /var/lib/chat   with its files in another folder
  wegowhere healthcheck                  is this machine's server ready?
  wegowhere config env > .env            every setting, to be edited
  wegowhere bench --help                 load a server and check it

Settings are flags, environment variables or lines of .env, in this order.)";

constexpr const char* kServeExamples = R"(Examples:
  wegowhere serve                              on http://localhost:3000
  wegowhere serve --host 0.0.0.0 --port 8080   for other machines
  wegowhere serve --data /var/lib/chat         with its files there
  GATEWAY_PORT=8080 wegowhere serve            by the environment, or .env

These four are GATEWAY_HOST, GATEWAY_PORT, WGW_DATA and WGW_LOG_LEVEL, which a
flag wins over. All the others: wegowhere config env)";

constexpr const char* kHealthExamples = R"(Examples:
  wegowhere healthcheck                        0: ready, 1: not
  WGW_ADMIN_PORT=9000 wegowhere healthcheck    of the server with that setting)";

constexpr const char* kVersionExamples = R"(Examples:
  wegowhere version          wegowhere --version says the same
  wegowhere version --json   for programs)";

constexpr const char* kConfigExamples = R"(Examples:
  wegowhere config env > .env   every setting with its default, to be edited)";

std::map<std::string, std::string> environment()
{
    std::map<std::string, std::string> values;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string::npos)
            values[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return values;
}

std::string dotenv()
{
    if (!std::filesystem::exists(".env"))
        return {};
    std::ifstream file(".env");
    if (!file || !std::filesystem::is_regular_file(".env"))
        throw OptionError("There is a .env here that cannot be read. Make it readable, or start elsewhere.");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

int run(int argc, char** argv)
{
    CLI::App app("WeGoWhere Chat: a real-time chat server. Rooms, messages, live over Socket.IO.", "wegowhere");
    app.failure_message(usage_error);
    app.set_version_flag("--version", version_text(), "Print the version.");
    app.require_subcommand(1);

    std::map<std::string, std::string> flags;
    const auto flag = [&flags](CLI::App* command, const char* name, const char* variable, const char* sentence) {
        command->add_option_function<std::string>(
            name, [&flags, variable](const std::string& value) { flags[variable] = value; }, sentence
        );
    };

    auto* serve_command = app.add_subcommand("serve", "Start the server.");
    std::vector<std::string> roles;
    serve_command->add_option("role", roles, "gateway, auth, user, chat; none: everything.");
    flag(serve_command, "--host", "GATEWAY_HOST", "Address to listen on (localhost).");
    flag(serve_command, "--port", "GATEWAY_PORT", "Port to listen on (3000).");
    flag(serve_command, "--data", "WGW_DATA", "Folder of the database (./data).");
    flag(serve_command, "--log-level", "WGW_LOG_LEVEL", "debug, info, warn or error (info).");

    auto* health_command = app.add_subcommand("healthcheck", "Ask a running server whether it is ready.");

    auto* version_command = app.add_subcommand("version", "Print the version.");
    bool json = false;
    version_command->add_flag("--json", json, "As a JSON object.");

    auto* config_command = app.add_subcommand("config", "Show and check settings.");
    config_command->require_subcommand(1);
    auto* env_command = config_command->add_subcommand("env", "Print every setting, as a .env file.");

    const auto print_document = add_documents(app);
    const auto bench = add_bench(app);
    app.footer(kExamples);
    serve_command->footer(kServeExamples);
    health_command->footer(kHealthExamples);
    version_command->footer(kVersionExamples);
    config_command->footer(kConfigExamples);
    env_command->footer(kConfigExamples);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // for help, or the version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return 2;
    }
    if (version_command->parsed())
        return print_version(json);
    if (env_command->parsed()) {
        std::fputs(env_template().c_str(), stdout);
        return 0;
    }
    if (print_document())
        return 0;
    if (app.got_subcommand("bench"))
        return bench();
    for (const auto& role : roles)
        flags["WGW_ROLE"] += role + ",";
    const Options options = read_options(flags, environment(), dotenv());
    if (health_command->parsed())
        return healthcheck(options);
    return serve(options);
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const wgw::app::OptionError& error) {
        std::fprintf(stderr, "wegowhere: %s\n", error.what());
        return kConfiguration;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "wegowhere: %s\n", error.what());
        return 1;
    }
}
