#pragma once
/// The command line: subcommands, their help, and which of them was asked for.
///
///     CommandLine line;
///     add_serve(line);                        each subcommand adds itself: commands.hpp
///     return line.run(argc, argv);
///
/// Codes  0, 1 failure, 2 usage; 78 configuration is main()'s, for OptionError
/// Tests  usage_test.cpp, tests/e2e/process.test.mjs, tests/e2e/operator.test.mjs

#include "app/settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace wgw::app {

class CommandLine {
public:
    CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;
    ~CommandLine();

    /// A subcommand of the program, or of `parent`; lines of help have less than 80 columns.
    CLI::App* add(const std::string& name, const std::string& sentence, const char* examples);
    CLI::App* add(CLI::App* parent, const std::string& name, const std::string& sentence, const char* examples);

    /// What it does: returns the exit code. Only for a subcommand that has none of its own.
    void on(CLI::App* command, std::function<int()> run);

    /// A flag that sets a variable.
    void flag(CLI::App* command, const char* name, const char* variable, const char* sentence);

    /// Those of serve: also for commands that say what it would do with them.
    void serve_flags(CLI::App* command);

    /// The one that all commands have that work on what a server keeps.
    void data_flag(CLI::App* command);

    /// The user that a command is about; not an empty text.
    static void user_argument(CLI::App* command, std::string& user, const std::string& sentence);

    SettingSources& settings() { return settings_; }

    int run(int argc, char** argv);

private:
    struct Command {
        CLI::App* app;
        std::function<int()> run;
    };

    std::unique_ptr<CLI::App> app_;
    SettingSources settings_;
    std::vector<Command> commands_;
};

}  // namespace wgw::app
