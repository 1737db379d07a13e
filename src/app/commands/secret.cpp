#include "app/secret.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "codec/json_text.hpp"
#include "model/token.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere secret rotate                     then restart the server
  wegowhere secret rotate --data /var/lib/chat)";

constexpr const char* kRotateExamples = R"(Examples:
  wegowhere secret rotate                     then restart the server
  wegowhere secret rotate --void-previous     a key has become known
The server signs with the new key from its next start on. Tokens of the old one
stay valid until they expire, 30 days at most: it is kept beside the new one.
A second time within those 30 days it is refused, because the tokens of the
first key would be void, and everybody who has them would sign in again. That
is what to do when a key has become known: rotate with --void-previous, twice
if it is the present one, and restart.)";

constexpr std::int64_t kTokensLive_s = TokenLifetimes{}.refresh_s;

/// `12 s`, `3 h`
std::string span_of(std::int64_t seconds)
{
    if (seconds < 180)
        return std::to_string(seconds) + " s";
    if (seconds < 3 * 3'600)
        return std::to_string(seconds / 60) + " min";
    return seconds < 3 * 86'400 ? std::to_string(seconds / 3'600) + " h" : std::to_string(seconds / 86'400) + " days";
}

/// What has to be decided before the key of the last rotation goes; empty: nothing.
std::string objection(const Options& options)
{
    const auto at = rotated_at(options.data);
    const auto kept = load_secret(options.data);
    if (!at || !kept || kept->key == kept->previous)  // it was cut off in the middle: nothing is lost
        return "";
    const auto seconds = std::max<std::int64_t>(0, (SystemClock().now().unix_ms - at->unix_ms) / 1'000);
    const std::string last = "The key was rotated " + span_of(seconds) + " ago (" + to_iso(*at) + ")";
    const auto state = ask_running(options, "server.state");
    if (state && JsonValue(*state).find("key")->string() == key_mark(kept->previous))
        return last + ", and the server has not been restarted since: it signs with the key before. Another rotation "
                      "now would make all tokens void that it has ever signed. Restart the server first.";
    if (seconds < kTokensLive_s)
        return last + ": tokens of the key before it are still in use for " + span_of(kTokensLive_s - seconds) +
               ", and another rotation would make them void. Wait, or do nothing: the key is new already.";
    return "";
}

int rotate(const Options& options, bool void_previous)
{
    // Two rounds: a process that does not know the new key yet refuses what another one has signed with it.
    if (options.roles.any())
        throw OptionError(
            "All processes of a cluster need the same keys, so their place is yours. Make another one (openssl rand "
            "-hex 32). First set JWT_SECRET_PREVIOUS to it, everywhere, and restart all processes, one after the "
            "other. Then set JWT_SECRET to it and JWT_SECRET_PREVIOUS to the old one, and restart them again."
        );
    if (!options.jwt_secret.empty())
        throw OptionError(
            "JWT_SECRET is set, so its place is yours. Make another (openssl rand -hex 32), set JWT_SECRET to it and "
            "JWT_SECRET_PREVIOUS to the old one, and restart the server."
        );
    const auto against = objection(options);
    if (!against.empty() && !void_previous)
        throw std::runtime_error(
            against + " If everybody is to sign in again, because a key has become known: --void-previous"
        );
    SystemRandom random;
    rotate_secret(options.data, random);
    std::printf(
        "%s/jwt_secret is a new key; the one before it is jwt_secret.previous.\n"
        "Restart the server: until then it signs with the old one.\n",
        options.data.c_str()
    );
    if (!against.empty())
        std::printf("Tokens of the key before that are void from then on: who has them signs in again.\n");
    return 0;
}

}  // namespace

void add_secret(CommandLine& line)
{
    auto* command = line.add("secret", "Change the key that signs tokens.", kExamples);
    command->require_subcommand(1);
    auto* rotating = line.add(command, "rotate", "Make a new key; tokens of the old one stay valid.", kRotateExamples);
    line.data_flag(rotating);
    auto void_previous = std::make_shared<bool>(false);
    rotating->add_flag("--void-previous", *void_previous, "Also where tokens that are in use become void.");
    line.on(rotating, [&line, void_previous] { return rotate(line.settings().read(), *void_previous); });
}

}  // namespace wgw::app
