#include "app/commands/usage.hpp"

#include "app/spelling.hpp"

#include <CLI/CLI.hpp>

#include <string_view>
#include <vector>

namespace wgw::app {
namespace {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names)
{
    const auto nearest = std::ranges::min_element(names, {}, [word](const auto& name) { return distance(word, name); });
    return nearest == names.end() ? "" : " Did you mean " + *nearest + "?";
}

std::vector<std::string> options_of(const CLI::App& command)
{
    std::vector<std::string> names;
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    return names;
}

std::vector<std::string> commands_of(const CLI::App& command)
{
    std::vector<std::string> names;
    for (const auto* inner : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(inner->get_name());
    return names;
}

}  // namespace

std::string usage_error(const CLI::App* app, const CLI::Error& error)
{
    const auto words = app->remaining(true);
    const CLI::App* command = app;
    std::string help = app->get_name();
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().back();
        help += ' ' + command->get_name();
    }
    help += " --help";

    const auto commands = commands_of(*command);
    std::string sentence = std::string(error.what()) + '.';
    if (!words.empty() && words.front().starts_with('-')) {
        const auto option = words.front().substr(0, words.front().find('='));
        sentence = "There is no option " + option + "." + did_you_mean(option, options_of(*command));
    } else if (!words.empty() && !commands.empty()) {
        sentence = "There is no command \"" + words.front() + "\"." + did_you_mean(words.front(), commands);
    } else if (!commands.empty()) {
        sentence = "A command is missing.";
    }
    return app->get_name() + ": " + sentence + "\nMore: " + help + '\n';
}

}  // namespace wgw::app
