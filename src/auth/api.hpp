#pragma once
/// Signing up and signing in, for other features.
///
/// Calls are made on the loop. Errors  exceptions of the stores, besides the results; then the outcome is unknown.
/// Tests  service_test.cpp

#include "base/task.hpp"
#include "model/fields.hpp"
#include "model/token.hpp"

#include <optional>
#include <string>

namespace wgw::auth {

struct SignUp {
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
    std::string password;
};

inline constexpr auto kSignUp = fields<SignUp>(
    field(
        "first_name", &SignUp::first_name, not_empty | max_length(&Limits::name_max), "The first name.", R"("Grace")"
    ),
    field("last_name", &SignUp::last_name, max_length(&Limits::name_max), "The last name.", R"("Hopper")"),
    field(
        "username", &SignUp::username,
        not_empty | min_length(&Limits::username_min) | max_length(&Limits::username_max),
        "The name to sign in with; unique, case-sensitive.", R"("grace.hopper")"
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

class AuthApi {
public:
    virtual ~AuthApi() = default;

    /// username_taken if there is such a user; unavailable if too many passwords are being hashed. Either all of an
    /// account is there afterwards, or nothing that anybody could use.
    virtual Task<Result<TokenPair>> sign_up(SignUp request) = 0;

    /// not_found: no such user, or one without a password that can be checked (`Please reset your password!`). 400:
    /// wrong password, or a user name shorter than any can be (with the array of the failing field). unavailable as
    /// above.
    virtual Task<Result<TokenPair>> sign_in(SignIn request) = 0;
};

}  // namespace wgw::auth
