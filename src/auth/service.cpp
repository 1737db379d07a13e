#include "auth/service.hpp"

#include "auth/bcrypt.hpp"

#include <array>

namespace wgw::auth {
namespace {

/// Whichever way the function ends.
struct WipeAtEnd {
    explicit WipeAtEnd(std::string& text) : secret(text) {}
    WipeAtEnd(const WipeAtEnd&) = delete;
    WipeAtEnd& operator=(const WipeAtEnd&) = delete;
    ~WipeAtEnd() { wipe(secret); }

    std::string& secret;
};

constexpr std::string_view kDisabled = "This account is disabled. Please ask whoever runs this server.";
constexpr std::string_view kNoUser = "User is not found!";

/// libcrypt ends at the NUL: nobody can check such a password, also if it is the right one.
bool can_be_checked(const std::string& password, const Credential& credential)
{
    return !is_bcrypt(credential.password) || !password.contains('\0');
}

/// By the rules of a sign-up; nothing: it is good.
std::optional<Failure> check_new_password(const std::string& new_password, const Limits& limits)
{
    struct Given {
        std::string new_password;
    };
    static constexpr auto kRules = fields<Given>(field(
        "new_password", &Given::new_password,
        not_empty | min_length(&Limits::password_min) | max_length(&Limits::password_max), "As at sign-up."
    ));
    std::array<Input::Pair, 1> pairs{
        Input::Pair{"new_password", new_password}
    };
    auto given = read(kRules, Input{.json = {}, .pairs = pairs}, limits);
    wipe(pairs.front().value);
    if (!given)
        return given.error();
    wipe(given->new_password);
    return {};
}

Failure wrong_password()
{
    Failure failure(Errc::unauthorized, "Username or password is wrong!");
    failure.status = 400;
    return failure;
}

}  // namespace

Task<Result<TokenPair>> AuthService::sign_up(SignUp request, Peer peer)
{
    const WipeAtEnd wiped(request.password);
    if (co_await parts_.users.find_by_username(request.username, peer.origin))
        co_return fail(Errc::username_taken);
    auto hash = co_await parts_.passwords.hash(std::move(request.password));
    if (!hash)
        co_return fail(std::move(hash.error()));

    const auto user_id = parts_.ids.next();
    const auto credential_id = co_await parts_.credentials.add(user_id, *hash);
    user::NewUser new_user{std::move(request.first_name), std::move(request.last_name), std::move(request.username)};
    auto user = co_await parts_.users.create(user_id, std::move(new_user), peer.origin);
    if (user && user->_id != user_id) {
        // A user service of the original names its users itself. The password follows; a crash in between leaves a
        // user without one, as the original's sign-up does.
        co_await parts_.credentials.add(user->_id, *std::move(hash));
        co_await parts_.credentials.remove(credential_id);
    }
    if (user)
        co_return co_await begin_session(*std::move(user), {}, std::move(peer));
    if (user.error().http_status() < 500)  // otherwise the user may have been made, and needs it
        co_await parts_.credentials.remove(credential_id);
    co_return fail(std::move(user.error()));
}

Task<Result<TokenPair>> AuthService::sign_in(SignIn request, Peer peer)
{
    const WipeAtEnd wiped(request.password);
    const Input::Pair username{"username", request.username};
    if (auto valid = read(
            user::kByUsername,
            Input{
                .json = {},
                  .pairs = {&username, 1}
    },
            parts_.limits
        );
        !valid)
        co_return fail(std::move(valid.error()));

    auto user = co_await parts_.users.find_by_username(request.username, peer.origin);
    if (!user)
        co_return co_await refuse(std::move(request.password), std::string(kNoSuchUser));
    auto credential = co_await parts_.credentials.find(user->_id);
    if (!credential)
        co_return co_await refuse(std::move(request.password), std::string(kNoPassword));
    if (!can_be_checked(request.password, *credential))
        co_return co_await refuse(std::move(request.password), std::string(kNoPassword));
    auto verdict = co_await parts_.passwords.verify(std::move(request.password), credential->password);
    if (!verdict)
        co_return fail(std::move(verdict.error()));
    if (!verdict->right)
        co_return fail(wrong_password());
    // Behind the check of the password, so that only who has it is told.
    if (parts_.revocations.is_disabled(user->_id))
        co_return fail(Errc::forbidden, std::string(kDisabled));
    if (!verdict->replacement.empty())
        co_await parts_.credentials.rehash(*credential, std::move(verdict->replacement));
    co_return co_await begin_session(*std::move(user), std::move(credential), std::move(peer));
}

/// `shown`: the credential of a sign-in.
Task<Result<TokenPair>> AuthService::begin_session(user::User user, std::optional<Credential> shown, Peer peer)
{
    const auto session = co_await parts_.sessions.begin(user._id, std::move(peer));
    if (shown) {
        // Whoever has changed the password or disabled the user meanwhile has ended the sessions that were there.
        const auto stored = co_await parts_.credentials.find(user._id);
        const bool counts = stored && stored->_id == shown->_id && stored->changed_at == shown->changed_at;
        const bool disabled = parts_.revocations.is_disabled(user._id);
        if (!counts || disabled) {
            co_await parts_.sessions.end(user._id, session._id, Cause::not_begun);
            co_return disabled ? fail(Errc::forbidden, std::string(kDisabled)) : fail(wrong_password());
        }
    }
    co_return parts_.tokens.sign(user._id, user.username, session);
}

// Hashes all the same, so that the time of the answer does not tell who has an account.
Task<Result<TokenPair>> AuthService::refuse(std::string password, std::string sentence)
{
    const auto hash = co_await parts_.passwords.hash(std::move(password));
    if (!hash)
        co_return fail(hash.error());
    co_return fail(Errc::not_found, std::move(sentence));
}

Task<Result<TokenPair>> AuthService::refresh(Refresh request, Peer peer)
{
    const auto claims = parts_.tokens.check_refresh(request.refresh);
    if (!claims)
        co_return fail(claims.error());
    const auto user = co_await parts_.users.find_by_id(claims->caller.user_id, peer.origin);
    if (!user)
        co_return fail(Errc::token_revoked);
    const auto session = co_await parts_.sessions.refresh(*claims, std::move(peer));
    if (!session)
        co_return fail(session.error());
    if (parts_.revocations.is_revoked(claims->caller))
        co_return fail(Errc::token_revoked);  // meanwhile
    co_return parts_.tokens.sign(user->_id, user->username, *session);
}

Task<Result<void>> AuthService::sign_out(Caller caller, SignOut request)
{
    if (request.all) {
        const auto user_id = require_user_id(caller);
        if (!user_id)
            co_return fail(user_id.error());
        co_await parts_.sessions.end_all(*user_id, Id(), Cause::signed_out_everywhere);
    }
    co_await parts_.sessions.end_own(std::move(caller));
    co_return Result<void>();
}

Task<Result<void>> AuthService::change_password(Caller caller, ChangePassword request)
{
    const WipeAtEnd wiped(request.password);
    const WipeAtEnd new_wiped(request.new_password);
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    auto credential = co_await parts_.credentials.find(*user_id);
    if (!credential || !can_be_checked(request.password, *credential))
        co_return fail(Errc::not_found, std::string(kNoPassword));
    const auto verdict = co_await parts_.passwords.verify(std::move(request.password), credential->password);
    if (!verdict)
        co_return fail(verdict.error());
    if (!verdict->right)
        co_return fail(wrong_password());
    auto hash = co_await parts_.passwords.hash(std::move(request.new_password));
    if (!hash)
        co_return fail(hash.error());
    co_await parts_.sessions.end_all(*user_id, caller.ended_by, Cause::new_password);
    if (!co_await parts_.credentials.change(*std::move(credential), *std::move(hash)))
        co_return fail(Errc::conflict, "The password was changed by somebody else meanwhile.");
    co_await parts_.sessions.end_all(*user_id, caller.ended_by, Cause::new_password);
    co_return Result<void>();
}

Task<Result<void>> AuthService::describe_session(Caller caller, Peer peer)
{
    if (caller.has_session)
        co_await parts_.sessions.describe(std::move(caller), std::move(peer));
    co_return Result<void>();
}

Task<Result<SessionList>> AuthService::sessions(Caller caller, SessionPage page)
{
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    auto list = co_await parts_.sessions.list(*user_id, page);
    for (auto& session : list.items)
        session.current = caller.has_session && session._id == caller.ended_by;
    co_return list;
}

Task<Result<void>> AuthService::end_session(Caller caller, Id session_id)
{
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (!co_await parts_.sessions.end(*user_id, session_id, Cause::ended_by_user))
        co_return fail(Errc::not_found, "Session is not found!");
    co_return Result<void>();
}

Task<Result<void>> AuthService::reset_password(UserId user_id, std::string new_password)
{
    const WipeAtEnd wiped(new_password);
    if (auto failure = check_new_password(new_password, parts_.limits))
        co_return fail(*std::move(failure));
    if (!co_await parts_.users.find_by_id(user_id))
        co_return fail(Errc::not_found, std::string(kNoUser));
    auto hash = co_await parts_.passwords.hash(std::move(new_password));
    if (!hash)
        co_return fail(hash.error());
    co_await parts_.sessions.end_all(user_id, Id(), Cause::new_password);
    auto credential = co_await parts_.credentials.find(user_id);
    if (!credential)
        co_await parts_.credentials.add(user_id, *std::move(hash));
    else if (!co_await parts_.credentials.change(*std::move(credential), *std::move(hash)))
        co_return fail(Errc::conflict, "The password was changed by somebody else meanwhile.");
    co_await parts_.sessions.end_all(user_id, Id(), Cause::new_password);
    co_return Result<void>();
}

Task<Result<void>> AuthService::set_disabled(UserId user_id, bool disabled)
{
    if (!co_await parts_.users.find_by_id(user_id))
        co_return fail(Errc::not_found, std::string(kNoUser));
    // Sessions are ended while the user is disabled, whichever way: where disabling was interrupted some may be left.
    if (disabled)
        co_await parts_.revocations.set_disabled(user_id, true);
    co_await parts_.sessions.end_all(user_id, Id(), Cause::disabled);
    if (!disabled)
        co_await parts_.revocations.set_disabled(user_id, false);
    co_return Result<void>();
}

Task<bool> AuthService::is_disabled(UserId user_id) { co_return parts_.revocations.is_disabled(user_id); }

}  // namespace wgw::auth
