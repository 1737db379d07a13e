#include "model/token.hpp"

#include "codec/base64.hpp"
#include "codec/json_text.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cassert>
#include <cmath>
#include <stdexcept>

namespace wgw {
namespace {

constexpr std::string_view kMalformed = "jwt malformed";
constexpr std::string_view kInvalid = "invalid token";
constexpr std::string_view kWrongType = "Access token type is invalid!";
constexpr std::string_view kNotFound = "Access token is not found!";

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

std::unexpected<Failure> refuse(std::string_view text, Errc code = Errc::unauthorized)
{
    return fail(code, std::string(text));
}

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

std::optional<double> number_claim(JsonValue payload, std::string_view name)
{
    const auto value = payload.find(name);
    if (!value || value->type() != JsonType::number)
        return {};
    return value->number();
}

Caller caller_of(JsonValue payload)
{
    Caller caller;
    if (const auto user_id = claim(payload, "user_id"))
        caller.user_id_text = user_id->is_string() ? user_id->string() : std::string(user_id->text());
    caller.user_id = Id::parse(caller.user_id_text).value_or(UserId{});
    caller.username = text_claim(payload, "username");
    caller.session_id = text_claim(payload, "sid");
    constexpr double kForEver = 9e15;  // larger than any date; also 1e400, which is infinite
    if (const auto exp = number_claim(payload, "exp"); exp && *exp < kForEver)
        caller.expires_s = static_cast<std::int64_t>(std::ceil(*exp));
    return caller;
}

}  // namespace

Tokens::Tokens(TokenKeys keys, const Clock& clock, TokenLifetimes lifetimes)
    : keys_(std::move(keys)), clock_(clock), lifetimes_(lifetimes)
{
    assert(!keys_.current.empty());
}

TokenPair Tokens::sign(UserId user_id, std::string_view username) const
{
    const auto now_s = clock_.now().unix_ms / 1000;
    return {sign(user_id, username, now_s, false), sign(user_id, username, now_s, true)};
}

std::string Tokens::sign(UserId user_id, std::string_view username, std::int64_t now_s, bool refresh) const
{
    std::string payload = R"({"user_id":")";
    user_id.append_hex(payload);
    payload += R"(","username":)";
    append_json_string(payload, username);
    payload += R"(,"iat":)" + std::to_string(now_s);
    payload += R"(,"exp":)" + std::to_string(now_s + (refresh ? lifetimes_.refresh_s : lifetimes_.access_s));
    payload.append(R"(,"iss":")").append(kIssuer);
    payload += refresh ? R"(","use":"refresh"})" : R"(","use":"access"})";

    auto token = encode(R"({"alg":"HS256","typ":"JWT"})") + '.' + encode(payload);
    const auto signature = hmac(keys_.current, "SHA256", token);
    return token.append(1, '.').append(signature);
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
    if (token.empty())
        return refuse(kNotFound);
    const auto parts = token.size() <= kMaxTokenBytes ? split(token) : std::nullopt;
    if (!parts)
        return refuse(kMalformed);
    const auto header = decode_json(parts->header);
    const auto payload = decode_json(parts->payload);
    if (!header || !payload || !JsonValue(*header).is_object())
        return refuse(kInvalid);
    if (parts->signature.empty())
        return refuse("jwt signature is required");
    const auto algorithm = std::ranges::find(kAlgorithms, text_claim(JsonValue(*header), "alg"), &Algorithm::name);
    if (algorithm == std::end(kAlgorithms))
        return refuse("invalid algorithm");
    if (!is_signed(parts->signed_text, parts->signature, algorithm->digest))
        return refuse("invalid signature");
    return believe(JsonValue(*payload));
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

Result<Caller> Tokens::believe(JsonValue payload) const
{
    if (!payload.is_object())
        return refuse(kInvalid);
    const std::int64_t whole_seconds = clock_.now().unix_ms / 1000;  // as jsonwebtoken counts
    const auto now_s = static_cast<double>(whole_seconds);
    if (const auto nbf = number_claim(payload, "nbf"); payload.find("nbf") && (!nbf || *nbf > now_s))
        return refuse(nbf ? "jwt not active" : "invalid nbf value");
    if (const auto exp = number_claim(payload, "exp"); payload.find("exp") && (!exp || *exp <= now_s))
        return exp ? refuse("jwt expired", Errc::token_expired) : refuse("invalid exp value");
    if (!is_access(payload))
        return refuse(kWrongType);
    return caller_of(payload);
}

bool Tokens::is_access(JsonValue payload) const
{
    if (const auto use = claim(payload, "use"))
        return use->is_string() && use->string() == "access";
    const auto iat = number_claim(payload, "iat");
    const auto exp = number_claim(payload, "exp");
    const bool refresh =
        text_claim(payload, "iss") == kIssuer && iat && exp && *exp - *iat == static_cast<double>(lifetimes_.refresh_s);
    return !refresh;
}

Result<UserId> require_user_id(const Caller& caller)
{
    if (const auto id = Id::parse(caller.user_id_text))
        return *id;
    return fail(not_an_id("user_id", caller.user_id_text.empty()));
}

}  // namespace wgw
