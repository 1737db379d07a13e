#include "app/commands/usage.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <string>

namespace wgw::app {
namespace {

/// What is said of `line`; nothing if it can be parsed.
std::string usage(const std::string& line)
{
    CLI::App app("A program.", "prog");
    app.require_subcommand(1);
    auto* serve = app.add_subcommand("serve", "Serves.");
    int port = 0;
    serve->add_option("--port", port, "A port.");
    serve->add_option("--host", "A host.");
    auto* config = app.add_subcommand("config", "Configures.");
    config->require_subcommand(1);
    config->add_subcommand("env", "Prints.");
    try {
        app.parse(line);
        return "";
    } catch (const CLI::ParseError& error) {
        return usage_error(&app, error);
    }
}

TEST(ACommandLine, ThatIsRightIsNotCommentedOn) { EXPECT_EQ(usage("serve --port 1"), ""); }

TEST(ACommandLine, NamesTheCommandThatWasProbablyMeant)
{
    EXPECT_EQ(usage("srve"), "prog: There is no command \"srve\". Did you mean serve?\nMore: prog --help\n");
    EXPECT_EQ(usage("conf env"), "prog: There is no command \"conf\". Did you mean config?\nMore: prog --help\n");
    EXPECT_EQ(usage("config evn"), "prog: There is no command \"evn\". Did you mean env?\nMore: prog config --help\n");
}

TEST(ACommandLine, NamesTheOptionThatWasProbablyMeant)
{
    EXPECT_EQ(
        usage("serve --prt 3"), "prog: There is no option --prt. Did you mean --port?\nMore: prog serve --help\n"
    );
    EXPECT_EQ(
        usage("serve --hst=x"), "prog: There is no option --hst. Did you mean --host?\nMore: prog serve --help\n"
    );
    EXPECT_EQ(usage("--hlp"), "prog: There is no option --hlp. Did you mean --help?\nMore: prog --help\n");
}

TEST(ACommandLine, SaysWhatIsMissingOrTooMuch)
{
    EXPECT_EQ(usage(""), "prog: A command is missing.\nMore: prog --help\n");
    EXPECT_EQ(usage("config"), "prog: A command is missing.\nMore: prog config --help\n");
    EXPECT_EQ(usage("serve --port"), "prog: --port: 1 required INT missing.\nMore: prog serve --help\n");
    EXPECT_EQ(usage("serve much"), "prog: The following argument was not expected: much.\nMore: prog serve --help\n");
}

}  // namespace
}  // namespace wgw::app
