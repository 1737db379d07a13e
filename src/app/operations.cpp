#include "app/operations.hpp"

#include "app/secret.hpp"
#include "app/sign_in_report.hpp"
#include "app/token_report.hpp"
#include "app/version.hpp"
#include "auth/password.hpp"
#include "base/ascii.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "model/fields.hpp"

#include <array>
#include <unistd.h>

namespace wgw::app {
namespace {

using Parts = Operations::Parts;

constexpr std::int64_t kPage = 200;

/// Where the session of an added user came from.
const auth::Peer kOperator{.address = "", .user_agent = "wegowhere user add"};

struct List {
    std::int64_t limit = kPage;
    std::optional<Id> after;
};

constexpr auto kList = fields<List>(
    field("limit", &List::limit, at_least(1) | optional, "Users of a page, 200 at most."),
    field("after", &List::after, mongo_id, "The last one of the page before.")
);

struct Who {
    std::string who;
};

constexpr auto kWho = fields<Who>(field("who", &Who::who, not_empty, "A user name, or an id."));

// A user name may look like an id: the name wins, since that is what its owner signs in with.
Task<std::optional<user::User>> find(Parts parts, std::string who)
{
    auto user = co_await parts.users.find_by_username(who);
    if (!user)
        if (const auto id = Id::parse(who))
            user = co_await parts.users.find_by_id(*id);
    co_return user;
}

/// Nobody. Case and blanks count in a name, and are what is mistyped first.
Task<std::unexpected<Failure>> unknown(Parts parts, std::string who)
{
    const auto begin = who.find_first_not_of(" \t");
    const auto end = who.find_last_not_of(" \t");
    const std::string plain = begin == std::string::npos ? "" : lower(who.substr(begin, end - begin + 1));
    const bool is_near = !plain.empty() && plain != who && co_await parts.users.find_by_username(plain);
    std::string sentence = "There is no user \"" + who + "\". ";
    sentence +=
        is_near ? "Case and blanks count: there is \"" + plain + "\"." : "To see who there is: wegowhere user list";
    co_return fail(Errc::not_found, std::move(sentence));
}

Task<std::string> described(Parts parts, user::User user)
{
    std::string out;
    user::write_user_found(out, user);
    out.pop_back();
    out += co_await parts.auth.is_disabled(user._id) ? R"(,"disabled":true})" : R"(,"disabled":false})";
    co_return out;
}

Task<Result<std::string>> list_users(Parts parts, std::string arguments)
{
    const auto asked = read(kList, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    // From the oldest on: whoever signs up meanwhile comes last.
    user::Page page{
        .limit = static_cast<std::size_t>(std::min(asked->limit, kPage)),
        .before = {},
        .after = asked->after.value_or(Id{})
    };
    auto users = co_await parts.users.find_all(page);
    std::string out = R"({"items":[)";
    for (auto& user : users.items) {
        if (!out.ends_with('['))
            out += ',';
        out += co_await described(parts, user);
    }
    out += R"(],"next":)";
    out += users.more ? '"' + users.items.back()._id.hex() + '"' : "null";
    out += '}';
    co_return out;
}

Task<Result<std::string>> find_user(Parts parts, std::string arguments)
{
    const auto asked = read(kWho, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto user = co_await find(parts, asked->who);
    if (!user)
        co_return co_await unknown(parts, asked->who);
    const auto credential = co_await parts.credentials.find(user->_id);
    const SignInFacts facts{
        .is_disabled = co_await parts.auth.is_disabled(user->_id),
        .has_password = credential && auth::can_be_verified(credential->password),
        .counted = parts.throttles.look_at_sign_ins(user->username),
        .last = parts.throttles.last_failure(user->username),
    };
    auto out = co_await described(parts, *std::move(user));
    out.pop_back();
    out += R"(,"sign_in":)" + to_json(facts, parts.clock.now(), parts.clock.monotonic()) + '}';
    co_return out;
}

Task<Result<std::string>> add_user(Parts parts, std::string arguments)
{
    auto asked = read(auth::kSignUp, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    const std::string name = asked->username;
    auto made = co_await parts.auth.sign_up(*std::move(asked), kOperator);
    if (!made)
        co_return fail(std::move(made.error()));
    // Signing up has begun a session, whose tokens nobody has.
    if (auto caller = Tokens(parts.keys, parts.clock).check_token(made->access))
        co_await parts.auth.sign_out(*std::move(caller), {});
    auto user = co_await parts.users.find_by_username(name);
    if (!user)
        co_return co_await unknown(parts, name);
    co_return co_await described(parts, *std::move(user));
}

struct ResetPassword {
    std::string who;
    std::string password;
};

constexpr auto kResetPassword = fields<ResetPassword>(
    field("who", &ResetPassword::who, not_empty, "A user name, or an id."),
    field("password", &ResetPassword::password, auth::kSignUp.rows.back().rule, "As at sign-up.")
);

Task<Result<std::string>> reset_password(Parts parts, std::string arguments)
{
    auto asked = read(kResetPassword, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto user = co_await find(parts, asked->who);
    if (!user)
        co_return co_await unknown(parts, asked->who);
    auto done = co_await parts.auth.reset_password(user->_id, std::move(asked->password));
    if (!done)
        co_return fail(std::move(done.error()));
    parts.throttles.forgive_sign_ins(user->username);
    co_return co_await described(parts, *std::move(user));
}

Task<Result<std::string>> set_disabled(Parts parts, std::string arguments, bool disabled)
{
    const auto asked = read(kWho, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto user = co_await find(parts, asked->who);
    if (!user)
        co_return co_await unknown(parts, asked->who);
    auto done = co_await parts.auth.set_disabled(user->_id, disabled);
    if (!done)
        co_return fail(std::move(done.error()));
    co_return co_await described(parts, *std::move(user));
}

Task<Result<std::string>> unthrottle_user(Parts parts, std::string arguments)
{
    const auto asked = read(kWho, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto user = co_await find(parts, asked->who);
    if (!user)
        co_return co_await unknown(parts, asked->who);
    parts.throttles.forgive_sign_ins(user->username);
    co_return co_await described(parts, *std::move(user));
}

Task<Result<std::string>> disable_user(Parts parts, std::string arguments)
{
    return set_disabled(parts, std::move(arguments), true);
}

Task<Result<std::string>> enable_user(Parts parts, std::string arguments)
{
    return set_disabled(parts, std::move(arguments), false);
}

constexpr std::int64_t kGreatestLifetime_s = 3'650 * 86'400LL;  // as commands/token.cpp says

struct IssueToken {
    std::string who;
    std::int64_t lifetime_s = 0;
};

constexpr auto kIssueToken = fields<IssueToken>(
    field("who", &IssueToken::who, not_empty, "A user name, or an id."),
    field("lifetime_s", &IssueToken::lifetime_s, at_least(1), "How long it lives.")
);

TokenPair sign_at(Parts parts, const user::User& user, std::int64_t lifetime_s, Timestamp now)
{
    const ManualClock clock(now);
    return Tokens({.current = parts.keys.current}, clock, {.access_s = lifetime_s}).sign(user._id, user.username);
}

Task<Result<std::string>> issue_token(Parts parts, std::string arguments)
{
    auto asked = read(kIssueToken, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    asked->lifetime_s = std::min(asked->lifetime_s, kGreatestLifetime_s);
    const auto user = co_await find(parts, asked->who);
    if (!user)
        co_return co_await unknown(parts, asked->who);
    auto issued = sign_at(parts, *user, asked->lifetime_s, parts.clock.now());
    // Where all of the user's were ended in this second, one of this second is among them.
    if (const auto caller = Tokens(parts.keys, parts.clock).check_token(issued.access);
        caller && parts.revocations.is_revoked(*caller))
        issued = sign_at(parts, *user, asked->lifetime_s, {parts.clock.now().unix_ms + 1'000});
    const auto end = Timestamp{(parts.clock.now().unix_ms / 1'000 + asked->lifetime_s) * 1'000};
    std::string out = R"({"access":)";
    append_json_string(out, issued.access);
    out += R"(,"expires_at":")" + to_iso(end) + R"(","key":")" + key_mark(parts.keys.current) + R"("})";
    co_return out;
}

struct CheckToken {
    std::string token;
};

constexpr auto kCheckToken = fields<CheckToken>(field("token", &CheckToken::token, not_empty, "An access token."));

/// Whose it is: also of a refresh token, whose session is asked about in the same way.
std::optional<Caller> caller_of(const Tokens& tokens, const std::string& token)
{
    if (auto caller = tokens.check_token(token))
        return *std::move(caller);
    if (auto claims = tokens.check_refresh(token))
        return std::move(claims->caller);
    return {};
}

/// Adds whether the account lets it in.
Task<TokenReport> with_account(Parts parts, TokenReport report, UserId user_id)
{
    const bool is_there = (co_await parts.users.find_by_id(user_id)).has_value();
    const bool is_disabled = co_await parts.auth.is_disabled(user_id);
    report.account = !is_there     ? "there is no such user"
                     : is_disabled ? "disabled: wegowhere user enable lets it in again"
                                   : "there";
    if (report.good && (!is_there || is_disabled)) {
        report.good = false;
        report.reason = "its user is not let in";
    }
    co_return report;
}

/// Adds whether its session goes on.
Task<TokenReport> with_session(Parts parts, TokenReport report, Caller caller)
{
    using What = auth::WhyRevoked::What;
    const auto why = co_await parts.revocations.why_revoked(std::move(caller));
    if (!why || why->what == What::disabled)
        co_return report;
    report.ended_at = why->at ? to_iso(*why->at) : "";
    report.ended_because = why->what == What::older ? "all sessions of its user were ended" : words(why->cause);
    if (report.good) {
        report.good = false;
        report.reason = why->what == What::session ? "its session has ended" : "it has been ended";
        report.advice = "What has ended does not come back: sign in again.";
    }
    co_return report;
}

Task<Result<std::string>> check_token(Parts parts, std::string arguments)
{
    const auto asked = read(kCheckToken, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto report = judge_token(parts.keys, parts.clock, asked->token);
    if (auto caller = caller_of(Tokens(parts.keys, parts.clock), asked->token)) {
        if (!caller->user_id.empty())
            report = co_await with_account(parts, std::move(report), caller->user_id);
        report = co_await with_session(parts, std::move(report), *std::move(caller));
    }
    co_return to_json(report, asked->token);
}

Task<Result<std::string>> tell_state(Parts parts, std::string)
{
    std::string out = R"({"pid":)" + std::to_string(::getpid()) + R"(,"version":")" + std::string(kVersion) +
                      R"(","key":")" + key_mark(parts.keys.current) + R"(","settings":[)";
    for (const auto& setting : parts.settings) {
        out += out.ends_with('[') ? R"({"name":)" : R"(,{"name":)";
        append_json_string(out, setting.name);
        out += R"(,"value":)";
        append_json_string(out, to_utf8(setting.value));
        out += R"(,"origin":)";
        append_json_string(out, to_utf8(setting.origin));
        out += setting.is_secret ? R"(,"is_secret":true})" : R"(,"is_secret":false})";
    }
    co_return out + "]}";
}

struct Operation {
    std::string_view name;
    Task<Result<std::string>> (*run)(Parts parts, std::string arguments);
};

constexpr std::array kOperations{
    Operation{"user.list",           list_users     },
    Operation{"user.find",           find_user      },
    Operation{"user.add",            add_user       },
    Operation{"user.reset_password", reset_password },
    Operation{"user.unthrottle",     unthrottle_user},
    Operation{"user.disable",        disable_user   },
    Operation{"user.enable",         enable_user    },
    Operation{"token.issue",         issue_token    },
    Operation{"token.check",         check_token    },
    Operation{"server.state",        tell_state     },
};

}  // namespace

Task<Result<std::string>> Operations::run(std::string name, std::string arguments)
{
    for (const auto& operation : kOperations)
        if (operation.name == name)
            co_return co_await operation.run(parts_, std::move(arguments));
    co_return fail(
        Errc::not_found, "The server does not know \"" + name + "\": it is of another version than this command."
    );
}

}  // namespace wgw::app
