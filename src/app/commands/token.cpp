#include "model/token.hpp"

#include "app/commands/ask_secret.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "app/secret.hpp"
#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
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
the user is disabled, or with the key that signs (JWT_SECRET).)";

constexpr const char* kCheckExamples = R"(Examples:
  wegowhere token check < token            0: good, 1: not, and why
  wegowhere token check --json < token
It looks at the text, the signature and the times, with the key of these
settings, and whether its user is there.)";

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

/// As the server of these settings has them.
TokenKeys keys_of(const Options& options)
{
    if (!options.jwt_secret.empty())
        return {options.jwt_secret, options.previous_secret};
    if (auto made = load_secret(options.data))
        return {made->key, options.previous_secret.empty() ? made->previous : options.previous_secret};
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

int issue(const Options& options, const Flags& flags)
{
    const auto lifetime_s = seconds_of(flags.lifetime);
    const auto user = ControlClient(options).ask("user.find", object_of("who", flags.who));
    const JsonValue json(user);
    const auto id = Id::parse(member(json, "_id"));
    if (!id)
        throw std::runtime_error("The server has answered without an id. Is it of this version?");
    const SystemClock clock;
    const Tokens tokens({.current = keys_of(options).current}, clock, {.access_s = lifetime_s});
    const auto token = tokens.sign(*id, member(json, "username")).access;
    if (!flags.json) {
        std::printf("%s\n", token.c_str());
        return 0;
    }
    const Timestamp end{(clock.now().unix_ms / 1000 + lifetime_s) * 1000};
    std::printf("{\"access\":\"%s\",\"expires_at\":\"%s\"}\n", token.c_str(), to_iso(end).c_str());
    return 0;
}

/// What a token says of itself, believed or not; nothing if that cannot be read.
std::optional<std::string> payload_of(const std::string& token)
{
    const auto first = token.find('.');
    const auto second = first == std::string::npos ? first : token.find('.', first + 1);
    if (second == std::string::npos)
        return {};
    auto text = base64_decode(std::string_view(token).substr(first + 1, second - first - 1), Base64::url);
    if (!text || json_check(*text) != JsonError::none || !JsonValue(*text).is_object())
        return {};
    return text;
}

std::string time_of(JsonValue payload, std::string_view name)
{
    const auto value = payload.find(name);
    const auto seconds = value && value->type() == JsonType::number ? value->integer() : std::nullopt;
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    return seconds && *seconds >= 0 && *seconds < kYear10000 ? to_iso({*seconds * 1000}) : "";
}

/// What to do about a refusal of Tokens::check_token().
std::string advice_for(std::string_view reason, bool refresh)
{
    if (reason == "jwt expired")
        return "Get another: sign in again, or POST /api/v1/auth/refresh with the refresh token.";
    if (reason == "invalid signature")
        return "It was signed with another key: the key was changed (set the old one as JWT_SECRET_PREVIOUS), "
               "the token is of another server, or these are not the server's settings.";
    if (reason == "jwt malformed" || reason == "invalid token")
        return "It is no token, or not all of one: three parts with dots between them, without \"Bearer\".";
    if (reason == "invalid algorithm" || reason == "jwt signature is required")
        return "Only HS256, HS384 and HS512 are accepted, and only signed.";
    if (reason == "jwt not active")
        return "Its time has not come (nbf). Is the clock of whoever made it right?";
    if (refresh)
        return "It is a refresh token: that is for POST /api/v1/auth/refresh only. Use the access token.";
    return "See docs/operations.md, \"Why is a token refused?\".";
}

struct Verdict {
    bool good = false;
    std::string reason;  ///< Why not, or what it is good for.
    std::string advice;
    std::string key;  ///< The one of ours that has signed it; empty: none.
};

Verdict verdict_of(const Options& options, const std::string& token, bool refresh)
{
    const SystemClock clock;
    Verdict verdict;
    const auto with = [&](const std::string& key, const char* name) {
        const auto checked = Tokens({.current = key}, clock).check_token(token);
        verdict.good = checked.has_value();
        verdict.reason = checked ? "good" : std::string(checked.error().text());
        if (verdict.reason != "invalid signature")
            verdict.key = name;
        return verdict.reason != "invalid signature";
    };
    const auto keys = keys_of(options);
    if (!with(keys.current, "the present key") && !keys.previous.empty())
        with(keys.previous, "the previous key");
    if (!verdict.good)
        verdict.advice = advice_for(verdict.reason, refresh);
    return verdict;
}

/// Whether the account still lets a good token in. Nothing: there is no store here to ask.
std::optional<std::string> account_of(const Options& options, const std::string& user_id, bool& lets_in)
{
    try {
        const auto user = ControlClient(options).ask("user.find", object_of("who", user_id));
        const auto disabled = JsonValue(user).find("disabled");
        lets_in = !disabled || disabled->text() != "true";
        return lets_in ? "there" : "disabled: wegowhere user enable lets it in again";
    } catch (const Refused&) {
        lets_in = false;
        return "there is no such user";
    } catch (const std::runtime_error&) {
        return {};
    }
}

void append(std::string& out, std::string_view name, const std::string& value)
{
    if (value.empty())
        return;
    out += out.empty() ? '{' : ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, to_utf8(value));
}

int check(const Options& options, const Flags& flags)
{
    const auto token = ask_secret("Token");
    const auto payload = payload_of(token);
    const auto claim = [&](std::string_view name) {
        return payload ? member(JsonValue(*payload), name) : std::string();
    };
    auto verdict = verdict_of(options, token, claim("use") == "refresh");
    std::string account;
    if (verdict.good && !claim("user_id").empty()) {
        bool lets_in = true;
        account = account_of(options, claim("user_id"), lets_in).value_or("not looked up: no server and no store here");
        if (!lets_in) {
            verdict.good = false;
            verdict.reason = "its user is not let in";
        }
    }
    const auto issued = payload ? time_of(JsonValue(*payload), "iat") : "";
    const auto expires = payload ? time_of(JsonValue(*payload), "exp") : "";
    std::string json;
    append(json, "reason", verdict.reason);
    append(json, "advice", verdict.advice);
    append(json, "signed_with", verdict.key);
    append(json, "use", claim("use"));
    append(json, "username", claim("username"));
    append(json, "user_id", claim("user_id"));
    append(json, "account", account);
    append(json, "session", claim("sid"));
    append(json, "issued_at", issued);
    append(json, "expires_at", expires);
    if (flags.json) {
        std::printf("{\"good\":%s,%s}\n", verdict.good ? "true" : "false", json.c_str() + 1);
        return verdict.good ? 0 : 1;
    }
    std::printf("%s\n", verdict.good ? "good" : ("not good: " + verdict.reason + ". " + verdict.advice).c_str());
    json += '}';
    auto members = JsonValue(json).members();
    while (const auto line = members.next())
        if (const auto name = line->name.string(); name != "reason" && name != "advice")
            std::printf("%-12s %s\n", name.c_str(), line->value.string().c_str());
    return verdict.good ? 0 : 1;
}

}  // namespace

void add_token(CommandLine& line)
{
    auto* command = line.add("token", "Issue tokens, and say why one is refused.", kExamples);
    command->require_subcommand(1);
    auto flags = std::make_shared<Flags>();

    auto* issuing = line.add(command, "issue", "Print an access token of a user.", kIssueExamples);
    issuing->add_option("user", flags->who, "A user name, or an id.")->required();
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
