#include "app/version.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "codec/json_text.hpp"
#include "store/sqlite.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere version          wegowhere --version says the same
  wegowhere version --json   for programs: also commit, compiler, SQLite)";

void append(std::string& out, std::string_view name, std::string_view value)
{
    out += out.empty() ? '{' : ',';
    append_json_string(out, name);
    out += ':';
    if (value.empty())
        out += "null";
    else
        append_json_string(out, value);
}

int print_version(bool json)
{
    if (!json) {
        std::printf("%s\n", version_text().c_str());
        return 0;
    }
    std::string out;
    append(out, "name", "wegowhere");
    append(out, "version", kVersion);
    append(out, "commit", commit());
    append(out, "compiler", __VERSION__);
    append(out, "standard_library", "libstdc++ " + std::to_string(_GLIBCXX_RELEASE));
    append(out, "sqlite", store::sqlite_version());
    std::printf("%s}\n", out.c_str());
    return 0;
}

}  // namespace

void add_version(CommandLine& line)
{
    auto* command = line.add("version", "Print the version.", kExamples);
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "As a JSON object.");
    line.on(command, [json] { return print_version(*json); });
}

}  // namespace wgw::app
