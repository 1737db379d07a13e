// Tokens: bytes and mutations of good ones verify only if they are what was issued; signed claims of any shape are
// believed or refused in the recorded words.

#include "model/token.hpp"

#include "codec/base64.hpp"
#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

using namespace wgw;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kPrevious = "fedcba9876543210fedcba9876543210";
constexpr std::string_view kForeign = "00000000000000000000000000000000";
const ManualClock kClock({kNow * 1000});

const Tokens& tokens()
{
    static const Tokens made({std::string(kSecret), std::string(kPrevious)}, kClock);
    return made;
}

std::string signed_with(std::string_view key, const EVP_MD* digest, std::string_view header, std::string_view payload)
{
    auto text = base64_encode(header, Base64::url) + '.' + base64_encode(payload, Base64::url);
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned size = 0;
    HMAC(
        digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
        text.size(), code.data(), &size
    );
    return text + '.' + base64_encode({reinterpret_cast<const char*>(code.data()), size}, Base64::url);
}

const std::array<std::string, 3>& issued()
{
    static const std::array<std::string, 3> made = [] {
        const auto pair = tokens().sign(*Id::parse("5f0c1d2e3f4a5b6c7d8e9f00"), "grace.hopper");
        return std::array{
            pair.access, pair.refresh,
            signed_with(kPrevious, EVP_sha512(), R"({"alg":"HS512"})", R"({"user_id":"5f0c1d2e3f4a5b6c7d8e9f00"})")
        };
    }();
    return made;
}

void check_refusal(const Failure& failure)
{
    constexpr std::string_view kTexts[] = {
        "Authorization header is not found!",
        "Access token type is invalid!",
        "Refresh token type is invalid!",
        "Access token is not found!",
        "jwt malformed",
        "invalid token",
        "jwt signature is required",
        "invalid algorithm",
        "invalid signature",
        "jwt not active",
        "invalid nbf value",
        "invalid exp value",
        "jwt expired",
    };
    fuzz::require(std::ranges::find(kTexts, failure.text()) != std::end(kTexts), "a refusal has a recorded text");
    fuzz::require(failure.http_status() == 401 && failure.errors.empty(), "and is 401");
    const bool expired = failure.text() == "jwt expired";
    fuzz::require(failure.code == (expired ? Errc::token_expired : Errc::unauthorized), "under its code");
}

/// What nobody signed is refused, with and without a scheme; what was issued is told by every byte.
void check_bytes(std::string_view token)
{
    const auto caller = tokens().check_token(token);
    if (caller)
        fuzz::require(token == issued()[0] || token == issued()[2], "only what was issued for this verifies");
    else
        check_refusal(caller.error());
    const auto word = token.substr(0, token.find(' '));
    const auto by_header = tokens().check_authorization("Bearer " + std::string(token));
    if (word == token)
        fuzz::require(by_header.has_value() == caller.has_value(), "a header says the same");
    if (const auto raw = tokens().check_authorization(token); !raw)
        check_refusal(raw.error());
    else
        fuzz::require(token.starts_with("Bearer "), "without its scheme it is none");
    if (const auto refresh = tokens().check_refresh(token); !refresh)
        check_refusal(refresh.error());
    else
        fuzz::require(token == issued()[1], "only the refresh token makes the next pair");
}

std::string mutated(fuzz::Choices& choices)
{
    std::string token = issued()[choices.pick(3)];
    for (auto times = 1 + choices.pick(4); times > 0 && !token.empty(); --times) {
        // Places are spread over the whole token: a byte alone would reach the first 256.
        const auto at = (choices.pick(256) * 256 + choices.pick(256)) % token.size();
        switch (choices.pick(8)) {
        case 0:
            token[at] = static_cast<char>(choices.pick(256));
            break;
        case 1:
            token[at] = static_cast<char>(token[at] ^ (1U << choices.pick(8)));
            break;
        case 2:
            token.erase(at, 1 + choices.pick(8));
            break;
        case 3:
            token.insert(at, 1 + choices.pick(3), static_cast<char>(choices.pick(256)));
            break;
        case 4:
            token.resize(at);
            break;
        case 5:
            token += issued()[choices.pick(3)].substr(at % issued()[2].size());
            break;
        case 6: {
            // The signature, or the payload, of another.
            const auto& other = issued()[choices.pick(3)];
            token = token.substr(0, token.rfind('.')) + other.substr(other.rfind('.'));
            break;
        }
        default:
            token += std::string_view("=.\n \0A", 6)[choices.pick(6)];
        }
    }
    return token;
}

std::optional<double> number_of(JsonValue payload, std::string_view name)
{
    const auto value = payload.find(name);
    if (!value || value->type() != JsonType::number)
        return {};
    return std::strtod(std::string(value->text()).c_str(), nullptr);
}

/// The rules of a payload that is signed, one after the other.
std::string_view expected(std::string_view text)
{
    if (json_check(text) != JsonError::none)
        return "invalid token";
    const JsonValue payload(text);
    if (!payload.is_object())
        return "invalid token";
    const auto nbf = number_of(payload, "nbf");
    const auto exp = number_of(payload, "exp");
    if (payload.find("nbf") && !nbf)
        return "invalid nbf value";
    if (nbf && *nbf > static_cast<double>(kNow))
        return "jwt not active";
    if (payload.find("exp") && !exp)
        return "invalid exp value";
    if (exp && *exp <= static_cast<double>(kNow))
        return "jwt expired";
    const auto use = payload.find("use");
    if (use && !use->is_null())
        return use->is_string() && use->string() == "access" ? "" : "Access token type is invalid!";
    const auto iat = number_of(payload, "iat");
    const auto iss = payload.find("iss");
    const bool ours = iss && iss->is_string() && iss->string() == "WeGoWhere";
    return ours && iat && exp && *exp - *iat == 2'592'000 ? "Access token type is invalid!" : "";
}

void check_claims(fuzz::Choices& choices)
{
    struct Signed {
        std::string_view key;
        const EVP_MD* digest;
        std::string_view header;
        std::string_view refusal;  ///< Before the payload is looked at.
    };
    const Signed kinds[] = {
        {kSecret,   EVP_sha256(), R"({"alg":"HS256","typ":"JWT"})",                        ""                 },
        {kSecret,   EVP_sha384(), R"({"typ":1,"alg":"HS384"})",                            ""                 },
        {kPrevious, EVP_sha512(), R"({"alg":"none","alg":"HS512"})",                       ""                 },
        {kSecret,   EVP_sha256(), R"({"alg":"HS256","kid":"../x","jwk":{"k":"MDAw"}})",    ""                 },
        {kForeign,  EVP_sha256(), R"({"alg":"HS256","jwk":{"k":"MDAwMDAwMDAwMDAwMDAw"}})", "invalid signature"},
        {"",        EVP_sha256(), R"({"alg":"HS256"})",                                    "invalid signature"},
        {kSecret,   EVP_sha256(), R"({"alg":"HS384"})",                                    "invalid signature"},
        {kSecret,   EVP_sha256(), R"({"alg":"RS256"})",                                    "invalid algorithm"},
        {kSecret,   EVP_sha256(), R"({"alg":"none"})",                                     "invalid algorithm"},
        {kSecret,   EVP_sha256(), R"({"alg":["HS256"]})",                                  "invalid algorithm"},
    };
    const auto& kind = kinds[choices.pick(std::size(kinds))];
    const auto payload = choices.rest();
    const auto token = signed_with(kind.key, kind.digest, kind.header, payload);
    const auto caller = tokens().check_token(token);
    if (!caller)
        check_refusal(caller.error());
    const auto text = caller ? std::string_view() : caller.error().text();
    if (token.size() > kMaxTokenBytes)
        return fuzz::require(text == "jwt malformed", "a token has its bound");
    const bool readable = json_check(payload) == JsonError::none;
    fuzz::require(
        text == (readable && !kind.refusal.empty() ? kind.refusal : expected(payload)), "the rules hold in order"
    );
    const auto refresh = tokens().check_refresh(token);
    if (!refresh)
        check_refusal(refresh.error());
    else
        fuzz::require(!caller && refresh->caller.expires_s, "no token is both, and one that refreshes ends");
    if (!caller)
        return;

    fuzz::require(is_utf8(caller->user_id_text) && is_utf8(caller->username) && is_utf8(caller->session_id), "texts");
    fuzz::require(!caller->expires_s || *caller->expires_s > kNow, "it ends later than now");
    const auto exp = number_of(JsonValue(payload), "exp");
    fuzz::require(caller->expires_s.has_value() == (exp && *exp < 9e15), "and has an end if it says so");
    const auto id = require_user_id(*caller);
    fuzz::require(id.has_value() == Id::parse(caller->user_id_text).has_value(), "a user is 24 digits");
    if (id)
        fuzz::require(*id == caller->user_id, "the same everywhere");
    else
        fuzz::require(id.error().errors.contains("user_id must be a mongodb id"), "or refused as recorded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    switch (choices.pick(3)) {
    case 0:
        check_bytes(choices.rest());
        break;
    case 1:
        check_bytes(mutated(choices));
        break;
    default:
        check_claims(choices);
    }
    return 0;
}
