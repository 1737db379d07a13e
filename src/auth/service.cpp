#include "auth/service.hpp"

#include "auth/bcrypt.hpp"
#include "store/documents.hpp"

#include <stdexcept>

namespace wgw::auth {
namespace {

struct Credential {
    Id _id;
    UserId user_id;
    std::string password;  ///< A hash.
    Timestamp created_at;
    Timestamp updated_at;
    std::int64_t version = 0;
};

constexpr auto kCredential = fields<Credential>(
    field("_id", &Credential::_id, mongo_id, "The id of the credential."),
    field("user_id", &Credential::user_id, mongo_id, "Whose it is; unique."),
    field("password", &Credential::password, not_empty, "The hash of the password."),
    field("created_at", &Credential::created_at, any, "When it was made."),
    field("updated_at", &Credential::updated_at, any, "When the password was last hashed."),
    field("__v", &Credential::version, any, "Always 0.")
);

/// Whichever way the function ends.
struct WipeAtEnd {
    explicit WipeAtEnd(std::string& text) : secret(text) {}
    WipeAtEnd(const WipeAtEnd&) = delete;
    WipeAtEnd& operator=(const WipeAtEnd&) = delete;
    ~WipeAtEnd() { wipe(secret); }

    std::string& secret;
};

Failure wrong_password()
{
    Failure failure(Errc::unauthorized, "Username or password is wrong!");
    failure.status = 400;
    return failure;
}

}  // namespace

const store::CollectionSpec& credentials_spec()
{
    static const store::CollectionSpec spec{"userpasswords", store::field_specs(kCredential.rows), {{"user_id", true}}};
    return spec;
}

Task<Result<TokenPair>> AuthService::sign_up(SignUp request)
{
    const WipeAtEnd wiped(request.password);
    if (co_await parts_.users.find_by_username(request.username))
        co_return fail(Errc::username_taken);
    auto hash = co_await parts_.passwords.hash(std::move(request.password));
    if (!hash)
        co_return fail(std::move(hash.error()));

    const auto user_id = parts_.ids.next();
    const auto credential_id = co_await keep_credential(user_id, std::move(*hash));
    user::NewUser new_user{std::move(request.first_name), std::move(request.last_name), std::move(request.username)};
    auto user = co_await parts_.users.create(user_id, std::move(new_user));
    if (user)
        co_return parts_.tokens.sign(user->_id, user->username);
    if (user.error().http_status() < 500)  // otherwise the user may have been made, and needs it
        co_await parts_.credentials.remove(credential_id);
    co_return fail(std::move(user.error()));
}

Task<Result<TokenPair>> AuthService::sign_in(SignIn request)
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

    const auto user = co_await parts_.users.find_by_username(request.username);
    if (!user)
        co_return co_await refuse(std::move(request.password), "User is not found! Please sign up first.");
    store::Value owner = user->_id;
    auto document = co_await parts_.credentials.find("user_id", std::move(owner));
    if (!document)
        co_return co_await refuse(std::move(request.password), "Please reset your password!");

    auto credential = store::from_document(kCredential, *document);
    // libcrypt ends at the NUL: nobody can check such a password, also if it is the right one.
    if (is_bcrypt(credential.password) && request.password.contains('\0'))
        co_return co_await refuse(std::move(request.password), "Please reset your password!");
    auto verdict = co_await parts_.passwords.verify(std::move(request.password), std::move(credential.password));
    if (!verdict)
        co_return fail(std::move(verdict.error()));
    if (!verdict->right)
        co_return fail(wrong_password());
    if (!verdict->replacement.empty())
        co_await replace_hash(std::move(*document), std::move(verdict->replacement));
    co_return parts_.tokens.sign(user->_id, user->username);
}

// Hashes all the same, so that the time of the answer does not tell who has an account.
Task<Result<TokenPair>> AuthService::refuse(std::string password, std::string sentence)
{
    const auto hash = co_await parts_.passwords.hash(std::move(password));
    if (!hash)
        co_return fail(hash.error());
    co_return fail(Errc::not_found, std::move(sentence));
}

Task<Id> AuthService::keep_credential(UserId user_id, std::string hash)
{
    const auto now = parts_.clock.now();
    const Credential credential{parts_.ids.next(), user_id, std::move(hash), now, now, 0};
    auto document = store::to_document(kCredential, credential);
    const auto taken = co_await parts_.credentials.insert(std::move(document));
    if (taken)
        throw std::runtime_error("The " + *taken + " of a new credential is taken: " + user_id.hex());
    co_return credential._id;
}

// If somebody else has changed the credential meanwhile, theirs stays: the next sign-in tries again.
Task<> AuthService::replace_hash(store::Document current, std::string hash)
{
    auto credential = store::from_document(kCredential, current);
    credential.password = std::move(hash);
    credential.updated_at = parts_.clock.now();
    auto next = store::to_document(kCredential, credential);
    co_await parts_.credentials.replace(std::move(current), std::move(next));
}

}  // namespace wgw::auth
