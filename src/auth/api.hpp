#pragma once
/// Signing up, in and out, sessions and passwords, for other features.
///
/// A session is what one sign-up or sign-in has begun: its tokens name it (`sid`), and when it ends they count no more.
/// Tokens without one (the original's, a host application's) work as recorded, and are ended one by one.
///
/// Calls are made on the loop. Errors  exceptions of the stores, besides the results; then the outcome is unknown.
/// Tests  service_test.cpp (signing up and in), sessions_test.cpp, account_test.cpp

#include "base/task.hpp"
#include "model/fields.hpp"
#include "model/token.hpp"
#include "user/api.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::auth {

struct SignUp {
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
    std::string password;
};

inline constexpr auto kSignUp = fields<SignUp>(
    field("first_name", &SignUp::first_name, user::kFirstNameRule, "The first name.", R"("Grace")"),
    field("last_name", &SignUp::last_name, user::kLastNameRule, "The last name.", R"("Hopper")"),
    field(
        "username", &SignUp::username, user::kUsernameRule, "The name to sign in with; unique, case-sensitive.",
        R"("grace.hopper")"
    ),
    field(
        "password", &SignUp::password,
        not_empty | min_length(&Limits::password_min) | max_length(&Limits::password_max), "Every byte counts.",
        R"("cobol1959")"
    )
);

/// Without greatest lengths: an imported account may have a password that could not be chosen here.
struct SignIn {
    std::string username;
    std::string password;
};

inline constexpr auto kSignIn = fields<SignIn>(
    field("username", &SignIn::username, not_empty, "As at sign-up.", R"("grace.hopper")"),
    field(
        "password", &SignIn::password, not_empty | min_length(&Limits::password_min), "As at sign-up.", R"("cobol1959")"
    )
);

struct Refresh {
    std::string refresh;
};

inline constexpr auto kRefresh = fields<Refresh>(
    field("refresh", &Refresh::refresh, not_empty, "The refresh token of the newest pair. It works once.")
);

struct SignOut {
    bool all = false;
};

inline constexpr auto kSignOut = fields<SignOut>(
    field("all", &SignOut::all, optional, "Ends all sessions of the user, not only the caller's.", "true")
);

struct ChangePassword {
    std::string password;
    std::string new_password;
};

inline constexpr auto kChangePassword = fields<ChangePassword>(
    field(
        "password", &ChangePassword::password, not_empty | min_length(&Limits::password_min),
        "The password that counts now.", R"("cobol1959")"
    ),
    field(
        "new_password", &ChangePassword::new_password,
        not_empty | min_length(&Limits::password_min) | max_length(&Limits::password_max), "As at sign-up.",
        R"("flowmatic1955")"
    )
);

struct Session {
    Id _id;
    Timestamp created_at;
    Timestamp last_used_at;  ///< When it last signed in or refreshed: it is not written for each request.
    std::string user_agent;
    std::string address;
    bool current = false;  ///< It is the caller's.
};

inline constexpr auto kSession = fields<Session>(
    field("_id", &Session::_id, mongo_id, "The id of the session.", R"("5f0c1d2e3f4a5b6c7d8e9f00")"),
    field("created_at", &Session::created_at, any, "When it signed in.", R"("2026-11-22T13:05:38.051Z")"),
    field(
        "last_used_at", &Session::last_used_at, any, "When it last signed in or refreshed.",
        R"("2026-11-22T13:05:38.051Z")"
    ),
    field("user_agent", &Session::user_agent, any, "What it called itself then.", R"("Mozilla/5.0")"),
    field("address", &Session::address, any, "Where it came from then.", R"("192.0.2.1")"),
    field("current", &Session::current, any, "Whether it is the caller's own.", "true")
);

/// As a part of a path.
struct BySession {
    Id session_id;
};

inline constexpr auto kBySession =
    fields<BySession>(field("session_id", &BySession::session_id, mongo_id, "The id of the session."));

/// What can be asked about accounts. Those that make or describe a session take kAddressHeader and
/// kUserAgentHeader.
namespace patterns {
inline constexpr bus::Pattern kSignUp{"auth.user.sign_up", false, true};               ///< SignUp: TokenPair
inline constexpr bus::Pattern kSignIn{"auth.user.sign_in", false, true};               ///< SignIn: TokenPair
inline constexpr bus::Pattern kRefresh{"auth.session.refresh", false, false};          ///< Refresh: TokenPair
inline constexpr bus::Pattern kSignOut{"auth.session.sign_out", true, false};          ///< SignOut: nothing
inline constexpr bus::Pattern kFindSessions{"auth.session.find_all", true, false};     ///< {} and a page: Sessions
inline constexpr bus::Pattern kDescribeSession{"auth.session.describe", true, false};  ///< {}: nothing
inline constexpr bus::Pattern kEndSession{"auth.session.end", true, false};            ///< BySession: nothing
inline constexpr bus::Pattern kChangePassword{"auth.password.change", true, false};    ///< ChangePassword: nothing
}  // namespace patterns

/// Which part of a user's sessions: the newest, those before an id, or those after it.
struct SessionPage {
    std::size_t limit = 50;
    std::optional<Id> before = {};
    std::optional<Id> after = {};  ///< Wins over `before`.
};

struct SessionList {
    std::vector<Session> items;  ///< Oldest first.
    bool more = false;           ///< There are more in the direction of the page.
};

/// Where a request has come from. A session remembers address and user agent.
struct Peer {
    std::string address;     ///< As in `192.0.2.1`.
    std::string user_agent;  ///< As sent; the first 256 bytes are kept.
    Origin origin = {};      ///< For the other services that are asked.
};

// What a sign-in that is refused with not_found says, as the original does.
inline constexpr std::string_view kNoSuchUser = "User is not found! Please sign up first.";
inline constexpr std::string_view kNoPassword = "Please reset your password!";

class AuthApi {
public:
    virtual ~AuthApi() = default;

    /// username_taken if there is such a user; unavailable if too many passwords are being hashed. Either all of an
    /// account is there afterwards, or nothing that anybody could use.
    virtual Task<Result<TokenPair>> sign_up(SignUp request, Peer peer) = 0;

    /// not_found: no such user, or one without a password that can be checked (`Please reset your password!`). 400:
    /// wrong password, or a user name shorter than any can be (with the array of the failing field). forbidden: the
    /// password is right and the user is disabled. unavailable as above. Takes as long whether or not there is such a
    /// user.
    virtual Task<Result<TokenPair>> sign_in(SignIn request, Peer peer) = 0;

    /// The next pair. A token works once; a repeat within 30 s is a retry and gets a pair too; a later one ends
    /// the session. token_revoked: that, or the session had ended; unauthorized, token_expired: no refresh token.
    virtual Task<Result<TokenPair>> refresh(Refresh request, Peer peer) = 0;

    /// Ends the caller's session (of a token without one, that token), or all of the user's.
    virtual Task<Result<void>> sign_out(Caller caller, SignOut request) = 0;

    /// Ends all other sessions of the caller. Fails as sign_in() does where `password` is not the one that counts.
    virtual Task<Result<void>> change_password(Caller caller, ChangePassword request) = 0;

    virtual Task<Result<SessionList>> sessions(Caller caller, SessionPage page) = 0;

    /// Who the caller is, where the request that began its session had no place to say so. Nothing else changes, and what
    /// a session knows already stays.
    virtual Task<Result<void>> describe_session(Caller caller, Peer peer) = 0;

    /// Of the caller's sessions, also its own. not_found: it has none of that id.
    virtual Task<Result<void>> end_session(Caller caller, Id session_id) = 0;

    // For the operator.

    /// Also for a user without a password. Ends all sessions. not_found: no such user; validation_failed as sign_up().
    virtual Task<Result<void>> reset_password(UserId user_id, std::string new_password) = 0;

    /// Who is disabled can neither sign in nor refresh, and no token of theirs counts; all sessions are ended, and stay
    /// so when the user is enabled again. not_found: no such user.
    virtual Task<Result<void>> set_disabled(UserId user_id, bool disabled) = 0;

    virtual Task<bool> is_disabled(UserId user_id) = 0;
};

/// Which tokens that verify count no more. Asked for each request and each event: it answers from memory. Loop only.
class Revocations {
public:
    virtual ~Revocations() = default;

    virtual bool is_revoked(const Caller& caller) const = 0;

    /// `listener` is called when something of that user's has been revoked; the id is empty where the token named no
    /// user of ours. It outlives the calls, or is replaced by an empty one.
    virtual void set_listener(std::function<void(UserId)> listener) = 0;
};

}  // namespace wgw::auth
