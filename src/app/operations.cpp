#include "app/operations.hpp"

#include "model/fields.hpp"

#include <array>

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

/// Nobody.
std::unexpected<Failure> unknown(const std::string& who)
{
    return fail(Errc::not_found, "There is no user \"" + who + "\". To see who there is: wegowhere user list");
}

// A user name may look like an id: the name wins, since that is what its owner signs in with.
Task<std::optional<user::User>> find(Parts parts, std::string who)
{
    auto user = co_await parts.users.find_by_username(who);
    if (!user)
        if (const auto id = Id::parse(who))
            user = co_await parts.users.find_by_id(*id);
    co_return user;
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
        co_return unknown(asked->who);
    co_return co_await described(parts, *std::move(user));
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
    auto user = co_await parts.users.find_by_username(name);
    if (!user)
        co_return unknown(name);
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
        co_return unknown(asked->who);
    auto done = co_await parts.auth.reset_password(user->_id, std::move(asked->password));
    if (!done)
        co_return fail(std::move(done.error()));
    co_return co_await described(parts, *std::move(user));
}

Task<Result<std::string>> set_disabled(Parts parts, std::string arguments, bool disabled)
{
    const auto asked = read(kWho, arguments, parts.limits);
    if (!asked)
        co_return fail(asked.error());
    auto user = co_await find(parts, asked->who);
    if (!user)
        co_return unknown(asked->who);
    auto done = co_await parts.auth.set_disabled(user->_id, disabled);
    if (!done)
        co_return fail(std::move(done.error()));
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

struct Operation {
    std::string_view name;
    Task<Result<std::string>> (*run)(Parts parts, std::string arguments);
};

constexpr std::array kOperations{
    Operation{"user.list",           list_users    },
    Operation{"user.find",           find_user     },
    Operation{"user.add",            add_user      },
    Operation{"user.reset_password", reset_password},
    Operation{"user.disable",        disable_user  },
    Operation{"user.enable",         enable_user   },
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
