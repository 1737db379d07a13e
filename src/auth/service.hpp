#pragma once
/// The rules of accounts, over credentials, sessions, revocations, the users, and the hash thread. Lives on the loop;
/// owns no data.
///
/// Order of a sign-up: the credential first, the user last. The unique user name is the moment of truth, and a crash
/// between the two leaves a credential that nobody can use and a name that is still free. The other order would burn
/// the name; and letting a repeat adopt such a user would let anybody adopt accounts without a password.
///
/// Order of a new password: the sessions end, the password changes, the sessions end that were begun meanwhile. A crash
/// in between leaves sessions ended and the old password: the user repeats. Who has just shown the old password looks
/// once more behind the beginning of the session whether it still counts.

#include "auth/api.hpp"
#include "auth/credentials.hpp"
#include "auth/password.hpp"
#include "auth/sessions.hpp"
#include "user/api.hpp"

namespace wgw::auth {

class AuthService final : public AuthApi {
public:
    /// What the service works with; all of it outlives the service.
    struct Parts {
        Credentials& credentials;
        Sessions& sessions;
        LocalRevocations& revocations;
        user::UserApi& users;
        Passwords& passwords;
        const Tokens& tokens;
        IdSource& ids;
        const Limits& limits;
    };

    explicit AuthService(const Parts& parts) : parts_(parts) {}

    Task<Result<TokenPair>> sign_up(SignUp request, Peer peer) override;
    Task<Result<TokenPair>> sign_in(SignIn request, Peer peer) override;
    Task<Result<TokenPair>> refresh(Refresh request, Peer peer) override;
    Task<Result<void>> sign_out(Caller caller, SignOut request) override;
    Task<Result<void>> change_password(Caller caller, ChangePassword request) override;
    Task<Result<void>> describe_session(Caller caller, Peer peer) override;
    Task<Result<SessionList>> sessions(Caller caller, SessionPage page) override;
    Task<Result<void>> end_session(Caller caller, Id session_id) override;
    Task<Result<void>> reset_password(UserId user_id, std::string new_password) override;
    Task<Result<void>> set_disabled(UserId user_id, bool disabled) override;
    Task<bool> is_disabled(UserId user_id) override;

private:
    Task<Result<TokenPair>> refuse(std::string password, std::string sentence);
    Task<Result<TokenPair>> begin_session(user::User user, std::optional<Credential> shown, Peer peer);

    Parts parts_;
};

}  // namespace wgw::auth
