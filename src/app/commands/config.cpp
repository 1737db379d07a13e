#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere config env > .env       every setting, to be edited
  wegowhere config check            is everything right? 0: yes, 78: no
  wegowhere config print --origin   what is in force, and where it comes from)";

constexpr const char* kEnvExamples = R"(Examples:
  wegowhere config env > .env   every setting with its default, to be edited)";

constexpr const char* kPrintExamples = R"(Examples:
  wegowhere config print            as lines of .env; secrets are not shown
  wegowhere config print --origin   and why: flag, environment, .env, default

Settings are flags, environment variables or lines of .env, in this order.)";

constexpr const char* kCheckExamples = R"(Examples:
  wegowhere config check && systemctl restart wegowhere

It reads what serve would read, from here. Exit code 78: something is wrong.)";

/// As a line of .env has it.
std::string quoted(const std::string& value)
{
    if (value.find_first_of(" #'\"\\\t\n\r") == std::string::npos)
        return value;
    std::string out = "\"";
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

std::string shown(const Setting& setting)
{
    const std::string name(setting.name);
    if (setting.value.empty())
        return "# " + name + "=";
    if (setting.is_secret)
        return "# " + name + " is set: " + std::to_string(setting.value.size()) + " bytes";
    return name + "=" + quoted(setting.value);
}

int print(const Settings& settings, bool origin)
{
    for (const auto& setting : settings.rows) {
        const std::string text = shown(setting);
        if (origin)
            std::printf("%-42s # %s\n", text.c_str(), setting.value.empty() ? "not set" : setting.origin.c_str());
        else
            std::printf("%s\n", text.c_str());
    }
    return 0;
}

/// Unknown names are told also where a value is wrong: one may be the reason of the other.
int check(const SettingSources& sources)
{
    const auto settings = sources.list();
    for (const auto& warning : settings.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    sources.read();
    std::size_t given = 0;
    for (const auto& setting : settings.rows)
        given += setting.origin == "default" ? 0 : 1;
    std::printf("The settings are right: %zu given, the others have their defaults.\n", given);
    return 0;
}

}  // namespace

void add_config(CommandLine& line)
{
    auto* command = line.add("config", "Show and check settings.", kExamples);
    command->require_subcommand(1);

    auto* env = line.add(command, "env", "Print every setting as a .env file.", kEnvExamples);
    line.on(env, [] {
        std::fputs(env_template().c_str(), stdout);
        return 0;
    });

    auto* printing = line.add(command, "print", "Print the settings that are in force.", kPrintExamples);
    auto origin = std::make_shared<bool>(false);
    printing->add_flag("--origin", *origin, "Say where each comes from.");
    line.on(printing, [&line, origin] { return print(line.settings().list(), *origin); });

    auto* checking = line.add(command, "check", "Read all settings and say what is wrong.", kCheckExamples);
    line.on(checking, [&line] { return check(line.settings()); });
}

}  // namespace wgw::app
