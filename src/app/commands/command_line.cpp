#include "app/commands/command_line.hpp"

#include "app/commands/usage.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere serve                          everything in one process
  wegowhere serve --port 8080              on another port
  wegowhere config env > .env              every setting, to be edited
  wegowhere config print --origin          what is in force, and why
  wegowhere doctor                         is this machine fit for it?
  wegowhere user reset-password ann        a new password for ann
  wegowhere user show ann                  can ann sign in?
  wegowhere token check < token            why is a token refused?
  wegowhere secret rotate                  a new key that signs tokens
  wegowhere backup chat.backup             while the server runs, too
  wegowhere restore chat.backup            into an empty data folder
  wegowhere healthcheck                    is this machine's server ready?
  wegowhere help backup                    more about a command

Settings are flags, environment variables or lines of .env, in this order.
The commands work on the server or the store of WGW_DATA (./data), or --data.
Exit codes: 0; 1 it failed; 2 usage; 78 a setting is wrong.)";

/// The subcommand of that name; nothing: there is none.
const CLI::App* inner(const CLI::App& command, const std::string& name)
{
    const auto found = command.get_subcommands([&name](const CLI::App* each) { return each->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

}  // namespace

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>(
          "WeGoWhere Chat: a real-time chat server. Rooms, messages, live over Socket.IO.", "wegowhere"
      ))
{
    app_->failure_message(usage_error);
    app_->set_version_flag("-v,--version", version_text(), "Print the version.");
    app_->require_subcommand(1);
    app_->footer(kExamples);
}

CommandLine::~CommandLine() = default;

CLI::App* CommandLine::add(const std::string& name, const std::string& sentence, const char* examples)
{
    return add(app_.get(), name, sentence, examples);
}

CLI::App* CommandLine::add(CLI::App* parent, const std::string& name, const std::string& sentence, const char* examples)
{
    auto* command = parent->add_subcommand(name, sentence);
    command->footer(examples);
    return command;
}

void CommandLine::on(CLI::App* command, std::function<int()> run) { commands_.push_back({command, std::move(run)}); }

void CommandLine::flag(CLI::App* command, const char* name, const char* variable, const char* sentence)
{
    command->add_option_function<std::string>(
        name, [this, variable](const std::string& value) { settings_.set_flag(variable, value); }, sentence
    );
}

void CommandLine::serve_flags(CLI::App* command)
{
    const auto set_roles = [this](const std::vector<std::string>& roles) {
        std::string list;
        for (const auto& role : roles)
            list += role + ",";
        settings_.set_flag("WGW_ROLE", list);
    };
    command->add_option_function<std::vector<std::string>>(
        "role", set_roles, "gateway, auth, user, chat; none: everything."
    );
    flag(command, "--host", "GATEWAY_HOST", "Address to listen on (localhost).");
    flag(command, "--port", "GATEWAY_PORT", "Port to listen on (3000).");
    data_flag(command);
    flag(command, "--log-level", "WGW_LOG_LEVEL", "debug, info, warn or error (info).");
}

void CommandLine::data_flag(CLI::App* command)
{
    flag(command, "--data", "WGW_DATA", "Folder of the database (./data).");
}

void CommandLine::user_argument(CLI::App* command, std::string& user, const std::string& sentence)
{
    const auto is_there = [](const std::string& text) {
        return text.empty() ? "it is empty. To see who there is: wegowhere user list" : "";
    };
    command->add_option("user", user, sentence)->required()->check(is_there);
}

int CommandLine::run(int argc, char** argv)
{
    try {
        std::vector<std::string> words(argv + 1, argv + argc);
        if (!words.empty() && words.front() == "help") {
            words.erase(words.begin());
            // Where one of them is no command that has to be told, and not everything else.
            const CLI::App* named = app_.get();
            for (const auto& word : words)
                named = named != nullptr ? inner(*named, word) : nullptr;
            if (named != nullptr)
                words.emplace_back("--help");
        }
        std::ranges::reverse(words);  // as CLI11 wants them
        app_->parse(std::move(words));
    } catch (const CLI::Success& asked) {  // for help, or the version
        return app_->exit(asked);
    } catch (const CLI::ParseError& error) {
        app_->exit(error);
        return 2;
    }
    for (const auto& command : commands_)
        if (command.app->parsed())
            return command.run();
    return 2;
}

}  // namespace wgw::app
