#include "app/commands/ask_secret.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/running_key.hpp"
#include "app/secret.hpp"
#include "app/token_report.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere token issue grace.hopper --lifetime 12h > token
  wegowhere token check < token        why is it refused?)";

constexpr const char* kIssueExamples = R"(Examples:
  wegowhere token issue grace.hopper                    for 7 days
  wegowhere token issue grace.hopper --lifetime 30m     s, m, h or d
It is an access token that belongs to no session: it ends by its time, when
the user is disabled or gets a new password, or with the key that signs. Where
a server runs, it is signed with that server's key.)";

constexpr const char* kCheckExamples = R"(Examples:
  wegowhere token check < token            0: good, 1: not, and why
  wegowhere token check --json < token
A whole header (Authorization: Bearer ey…) is read as well. It looks at the
text, the signature and the times, whether its session has ended, and whether
its user is let in. The running server is asked; where none runs, the store
is, with the key of these settings.)";

constexpr std::int64_t kGreatestLifetime_s = 3'650 * 86'400LL;

struct Flags {
    std::string who;
    std::string lifetime = "7d";
    bool json = false;
};

/// Seconds of `30m`.
std::int64_t seconds_of(const std::string& text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string unit(end, text.data() + text.size());
    const std::int64_t factor = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3'600 : unit == "d" ? 86'400 : 0;
    if (error != std::errc() || factor == 0 || number < 1 || number > kGreatestLifetime_s / factor)
        throw std::runtime_error(
            "--lifetime is \"" + text + "\"; write a number and s, m, h or d behind it, as in 12h; 3650d at most."
        );
    return number * factor;
}

/// As the server of these settings has them. Throws where there are none.
TokenKeys keys_of(const Options& options)
{
    if (!options.jwt_secret.empty())
        return {options.jwt_secret, options.previous_secret, options.issuers};
    if (auto made = load_secret(options.data))
        return {made->key, options.previous_secret.empty() ? made->previous : options.previous_secret, options.issuers};
    throw std::runtime_error(
        "JWT_SECRET is not set, and there is no key in " + options.data +
        " yet. Name the right folder with --data or WGW_DATA."
    );
}

std::string object_of(std::string_view name, std::string_view value)
{
    std::string out = "{";
    append_json_string(out, name);
    out += ':';
    append_json_string(out, to_utf8(value));
    return out + '}';
}

std::string member(JsonValue object, std::string_view name)
{
    const auto value = object.find(name);
    return value && value->is_string() ? value->string() : "";
}

/// Where a server runs it signs, with the key that it has: a token of another one it would refuse.
int issue(const Options& options, const Flags& flags)
{
    auto arguments = object_of("who", flags.who);
    arguments.pop_back();
    arguments += R"(,"lifetime_s":)" + std::to_string(seconds_of(flags.lifetime)) + '}';
    ControlClient control(options);
    const auto issued = control.ask("token.issue", arguments);
    const auto token = member(JsonValue(issued), "access");
    if (flags.json)
        std::printf(
            "{\"access\":\"%s\",\"expires_at\":\"%s\"}\n", token.c_str(),
            member(JsonValue(issued), "expires_at").c_str()
        );
    else
        std::printf("%s\n", token.c_str());
    if (control.is_served())
        if (const auto note = note_of_key(compare_keys(options, member(JsonValue(issued), "key"))); !note.empty())
            std::fprintf(stderr, "note: %s\n", note.c_str());
    return 0;
}

/// The server judges, or the store with the key of these settings; where there is neither, that key alone.
std::string judged(const Options& options, const std::string& token)
{
    std::unique_ptr<ControlClient> control;
    try {
        control = std::make_unique<ControlClient>(options);
    } catch (const std::runtime_error& away) {
        const SystemClock clock;
        auto report = judge_token(keys_of(options), clock, token);
        report.account = report.good ? std::string("not looked up: ") + away.what() : "";
        report.judged_by = "the key of these settings alone";
        return to_json(report, token);
    }
    auto json = control->ask("token.check", object_of("token", token));
    json.pop_back();
    return json + (control->is_served() ? R"(,"judged_by":"the running server"})"
                                        : R"(,"judged_by":"the store, with the key of these settings"})");
}

int check(const Options& options, const Flags& flags)
{
    const auto json = judged(options, bare_token(ask_secret("Token")));
    const JsonValue report(json);
    const auto is_good = report.find("good");
    const bool good = is_good && is_good->text() == "true";
    if (flags.json) {
        std::printf("%s\n", json.c_str());
        return good ? 0 : 1;
    }
    std::printf("%s\n", sentence(good, member(report, "reason"), member(report, "advice")).c_str());
    auto members = report.members();
    while (const auto line = members.next())
        if (const auto name = line->name.string(); name != "good" && name != "reason" && name != "advice")
            std::printf("%-13s %s\n", name.c_str(), line->value.string().c_str());
    return good ? 0 : 1;
}

}  // namespace

void add_token(CommandLine& line)
{
    auto* command = line.add("token", "Issue tokens, and say why one is refused.", kExamples);
    command->require_subcommand(1);
    auto flags = std::make_shared<Flags>();

    auto* issuing = line.add(command, "issue", "Print an access token of a user.", kIssueExamples);
    CommandLine::user_argument(issuing, flags->who, "A user name, or an id.");
    issuing->add_option("--lifetime", flags->lifetime, "How long it lives: 30m, 12h, 7d (7d).");
    issuing->add_flag("--json", flags->json, "With its end, as JSON.");
    line.data_flag(issuing);
    line.on(issuing, [&line, flags] { return issue(line.settings().read(), *flags); });

    auto* checking = line.add(command, "check", "Read a token from standard input and judge it.", kCheckExamples);
    checking->add_flag("--json", flags->json, "As JSON.");
    line.data_flag(checking);
    line.on(checking, [&line, flags] { return check(line.settings().read(), *flags); });
}

}  // namespace wgw::app
