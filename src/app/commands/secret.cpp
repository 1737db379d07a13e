#include "app/secret.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere secret rotate                     then restart the server
  wegowhere secret rotate --data /var/lib/chat)";

constexpr const char* kRotateExamples = R"(Examples:
  wegowhere secret rotate
The server signs with the new key from its next start on. Tokens of the old one
stay valid until they expire, 30 days at most: it is kept beside the new one.
Twice in a row, and the tokens of the first key are void: everybody signs in
again. That is what to do when a key has become known.)";

int rotate(const Options& options)
{
    if (!options.jwt_secret.empty())
        throw OptionError(
            "JWT_SECRET is set, so its place is yours. Make another (openssl rand -hex 32), set JWT_SECRET to it and "
            "JWT_SECRET_PREVIOUS to the old one, and restart the server."
        );
    SystemRandom random;
    rotate_secret(options.data, random);
    std::printf(
        "%s/jwt_secret is a new key; the one before it is jwt_secret.previous.\n"
        "Restart the server: until then it signs with the old one.\n",
        options.data.c_str()
    );
    return 0;
}

}  // namespace

void add_secret(CommandLine& line)
{
    auto* command = line.add("secret", "Change the key that signs tokens.", kExamples);
    command->require_subcommand(1);
    auto* rotating = line.add(command, "rotate", "Make a new key; tokens of the old one stay valid.", kRotateExamples);
    line.data_flag(rotating);
    line.on(rotating, [&line] { return rotate(line.settings().read()); });
}

}  // namespace wgw::app
