#include "app/commands/ask_secret.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/forgive_in_cluster.hpp"
#include "auth/password.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere user list
  wegowhere user add grace.hopper --first-name Grace
  wegowhere user show grace.hopper             why can she not sign in?
  wegowhere user reset-password grace.hopper   asks for the new one
  wegowhere user unthrottle grace.hopper       after too many wrong ones
  wegowhere user disable grace.hopper          ends all her sessions, too

They work while the server runs and while it does not. With the settings of the
auth service of a cluster they work on its accounts.)";

constexpr const char* kListExamples = R"(Examples:
  wegowhere user list
  wegowhere user list --json    one JSON object per line)";

constexpr const char* kShowExamples = R"(Examples:
  wegowhere user show grace.hopper
  wegowhere user show 5f0c1d2e3f4a5b6c7d8e9f00   by id, as in the log
It says whether sign-in is possible, and why not: disabled, no password,
refused for a while after too many failed ones (since and until when, from
which networks), a wrong password lately. Of the last two only a running server
knows: they are in its memory.)";

constexpr const char* kAddExamples = R"(Examples:
  wegowhere user add grace.hopper --first-name Grace    asks for a password
  openssl rand -base64 12 | tee password | wegowhere user add grace.hopper)";

constexpr const char* kResetExamples = R"(Examples:
  wegowhere user reset-password grace.hopper               asks for it
  wegowhere user reset-password grace.hopper < password    its first line
All sessions of the user end. Sign-ins that are refused for a while, after too
many failed ones, are possible again at once; in a cluster its gateways are
told so over Redis.)";

constexpr const char* kUnthrottleExamples = R"(Examples:
  wegowhere user unthrottle grace.hopper
Sign-ins that are refused for a while, after too many failed ones, are possible
again at once. Where all of an address are refused, whatever the name, that
goes on: it ends by itself within an hour. In a cluster all gateways are told,
over Redis.)";

constexpr const char* kDisableExamples = R"(Examples:
  wegowhere user disable grace.hopper
She can no longer sign in, and all her sessions end.)";

constexpr const char* kEnableExamples = R"(Examples:
  wegowhere user enable grace.hopper
She can sign in again, with the password she had.)";

struct Flags {
    std::string who;
    std::string first_name;
    std::string last_name;
    bool json = false;
};

/// A JSON object of strings; empty ones are left out.
std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members)
{
    std::string out;
    for (const auto& [name, value] : members) {
        if (value.empty())
            continue;
        out += out.empty() ? '{' : ',';
        append_json_string(out, name);
        out += ':';
        append_json_string(out, to_utf8(value));
    }
    return out.empty() ? "{}" : out + '}';
}

struct Character {
    std::size_t bytes = 0;
    unsigned point = 0;
};

/// What `text`, UTF-8, begins with, if that would do something to a terminal, end a line or turn it round. Else 0 bytes.
Character command_at(std::string_view text)
{
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? unsigned{static_cast<unsigned char>(text[i])} : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7f)
        return {1, byte(0)};
    if (byte(0) == 0xc2 && byte(1) < 0xa0)  // C1
        return {2, byte(1)};
    const unsigned point = 0x2000 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
    if (byte(0) == 0xe2 && ((point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069)))
        return {3, point};
    return {};
}

/// What people may have chosen as a name goes to a terminal: each of its commands becomes what `instead` makes of it.
template <class Instead>
std::string without_commands(std::string_view text, Instead instead)
{
    std::string out;
    while (!text.empty()) {
        const auto command = command_at(text);
        const std::size_t bytes = std::max<std::size_t>(command.bytes, 1);
        out += command.bytes == 0 ? std::string(text.substr(0, 1)) : instead(command.point);
        text.remove_prefix(bytes);
    }
    return out;
}

std::string printable(std::string_view text)
{
    return without_commands(text, [](unsigned) { return std::string("?"); });
}

/// The same JSON.
std::string printable_json(std::string_view json)
{
    return without_commands(json, [](unsigned point) {
        std::array<char, 8> escape{};
        std::snprintf(escape.data(), escape.size(), "\\u%04x", point);
        return std::string(escape.data());
    });
}

std::string text_of(JsonValue user, std::string_view name)
{
    const auto value = user.find(name);
    return value && value->is_string() ? printable(value->string()) : "";
}

/// As it is, for programs.
std::string exact(const std::string& user, std::string_view name)
{
    const auto value = JsonValue(user).find(name);
    return value && value->is_string() ? value->string() : "";
}

bool is_disabled(JsonValue user)
{
    const auto value = user.find("disabled");
    return value && value->text() == "true";
}

void print_row(JsonValue user)
{
    const std::string name = text_of(user, "first_name") + " " + text_of(user, "last_name");
    std::printf(
        "%s  %s  %-24s %s%s\n", text_of(user, "_id").c_str(), text_of(user, "created_at").substr(0, 10).c_str(),
        text_of(user, "username").c_str(), name.c_str(), is_disabled(user) ? " (disabled)" : ""
    );
}

int list(const Options& options, const Flags& flags)
{
    ControlClient control(options);
    std::size_t count = 0;
    std::string after;
    do {
        const std::string page = control.ask(
            "user.list", object({
                             {"after", after}
        })
        );
        const JsonValue reply(page);
        auto users = reply.find("items")->elements();
        for (; const auto user = users.next(); ++count) {
            if (flags.json)
                std::printf("%s\n", printable_json(user->text()).c_str());
            else
                print_row(*user);
        }
        const auto next = reply.find("next");
        after = next && next->is_string() ? next->string() : "";
    } while (!after.empty());
    if (!flags.json)
        std::fprintf(stderr, "%zu %s\n", count, count == 1 ? "user" : "users");
    return 0;
}

/// Whatever the operation answers is a user.
void print_user(const Flags& flags, const std::string& user, const std::string& sentence)
{
    if (flags.json)
        std::printf("%s\n", printable_json(user).c_str());
    else
        std::printf("%s\n", sentence.c_str());
}

/// A text or a number of an object, for a sentence.
std::string value_of(JsonValue object, std::string_view name)
{
    const auto value = object.find(name);
    if (!value || value->is_null())
        return "";
    return value->is_string() ? printable(value->string()) : std::string(value->text());
}

/// `203.0.113.0/24 (9), 198.51.100.0/24 (2)`
std::string networks_of(JsonValue sign_in)
{
    std::string out;
    auto networks = sign_in.find("networks")->elements();
    while (const auto network = networks.next()) {
        const auto name = value_of(*network, "network");
        out += (out.empty() ? "" : ", ") + (name == "private" ? "this machine or private networks" : name) + " (" +
               value_of(*network, "failed");
        if (const auto until = value_of(*network, "refused_until"); !until.empty())
            out += ", refused until " + until;
        out += ')';
    }
    return out;
}

std::string last_failure_of(JsonValue sign_in)
{
    const auto last = sign_in.find("last_failure");
    if (!last || last->is_null())
        return "";
    const auto address = value_of(*last, "address");
    const auto wrong = value_of(*last, "wrong_passwords");
    return "\nlast failed " + value_of(*last, "at") + ": " + value_of(*last, "why") +
           (address.empty() ? "" : ", from " + address) +
           (wrong == "0" ? "" : "; wrong passwords since the last success: " + wrong);
}

/// What stands behind `state`, and the lines below it.
std::string state_of(JsonValue sign_in, const std::string& name)
{
    constexpr const char* kNext = "\n            ";
    const auto why = value_of(sign_in, "why");
    const std::string again = kNext + std::string("At once again: wegowhere user unthrottle ") + name + kNext +
                              "With a new password: wegowhere user reset-password " + name;
    if (why == "disabled")
        return "disabled: cannot sign in until wegowhere user enable " + name;
    if (why == "no_password")
        return "cannot sign in: there is no password that can be checked." + std::string(kNext) +
               "Give one: wegowhere user reset-password " + name;
    if (why == "throttled")
        return "sign-ins are refused since " + value_of(sign_in, "refused_since") + kNext + "until " +
               value_of(sign_in, "refused_until") + ", because " + value_of(sign_in, "failed") + " have failed," +
               kNext + "from " + networks_of(sign_in) + "." + kNext + "From a network where " + name +
               " has signed in before they are not." + again;
    if (why == "throttled_network")
        return "may sign in, but not from everywhere. Failed sign-ins, from" + std::string(kNext) +
               networks_of(sign_in) + "." + again;
    if (why == "throttled_address")
        return "may sign in, but the last one was refused: too many have failed" + std::string(kNext) +
               "from its address, whatever the name. That ends by itself within an hour.";
    if (why == "wrong_password")
        return "may sign in; the last password was wrong." + std::string(kNext) +
               "A new one: wegowhere user reset-password " + name;
    return "may sign in";
}

int show(const Options& options, const Flags& flags)
{
    ControlClient control(options);
    const auto user = control.ask(
        "user.find", object({
                         {"who", flags.who}
    })
    );
    const JsonValue json(user);
    const auto name = text_of(json, "username");
    const auto sign_in = json.find("sign_in");
    std::string state = sign_in ? state_of(*sign_in, name) + last_failure_of(*sign_in) : "";
    if (!control.is_served() && sign_in && value_of(*sign_in, "possible") == "true")
        state += control.is_cluster()
                     ? "\n            (failed sign-ins are in the memory of the gateways: not looked up)"
                     : "\n            (no server runs: failed sign-ins are not known)";
    print_user(
        flags, user,
        "user        " + name + "\nid          " + text_of(json, "_id") + "\nname        " +
            text_of(json, "first_name") + " " + text_of(json, "last_name") + "\nsigned up   " +
            text_of(json, "created_at") + "\nstate       " + state
    );
    return 0;
}

/// The throttle is in the memory of a server; in a cluster in that of all gateways.
int unthrottle(const Options& options, const Flags& flags)
{
    ControlClient control(options);
    const auto user = control.ask(
        control.is_cluster() ? "user.find" : "user.unthrottle", object({
                                                                    {"who", flags.who}
    })
    );
    const auto name = text_of(JsonValue(user), "username");
    std::string done = "No server runs, so nobody is refused: failed sign-ins are in its memory only.";
    if (control.is_cluster())
        done =
            name + " may try to sign in again at once: " + forgive_in_cluster(options, exact(user, "username")) + ".";
    else if (control.is_served())
        done = name + " may try to sign in again at once.";
    print_user(flags, user, done);
    return 0;
}

/// What is done is done: where the gateways could not be told as well, that is said.
std::string also_forgiven(const Options& options, const std::string& name)
try {
    return " Sign-ins that were refused are possible again: " + forgive_in_cluster(options, name) + ".";
} catch (const std::runtime_error& error) {
    return std::string("\nSign-ins that are refused after too many failed ones stay so for now. ") + error.what();
}

int add(const Options& options, const Flags& flags)
{
    ControlClient control(options, ControlClient::Missing::make);
    auto password = ask_secret("Password", Twice::yes);
    auto arguments = object({
        {"first_name", flags.first_name.empty() ? flags.who : flags.first_name},
        {"last_name",  flags.last_name                                        },
        {"username",   flags.who                                              },
        {"password",   password                                               },
    });
    auth::wipe(password);
    const auto user = control.ask("user.add", arguments);
    auth::wipe(arguments);
    print_user(flags, user, "Added " + flags.who + ", id " + text_of(JsonValue(user), "_id") + ".");
    return 0;
}

int reset_password(const Options& options, const Flags& flags)
{
    ControlClient control(options);
    control.ask(
        "user.find", object({
                         {"who", flags.who}
    })
    );  // before anybody types a password for nobody
    auto password = ask_secret("New password", Twice::yes);
    auto arguments = object({
        {"who",      flags.who},
        {"password", password }
    });
    auth::wipe(password);
    const auto user = control.ask("user.reset_password", arguments);
    auth::wipe(arguments);
    std::string done = flags.who + " has the new password. All sessions have ended.";
    if (control.is_cluster())
        done += also_forgiven(options, exact(user, "username"));
    print_user(flags, user, done);
    return 0;
}

int set_disabled(const Options& options, const Flags& flags, bool disabled)
{
    ControlClient control(options);
    const auto user = control.ask(
        disabled ? "user.disable" : "user.enable", object({
                                                       {"who", flags.who}
    })
    );
    print_user(
        flags, user,
        flags.who + (disabled ? " is disabled: cannot sign in any more, and all sessions have ended."
                              : " is enabled, and may sign in.")
    );
    return 0;
}

}  // namespace

void add_user(CommandLine& line)
{
    auto* command = line.add("user", "List, add, disable and mend accounts.", kExamples);
    command->require_subcommand(1);
    auto flags = std::make_shared<Flags>();
    const auto inner = [&](const char* name, const char* sentence, const char* examples, auto run) {
        auto* added = line.add(command, name, sentence, examples);
        added->add_flag("--json", flags->json, "What the API answers, as JSON.");
        line.data_flag(added);
        line.on(added, [&line, flags, run] { return run(line.settings().read(), *flags); });
        return added;
    };
    const auto of_user = [&](CLI::App* added) {
        CommandLine::user_argument(added, flags->who, "A user name, or an id.");
    };
    inner("list", "List all users, the oldest first.", kListExamples, list);
    of_user(inner("show", "Show a user, and whether sign-in is possible.", kShowExamples, show));
    auto* adding = inner("add", "Add a user, with a password that is asked for.", kAddExamples, add);
    CommandLine::user_argument(adding, flags->who, "The user name.");
    adding->add_option("--first-name", flags->first_name, "The first name (the user name).");
    adding->add_option("--last-name", flags->last_name, "The last name (none).");
    of_user(inner("reset-password", "Give a user another password.", kResetExamples, reset_password));
    of_user(inner("unthrottle", "Let a user try again after failures.", kUnthrottleExamples, unthrottle));
    of_user(inner("disable", "Keep a user out.", kDisableExamples, [](const Options& options, const Flags& of) {
        return set_disabled(options, of, true);
    }));
    of_user(inner("enable", "Let a user in again.", kEnableExamples, [](const Options& options, const Flags& of) {
        return set_disabled(options, of, false);
    }));
}

}  // namespace wgw::app
