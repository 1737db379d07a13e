#include "app/cluster_options.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "codec/json_text.hpp"
#include "net/listen.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere config env > .env       every setting, to be edited
  wegowhere config check            is everything right? 0: yes, 78: no
  wegowhere config print --origin   what serve would use, and why
  wegowhere config print --running  what the running server uses)";

constexpr const char* kEnvExamples = R"(Examples:
  wegowhere config env > .env   every setting with its default, to be edited)";

constexpr const char* kPrintExamples = R"(Examples:
  wegowhere config print            as lines of .env; secrets are not shown
  wegowhere config print --origin   and why: flag, environment, .env, default
  wegowhere config print --origin --port 8080     as serve --port 8080 would
  wegowhere config print --running --origin       of the server that runs

Settings are flags, environment variables or lines of .env, in this order.
Without --running it is what a server that was started here, now, and with
these flags would use. With it the server of the data folder is asked.)";

constexpr const char* kCheckExamples = R"(Examples:
  wegowhere config check && systemctl restart wegowhere
  wegowhere config check --port 8080           as serve --port 8080 would

It reads what serve would read, from here, and names all that is wrong.
Exit code 78: something is. A name that it does not know is a warning.)";

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
        return "# " + name + " is set: " + setting.value;
    return name + "=" + quoted(setting.value);
}

void print_rows(const std::vector<Setting>& rows, bool origin)
{
    for (const auto& setting : rows) {
        const std::string text = shown(setting);
        if (origin)
            std::printf("%-42s # %s\n", text.c_str(), setting.value.empty() ? "not set" : setting.origin.c_str());
        else
            std::printf("%s\n", text.c_str());
    }
}

std::string data_of(const Settings& settings)
{
    const auto is_data = [](const Setting& row) { return row.name == "WGW_DATA"; };
    return std::ranges::find_if(settings.rows, is_data)->value;
}

/// What stands there is shown also where some of it is wrong: it may be why somebody looks.
int print(const Settings& settings, bool origin)
{
    print_rows(with_made_secrets(settings.rows, data_of(settings)), origin);
    for (const auto& sentence : settings.wrong)
        std::fprintf(stderr, "wegowhere: %s\n", sentence.c_str());
    return settings.wrong.empty() ? 0 : 78;
}

std::string text_of(JsonValue object, std::string_view name)
{
    const auto value = object.find(name);
    return value && value->is_string() ? value->string() : "";
}

/// Whatever else is wrong with the settings here: that may be why somebody asks.
int print_running(const Settings& settings, bool origin)
{
    if (names_cluster(settings.rows))
        throw std::runtime_error(
            "No process of a cluster is asked for its settings. What one that was started here would use: wegowhere "
            "config print --origin. What one that runs has begun with: the line \"Started.\" of its log."
        );
    Options options;
    options.data = data_of(settings);
    const auto state = ask_running(options, "server.state");
    if (!state)
        throw std::runtime_error(
            "No server has " + options.data + ". Name its folder with --data or WGW_DATA, or leave out --running."
        );
    std::vector<Setting> rows;
    std::list<std::string> names;  // that the rows look into
    if (const auto told = JsonValue(*state).find("settings")) {
        auto each = told->elements();
        while (const auto row = each.next()) {
            const auto is_secret = row->find("is_secret");
            const bool secret = is_secret && is_secret->text() == "true";
            rows.push_back(
                {names.emplace_back(text_of(*row, "name")), text_of(*row, "value"), secret, text_of(*row, "origin")}
            );
        }
    }
    print_rows(rows, origin);
    return 0;
}

/// What `serve` finds out when it listens: that there is no such name.
void look_up_hosts(const Options& options)
{
    Wrong wrong;
    const auto look_up = [&wrong](std::string_view setting, const std::string& host) {
        try {
            net::addresses_of(host, 0);
        } catch (const std::runtime_error& error) {
            wrong.gather([&] { throw OptionError(std::string(setting) + ": " + error.what()); });
        }
    };
    if (!options.roles.any() || options.roles.gateway)
        look_up("GATEWAY_HOST", options.host);
    look_up("WGW_ADMIN_HOST", options.admin_host);
    wrong.throw_if_any();
}

void warn(std::span<const std::string> sentences)
{
    for (const auto& sentence : sentences)
        std::fprintf(stderr, "warning: %s\n", sentence.c_str());
}

/// Unknown names are told also where a value is wrong: one may be the reason of the other.
int check(const SettingSources& sources)
{
    const auto settings = sources.list();
    warn(settings.warnings);
    const auto options = sources.read();
    warn(std::span(options.warnings).subspan(settings.warnings.size()));  // which these begin with
    look_up_hosts(options);
    std::size_t given = 0;
    for (const auto& setting : settings.rows)
        given += setting.origin == "default" ? 0 : 1;
    const std::string counted = std::to_string(given) + " given, the others have their defaults.";
    if (const auto warnings = options.warnings.size(); warnings > 0)
        std::printf(
            "No value is wrong, but see the %s above: %s\n",
            warnings == 1 ? "warning" : (std::to_string(warnings) + " warnings").c_str(), counted.c_str()
        );
    else
        std::printf("The settings are right: %s\n", counted.c_str());
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
    struct Flags {
        bool origin = false;
        bool running = false;
    };
    auto flags = std::make_shared<Flags>();
    line.serve_flags(printing);
    printing->add_flag("--origin", flags->origin, "Say where each comes from.");
    printing->add_flag("--running", flags->running, "Ask the server of the data folder.");
    line.on(printing, [&line, flags] {
        return flags->running ? print_running(line.settings().list(), flags->origin)
                              : print(line.settings().list(), flags->origin);
    });

    auto* checking = line.add(command, "check", "Read all settings and say what is wrong.", kCheckExamples);
    line.serve_flags(checking);
    line.on(checking, [&line] { return check(line.settings()); });
}

}  // namespace wgw::app
