#pragma once
/// Accounts and profiles, for other features.
///
/// A user name is unique and case-sensitive; nothing is trimmed or folded.
/// Calls are made on the loop. Errors  exceptions of the store, besides the results.
/// Tests  service_test.cpp

#include "base/task.hpp"
#include "model/fields.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wgw::user {

struct User {
    UserId _id;
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
    Timestamp created_at;
    Timestamp updated_at;
    std::int64_t version = 0;  ///< `__v` on the wire: a name that C++ reserves.

    friend bool operator==(const User&, const User&) = default;
};

/// In the order in which a user is found.
inline constexpr auto kUser = fields<User>(
    field("_id", &User::_id, mongo_id, "The id of the user.", R"("5f0c1d2e3f4a5b6c7d8e9f00")"),
    field("first_name", &User::first_name, not_empty, "The first name.", R"("Grace")"),
    field("last_name", &User::last_name, any, "The last name, or null.", R"("Hopper")"),
    field("username", &User::username, not_empty, "The name to sign in with; unique.", R"("grace.hopper")"),
    field("created_at", &User::created_at, any, "When the user signed up.", R"("2026-11-22T13:05:38.051Z")"),
    field("updated_at", &User::updated_at, any, "When the user was last changed.", R"("2026-11-22T13:05:38.051Z")"),
    field("__v", &User::version, any, "Always 0.", "0")
);

void write_user_found(std::string& out, const User& user);

/// As the reply to the call that made it.
void write_user_created(std::string& out, const User& user);

struct NewUser {
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
};

/// A user name that is looked for: has the least length of one, but no greatest.
struct ByUsername {
    std::string username;
};

inline constexpr auto kByUsername = fields<ByUsername>(field(
    "username", &ByUsername::username, not_empty | min_length(&Limits::username_min), "The user name.",
    R"("grace.hopper")"
));

/// Which part of the list of users: the newest, those before an id, or those after it.
struct Page {
    std::size_t limit = 50;
    std::optional<UserId> before = {};
    std::optional<UserId> after = {};  ///< Wins over `before`.
};

struct UserList {
    std::vector<User> items;  ///< Oldest first.
    bool more = false;        ///< There are more in the direction of the page.
};

class UserApi {
public:
    virtual ~UserApi() = default;

    /// username_taken if another user has that name, also when both are made at the same moment.
    virtual Task<Result<User>> create(UserId id, NewUser user) = 0;

    virtual Task<std::optional<User>> find_by_id(UserId id) = 0;
    virtual Task<std::optional<User>> find_by_username(std::string username) = 0;

    /// In the order of the ids; those that do not exist are left out.
    virtual Task<std::vector<User>> find_by_ids(std::vector<UserId> ids) = 0;

    virtual Task<UserList> find_all(Page page) = 0;
};

}  // namespace wgw::user
