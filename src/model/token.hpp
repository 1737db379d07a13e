#pragma once
/// Tokens: JSON Web Tokens signed with HMAC, as the original makes and checks them.
///
/// Shape     {"alg":"HS256","typ":"JWT"} . {"user_id","username","iat","exp","iss","use","sid","gen"} . signature
///           `use` ("access", "refresh") is ours. A token without it is a refresh token if its issuer is WeGoWhere and
///           its life is exactly the refresh lifetime; so tokens of the original work here, and ours work there
///           `sid` is the session; `gen`, in refresh tokens only, says which of its pairs: 1, 2, 3 …
/// Accepted  HS256, HS384, HS512; any issuer, unless some are named; no `exp` (it never expires); claims of any JSON
/// type Order     form, header and payload decode, signature there, algorithm, signature right, payload an object, nbf,
/// exp,
///           iss, use. Nothing in the payload is believed before the signature is right
/// Errors    unauthorized or token_expired with the recorded texts. Whether a token was revoked is not known here
/// Bound     4,096 bytes, longer ones are malformed
/// Source    RFC 7519, RFC 7515; the texts are those of npm jsonwebtoken
/// Tests     token_test.cpp

#include "base/time.hpp"
#include "model/caller.hpp"
#include "model/fields.hpp"
#include "model/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw {

inline constexpr std::string_view kIssuer = "WeGoWhere";
inline constexpr std::size_t kMaxTokenBytes = 4'096;

struct TokenKeys {
    std::string current;                    ///< Signs and verifies. Not empty.
    std::string previous = {};              ///< Verifies only, while secrets are rotated; empty: none.
    std::vector<std::string> issuers = {};  ///< Whose tokens count besides those of WeGoWhere; empty: anybody's.
};

struct TokenLifetimes {
    std::int64_t access_s = 7 * 86'400;
    std::int64_t refresh_s = 30 * 86'400;
};

struct TokenPair {
    std::string access;
    std::string refresh;

    friend bool operator==(const TokenPair&, const TokenPair&) = default;
};

inline constexpr auto kTokenPair = fields<TokenPair>(
    field(
        "access", &TokenPair::access, not_empty, "Goes into the header `Authorization: Bearer …`. Lives 7 days.",
        R"("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…")"
    ),
    field(
        "refresh", &TokenPair::refresh, not_empty, "Makes the next pair. Lives 30 days.",
        R"("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…")"
    )
);

/// What a pair belongs to.
struct TokenSession {
    Id _id;                 ///< Empty: to none, and the tokens name none.
    std::int64_t pair = 1;  ///< Which of the session's pairs.
};

/// What a refresh token says.
struct RefreshClaims {
    Caller caller;
    std::int64_t pair = 0;  ///< As in TokenSession; 0 where the token names no session.
};

/// Signs and verifies. Immutable, any thread.
class Tokens {
public:
    /// `clock` outlives this.
    Tokens(TokenKeys keys, const Clock& clock, TokenLifetimes lifetimes = {});

    TokenPair sign(UserId user_id, std::string_view username, TokenSession session = {}) const;

    /// When a pair that is signed now has expired, both of it.
    Timestamp pair_expires_at() const;

    /// The guard: the value of the Authorization header, or nothing if there is none.
    Result<Caller> check_authorization(std::optional<std::string_view> header) const;

    /// A bare access token, as in `auth.token` of a socket.
    Result<Caller> check_token(std::string_view token) const;

    /// A refresh token: of ours, or of the original. It has an `exp`.
    Result<RefreshClaims> check_refresh(std::string_view token) const;

    /// Whether one of the keys has signed it. What it says, and whether it still counts, is not looked at.
    bool has_signed(std::string_view token) const;

private:
    enum class Use : std::uint8_t { access, refresh, other };

    struct Subject {
        UserId user_id;
        std::string_view username;
        TokenSession session;
    };

    std::string sign(const Subject& subject, std::int64_t now_s, bool refresh) const;
    Result<std::string> verified_payload(std::string_view token) const;
    bool is_signed(std::string_view text, std::string_view signature, std::string_view digest) const;
    std::optional<Failure> check_dates(JsonValue payload) const;
    bool is_of_issuer(JsonValue payload) const;
    Use use_of(JsonValue payload) const;

    TokenKeys keys_;
    const Clock& clock_;
    TokenLifetimes lifetimes_;
};

/// The caller's user id where one is needed; a validation failure of `user_id` if the token has none, or no id.
Result<UserId> require_user_id(const Caller& caller);

}  // namespace wgw
