#pragma once
/// Accounts and profiles, for other features.
///
/// A user name is unique and case-sensitive; nothing is trimmed or folded.
/// Calls are made on the loop. Errors  exceptions of the store, besides the results; over the bus Unavailable, and
///         Refused where the service says no to what cannot fail here.
/// Tests  service_test.cpp, remote_test.cpp, user_cache_test.cpp

#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "bus/operation.hpp"
#include "model/caller.hpp"
#include "model/fields.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
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

// The rules of a user's fields, whoever asks for one.
inline constexpr Rule kFirstNameRule = not_empty | max_length(&Limits::name_max);
inline constexpr Rule kLastNameRule = max_length(&Limits::name_max);
inline constexpr Rule kUsernameRule = not_empty | min_length(&Limits::username_min) | max_length(&Limits::username_max);

struct NewUser {
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
};

inline constexpr auto kNewUser = fields<NewUser>(
    field("first_name", &NewUser::first_name, kFirstNameRule, "The first name.", R"("Grace")"),
    field("last_name", &NewUser::last_name, kLastNameRule | left_out, "The last name.", R"("Hopper")"),
    field(
        "username", &NewUser::username, kUsernameRule, "The name to sign in with; unique, case-sensitive.",
        R"("grace.hopper")"
    )
);

/// A user name that is looked for: has the least length of one, but no greatest.
struct ByUsername {
    std::string username;
};

inline constexpr auto kByUsername = fields<ByUsername>(field(
    "username", &ByUsername::username, not_empty | min_length(&Limits::username_min), "The user name.",
    R"("grace.hopper")"
));

struct ById {
    UserId user_id;
};

inline constexpr auto kById = fields<ById>(field("user_id", &ById::user_id, mongo_id, "The id of the user."));

/// What can be asked of users.
namespace patterns {
inline constexpr bus::Pattern kFindByUsername{"user.find_by_username", false, true};  ///< {username}: user or null
inline constexpr bus::Pattern kCreate{"user.create", false, true};          ///< NewUser, kIdHeader: user, created order
inline constexpr bus::Pattern kFindAll{"user.find_all", true, true};        ///< {} and a page: users
inline constexpr bus::Pattern kFindById{"user.find_by_id", true, true};     ///< {user_id}: user or null
inline constexpr bus::Pattern kFindByIds{"user.find_by_ids", true, false};  ///< {"user_ids":[…]}: users who are there
}  // namespace patterns

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

/// `by`: for whom, and for which request, it is asked; empty: for this program itself.
class UserApi {
public:
    virtual ~UserApi() = default;

    /// username_taken if another user has that name, also when both are made at the same moment. The id of the user is
    /// another than `id` where a service has made it that names its own. Asked again with the same id and name it is
    /// the same user.
    virtual Task<Result<User>> create(UserId id, NewUser user, Origin by = {}) = 0;

    virtual Task<std::optional<User>> find_by_id(UserId id, Origin by = {}) = 0;
    virtual Task<std::optional<User>> find_by_username(std::string username, Origin by = {}) = 0;

    /// In the order of the ids; those that do not exist are left out. At most kMostIds.
    virtual Task<std::vector<User>> find_by_ids(std::vector<UserId> ids, Origin by = {}) = 0;

    virtual Task<UserList> find_all(Page page) = 0;
};

inline constexpr std::size_t kMostIds = 20'000;  ///< Of one look-up: the members of the largest room.

/// User objects as JSON text in *found* order, as they stand inside messages and members: read once, passed on often.
///
/// Bounded: two generations; when the younger is full the older is forgotten. What never changes cannot be stale.
/// Loop only.
class UserCache {
public:
    /// `users` outlives the cache, which keeps at most `capacity` users.
    explicit UserCache(UserApi& users, std::size_t capacity = 20'000);

    /// The object if it is here; nullptr if it has to be loaded. Good until the next call.
    const std::string* peek(const UserId& id);

    /// Loads those that are missing; who is being loaded already is waited for. Those who wait for one user go on in the
    /// order in which they came. A user that does not exist is not kept: peek() goes on answering nullptr.
    Task<void> load(std::vector<UserId> ids, Origin by = {});

    /// The object, or `null` if there is no such user.
    Task<std::string> get(UserId id);

    void put(const UserId& id, std::string json);

private:
    using Generation = std::unordered_map<UserId, std::string>;
    using Loaded = std::function<void(std::exception_ptr)>;

    Task<void> fetch(std::vector<UserId> ids, Origin by, Loaded loaded);

    UserApi& users_;
    std::size_t capacity_;
    Generation young_;
    Generation old_;
    std::map<UserId, std::vector<Loaded>> loading_;  ///< Who waits behind whoever has asked.
    TaskScope scope_;                                // last
};

}  // namespace wgw::user
