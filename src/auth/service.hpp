#pragma once
/// The rules of signing up and in, over a collection of credentials, the users, and the hash thread. Lives on the loop;
/// owns no data.
///
/// Order of a sign-up: the credential first, the user last. The unique user name is the moment of truth, and a crash
/// between the two leaves a credential that nobody can use and a name that is still free. The other order would burn
/// the name; and letting a repeat adopt such a user would let anybody adopt accounts without a password.

#include "auth/api.hpp"
#include "auth/password.hpp"
#include "store/collection.hpp"
#include "user/api.hpp"

namespace wgw::auth {

/// The collection `userpasswords`, as the original has it.
const store::CollectionSpec& credentials_spec();

class AuthService final : public AuthApi {
public:
    /// What the service works with; all of it outlives the service.
    struct Parts {
        store::Collection& credentials;  ///< Made from credentials_spec().
        user::UserApi& users;
        Passwords& passwords;
        const Tokens& tokens;
        IdSource& ids;
        const Clock& clock;
        const Limits& limits;
    };

    explicit AuthService(const Parts& parts) : parts_(parts) {}

    Task<Result<TokenPair>> sign_up(SignUp request) override;
    Task<Result<TokenPair>> sign_in(SignIn request) override;

private:
    Task<Result<TokenPair>> refuse(std::string password, std::string sentence);
    Task<Id> keep_credential(UserId user_id, std::string hash);
    Task<> replace_hash(store::Document current, std::string hash);

    Parts parts_;
};

}  // namespace wgw::auth
