#include "model/token.hpp"

#include "codec/base64.hpp"
#include "codec/json_text.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

namespace wgw {
namespace {

constexpr std::string_view kMalformed = "jwt malformed";
constexpr std::string_view kInvalid = "invalid token";
constexpr std::string_view kForeign = "jwt issuer invalid";
constexpr std::string_view kWrongType = "Access token type is invalid!";
constexpr std::string_view kNotFound = "Access token is not found!";
constexpr std::string_view kNoRefresh = "Refresh token type is invalid!";

struct Algorithm {
    std::string_view name;    ///< In a token's header.
    std::string_view digest;  ///< In OpenSSL.
};
constexpr Algorithm kAlgorithms[] = {
    {"HS256", "SHA256"},
    {"HS384", "SHA384"},
    {"HS512", "SHA512"}
};

std::string encode(std::string_view bytes) { return base64_encode(bytes, Base64::url); }

std::unexpected<Failure> refuse(std::string_view text) { return fail(Errc::unauthorized, std::string(text)); }

/// HMAC with a context that is kept: making one for each token costs more than the hashing.
class Hmac {
public:
    Hmac()
    {
        auto* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        context_ = mac ? EVP_MAC_CTX_new(mac) : nullptr;
        EVP_MAC_free(mac);  // the context has its own reference
        if (context_ == nullptr)
            throw std::runtime_error("OpenSSL has no HMAC.");
    }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;
    ~Hmac() { EVP_MAC_CTX_free(context_); }

    /// In base64url, as it stands in a token.
    std::string sign(std::string_view key, std::string_view digest, std::string_view text)
    {
        std::string name(digest);
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_construct_end()
        };
        std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
        std::size_t size = 0;
        const bool done = EVP_MAC_init(context_, bytes(key), key.size(), parameters) == 1 &&
                          EVP_MAC_update(context_, bytes(text), text.size()) == 1 &&
                          EVP_MAC_final(context_, code.data(), &size, code.size()) == 1;
        if (!done)
            throw std::runtime_error("OpenSSL could not compute an HMAC.");
        return encode({reinterpret_cast<const char*>(code.data()), size});
    }

private:
    static const unsigned char* bytes(std::string_view text)
    {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    EVP_MAC_CTX* context_ = nullptr;
};

std::string hmac(std::string_view key, std::string_view digest, std::string_view text)
{
    static thread_local Hmac kept;
    return kept.sign(key, digest, text);
}

struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  ///< Header, dot, payload.
};

/// Exactly three parts, which may be empty.
std::optional<Parts> split(std::string_view token)
{
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return {};
    return Parts{
        token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
        token.substr(0, second)
    };
}

/// JSON in base64url, decoded and checked.
std::optional<std::string> decode_json(std::string_view part)
{
    auto text = base64_decode(part, Base64::url);
    if (!text || json_check(*text) != JsonError::none)
        return {};
    return text;
}

/// A claim that counts as missing when it is null.
std::optional<JsonValue> claim(JsonValue payload, std::string_view name)
{
    const auto value = payload.find(name);
    if (!value || value->is_null())
        return {};
    return value;
}

std::string text_claim(JsonValue payload, std::string_view name)
{
    const auto value = claim(payload, name);
    return value && value->is_string() ? value->string() : std::string();
}

/// What a token's header, a JSON object, says that it was signed with; null: none of those that count.
const Algorithm* algorithm_of(std::string_view header)
{
    const auto* found = std::ranges::find(kAlgorithms, text_claim(JsonValue(header), "alg"), &Algorithm::name);
    return found == std::end(kAlgorithms) ? nullptr : found;
}

std::optional<double> number_claim(JsonValue payload, std::string_view name)
{
    const auto value = payload.find(name);
    if (!value || value->type() != JsonType::number)
        return {};
    return value->number();
}

/// An id that is made of a token: the second in which it was issued, so that such ids stand in the order of time as
/// others do, then 8 bytes of its SHA-256. Whoever could make two tokens with one such id could sign tokens.
Id id_of_token(std::string_view token, std::optional<std::int64_t> issued_s)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL could not compute a SHA-256.");
    Id id;
    const auto seconds = static_cast<std::uint32_t>(issued_s.value_or(0));
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(seconds >> (8 * (3 - i)));
    std::copy_n(digest.begin(), 8, id.bytes.begin() + 4);
    return id;
}

/// A date in whole seconds; nothing where it is none, or later than any: 1e400 is infinite.
std::optional<std::int64_t> date_claim(JsonValue payload, std::string_view name)
{
    constexpr double kForEver = 9e15;
    const auto date = number_claim(payload, name);
    if (!date || !(std::abs(*date) < kForEver))
        return {};
    return static_cast<std::int64_t>(std::ceil(*date));
}

Caller caller_of(std::string_view token, JsonValue payload)
{
    Caller caller;
    if (const auto user_id = claim(payload, "user_id"))
        caller.user_id_text = user_id->is_string() ? user_id->string() : std::string(user_id->text());
    caller.user_id = Id::parse(caller.user_id_text).value_or(UserId{});
    caller.username = text_claim(payload, "username");
    caller.session_id = text_claim(payload, "sid");
    caller.issued_s = date_claim(payload, "iat");
    caller.expires_s = date_claim(payload, "exp");
    // A `sid` alone is not ours: other makers of tokens have such claims, too.
    const auto session = claim(payload, "use") ? Id::parse(caller.session_id) : std::nullopt;
    caller.has_session = session.has_value();
    caller.ended_by = session ? *session : id_of_token(token, caller.issued_s);
    return caller;
}

}  // namespace

Tokens::Tokens(TokenKeys keys, const Clock& clock, TokenLifetimes lifetimes)
    : keys_(std::move(keys)), clock_(clock), lifetimes_(lifetimes)
{
    assert(!keys_.current.empty());
}

TokenPair Tokens::sign(UserId user_id, std::string_view username, TokenSession session) const
{
    const Subject subject{user_id, username, session};
    const auto now_s = clock_.now().unix_ms / 1000;
    return {sign(subject, now_s, false), sign(subject, now_s, true)};
}

std::string Tokens::sign(const Subject& subject, std::int64_t now_s, bool refresh) const
{
    std::string payload = R"({"user_id":")";
    subject.user_id.append_hex(payload);
    payload += R"(","username":)";
    append_json_string(payload, subject.username);
    payload += R"(,"iat":)" + std::to_string(now_s);
    payload += R"(,"exp":)" + std::to_string(now_s + (refresh ? lifetimes_.refresh_s : lifetimes_.access_s));
    payload.append(R"(,"iss":")").append(kIssuer);
    payload += refresh ? R"(","use":"refresh")" : R"(","use":"access")";
    if (!subject.session._id.empty()) {
        payload += R"(,"sid":")";
        subject.session._id.append_hex(payload);
        payload += '"';
        // Two refresh tokens of a session that are signed within a second would be the same bytes without it.
        if (refresh)
            payload += R"(,"gen":)" + std::to_string(subject.session.pair);
    }
    payload += '}';

    auto token = encode(R"({"alg":"HS256","typ":"JWT"})") + '.' + encode(payload);
    const auto signature = hmac(keys_.current, "SHA256", token);
    return token.append(1, '.').append(signature);
}

Timestamp Tokens::pair_expires_at() const
{
    return {clock_.now().unix_ms + std::max(lifetimes_.access_s, lifetimes_.refresh_s) * 1'000};
}

Result<Caller> Tokens::check_authorization(std::optional<std::string_view> header) const
{
    if (!header || header->empty())
        return refuse("Authorization header is not found!");
    const auto space = header->find(' ');
    if (header->substr(0, space) != "Bearer")
        return refuse(kWrongType);
    if (space == std::string_view::npos)
        return refuse(kNotFound);
    const auto rest = header->substr(space + 1);
    return check_token(rest.substr(0, rest.find(' ')));  // words after the token are ignored
}

Result<Caller> Tokens::check_token(std::string_view token) const
{
    const auto text = verified_payload(token);
    if (!text)
        return fail(text.error());
    const JsonValue payload(*text);
    if (use_of(payload) != Use::access)
        return refuse(kWrongType);
    return caller_of(token, payload);
}

Result<RefreshClaims> Tokens::check_refresh(std::string_view token) const
{
    const auto text = verified_payload(token);
    if (!text)
        return fail(text.error());
    const JsonValue payload(*text);
    RefreshClaims claims{caller_of(token, payload), 0};
    // That it was used is remembered until it expires: one that never does could be used again some day.
    if (use_of(payload) != Use::refresh || text_claim(payload, "iss") != kIssuer || !claims.caller.expires_s)
        return refuse(kNoRefresh);
    if (claims.caller.has_session)
        claims.pair = date_claim(payload, "gen").value_or(0);
    return claims;
}

/// Of a token that is signed, and whose dates are good.
Result<std::string> Tokens::verified_payload(std::string_view token) const
{
    if (token.empty())
        return refuse(kNotFound);
    const auto parts = token.size() <= kMaxTokenBytes ? split(token) : std::nullopt;
    if (!parts)
        return refuse(kMalformed);
    const auto header = decode_json(parts->header);
    auto payload = decode_json(parts->payload);
    if (!header || !payload || !JsonValue(*header).is_object())
        return refuse(kInvalid);
    if (parts->signature.empty())
        return refuse("jwt signature is required");
    const auto* algorithm = algorithm_of(*header);
    if (algorithm == nullptr)
        return refuse("invalid algorithm");
    if (!is_signed(parts->signed_text, parts->signature, algorithm->digest))
        return refuse("invalid signature");
    if (!JsonValue(*payload).is_object())
        return refuse(kInvalid);
    if (auto failure = check_dates(JsonValue(*payload)))
        return fail(*std::move(failure));
    if (!is_of_issuer(JsonValue(*payload)))
        return refuse(kForeign);
    return *std::move(payload);
}

bool Tokens::has_signed(std::string_view token) const
{
    const auto parts = token.size() <= kMaxTokenBytes ? split(token) : std::nullopt;
    const auto header = parts ? decode_json(parts->header) : std::nullopt;
    if (!header || !JsonValue(*header).is_object())
        return false;
    const auto* algorithm = algorithm_of(*header);
    return algorithm != nullptr && is_signed(parts->signed_text, parts->signature, algorithm->digest);
}

bool Tokens::is_of_issuer(JsonValue payload) const
{
    if (keys_.issuers.empty())
        return true;
    const auto issuer = text_claim(payload, "iss");
    return issuer == kIssuer || std::ranges::find(keys_.issuers, issuer) != keys_.issuers.end();
}

bool Tokens::is_signed(std::string_view text, std::string_view signature, std::string_view digest) const
{
    for (const auto* key : {&keys_.current, &keys_.previous}) {
        if (key->empty())
            continue;
        const auto right = hmac(*key, digest, text);
        if (right.size() == signature.size() && CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0)
            return true;
    }
    return false;
}

std::optional<Failure> Tokens::check_dates(JsonValue payload) const
{
    const std::int64_t whole_seconds = clock_.now().unix_ms / 1000;  // as jsonwebtoken counts
    const auto now_s = static_cast<double>(whole_seconds);
    if (const auto nbf = number_claim(payload, "nbf"); payload.find("nbf") && (!nbf || *nbf > now_s))
        return Failure(Errc::unauthorized, nbf ? "jwt not active" : "invalid nbf value");
    if (const auto exp = number_claim(payload, "exp"); payload.find("exp") && (!exp || *exp <= now_s))
        return exp ? Failure(Errc::token_expired, "jwt expired") : Failure(Errc::unauthorized, "invalid exp value");
    return {};
}

Tokens::Use Tokens::use_of(JsonValue payload) const
{
    if (const auto use = claim(payload, "use")) {
        const auto text = use->is_string() ? use->string() : std::string();
        return text == "access" ? Use::access : text == "refresh" ? Use::refresh : Use::other;
    }
    const auto iat = number_claim(payload, "iat");
    const auto exp = number_claim(payload, "exp");
    const bool refresh =
        text_claim(payload, "iss") == kIssuer && iat && exp && *exp - *iat == static_cast<double>(lifetimes_.refresh_s);
    return refresh ? Use::refresh : Use::access;
}

Result<UserId> require_user_id(const Caller& caller)
{
    if (const auto id = Id::parse(caller.user_id_text))
        return *id;
    return fail(not_an_id("user_id", caller.user_id_text.empty()));
}

}  // namespace wgw
