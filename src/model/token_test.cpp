#include "codec/base64.hpp"
#include "model/token.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <thread>

namespace wgw {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kOldSecret = "fedcba9876543210fedcba9876543210";
constexpr std::string_view kUser = "5f0c1d2e3f4a5b6c7d8e9f00";
constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kClaims =
    R"({"user_id":"5f0c1d2e3f4a5b6c7d8e9f00","username":"grace.hopper","iat":1799999999})";

/// The clock stands at 1,800,000,000 s.
const ManualClock kClock({1'800'000'000'500});

Tokens tokens() { return Tokens({std::string(kSecret), std::string(kOldSecret)}, kClock); }

std::string encode(std::string_view text) { return base64_encode(text, Base64::url); }

std::string signature(std::string_view text, std::string_view key, const EVP_MD* digest)
{
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(
        digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
        text.size(), code, &size
    );
    return encode({reinterpret_cast<const char*>(code), size});
}

/// A token as another program with the secret would make it.
std::string token(
    std::string_view payload, std::string_view header = kHs256, std::string_view key = kSecret,
    const EVP_MD* digest = EVP_sha256()
)
{
    const auto text = encode(header) + '.' + encode(payload);
    return text + '.' + signature(text, key, digest);
}

/// With a signature that belongs to something else.
std::string altered(std::string_view payload)
{
    const auto good = token(kClaims);
    return encode(kHs256) + '.' + encode(payload) + good.substr(good.rfind('.'));
}

std::string claims(std::string_view more)
{
    return R"({"user_id":"5f0c1d2e3f4a5b6c7d8e9f00",)" + std::string(more) + "}";
}

struct Row {
    std::string_view name;
    std::optional<std::string> header;
    std::string_view text;  ///< Of the refusal; empty: accepted.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

Row bearer(std::string_view name, const std::string& token, std::string_view text)
{
    return {name, "Bearer " + token, text};
}

const Row kRows[] = {
    {"no_header",         std::nullopt,                                   "Authorization header is not found!"},
    {"empty_header",      "",                                             "Authorization header is not found!"},
    {"bare_token",        token(kClaims),                                 "Access token type is invalid!"     },
    {"lower_case_scheme", "bearer " + token(kClaims),                     "Access token type is invalid!"     },
    {"basic",             "Basic Z3JhY2U6Y29ib2w=",                       "Access token type is invalid!"     },
    {"space_first",       " Bearer " + token(kClaims),                    "Access token type is invalid!"     },
    {"scheme_only",       "Bearer",                                       "Access token is not found!"        },
    {"scheme_and_space",  "Bearer ",                                      "Access token is not found!"        },
    {"two_spaces",        "Bearer  " + token(kClaims),                    "Access token is not found!"        },
    {"words_behind",      "Bearer " + token(kClaims) + " trailing words", ""                                  },
    bearer("one_part", "a", "jwt malformed"),
    bearer("two_parts", "a.b", "jwt malformed"),
    bearer("four_parts", token(kClaims) + ".x", "jwt malformed"),
    bearer("five_kilobytes", token(claims(R"("x":")" + std::string(5'000, 'x') + '"')), "jwt malformed"),
    bearer("hundred_kilobytes", std::string(100'000, 'a'), "jwt malformed"),
    bearer("garbage", "a.b.c", "invalid token"),
    bearer("three_empty_parts", "..", "invalid token"),
    bearer("broken_payload", encode(kHs256) + ".!!!!.x", "invalid token"),
    bearer("padded_payload", encode(kHs256) + ".e30=.x", "invalid token"),
    bearer("payload_no_json", token("hello"), "invalid token"),
    bearer("payload_nan", token(R"({"exp":NaN})"), "invalid token"),
    bearer("payload_no_utf8", token("{\"username\":\"\xff\"}"), "invalid token"),
    bearer("header_no_object", token(kClaims, "[]"), "invalid token"),
    bearer("no_signature", encode(kHs256) + '.' + encode(kClaims) + '.', "jwt signature is required"),
    bearer("alg_none", encode(R"({"alg":"none"})") + '.' + encode(kClaims) + '.', "jwt signature is required"),
    bearer("alg_none_signed", token(kClaims, R"({"alg":"none"})"), "invalid algorithm"),
    bearer("alg_rs256", token(kClaims, R"({"alg":"RS256","typ":"JWT"})"), "invalid algorithm"),
    bearer("alg_lower_case", token(kClaims, R"({"alg":"hs256"})"), "invalid algorithm"),
    bearer("alg_missing", token(kClaims, R"({"typ":"JWT"})"), "invalid algorithm"),
    bearer("alg_number", token(kClaims, R"({"alg":256})"), "invalid algorithm"),
    bearer("hs384", token(kClaims, R"({"alg":"HS384","typ":"JWT"})", kSecret, EVP_sha384()), ""),
    bearer("hs512", token(kClaims, R"({"alg":"HS512","typ":"JWT"})", kSecret, EVP_sha512()), ""),
    bearer("hs512_with_a_sha256", token(kClaims, R"({"alg":"HS512","typ":"JWT"})"), "invalid signature"),
    bearer("no_typ", token(kClaims, R"({"alg":"HS256"})"), ""),
    bearer("key_from_outside", token(kClaims, R"({"alg":"HS256","jku":"http://x","kid":"../../x"})"), ""),
    bearer("previous_secret", token(kClaims, kHs256, kOldSecret), ""),
    bearer("empty_key", token(kClaims, kHs256, ""), "invalid signature"),
    bearer("known_key", token(kClaims, kHs256, "wegowhere"), "invalid signature"),
    bearer("altered_payload", altered(claims(R"("username":"x")")), "invalid signature"),
    bearer("altered_and_expired", altered(claims(R"("exp":1)")), "invalid signature"),
    bearer("shortened_signature", token(kClaims).substr(0, token(kClaims).size() - 1), "invalid signature"),
    bearer("payload_a_string", token(R"("hello")"), "invalid token"),
    bearer("payload_an_array", token("[]"), "invalid token"),
    bearer("payload_null", token("null"), "invalid token"),
    bearer("payload_without_user", token(R"({"foo":1})"), ""),
    bearer("nbf_reached", token(claims(R"("nbf":1800000000)")), ""),
    bearer("nbf_ahead", token(claims(R"("nbf":1800000001)")), "jwt not active"),
    bearer("nbf_ahead_and_expired", token(claims(R"("nbf":1800000001,"exp":1)")), "jwt not active"),
    bearer("nbf_a_string", token(claims(R"("nbf":"1")")), "invalid nbf value"),
    bearer("exp_in_a_second", token(claims(R"("exp":1800000001)")), ""),
    bearer("exp_now", token(claims(R"("exp":1800000000)")), "jwt expired"),
    bearer("exp_a_second_ago", token(claims(R"("exp":1799999999)")), "jwt expired"),
    bearer("exp_a_minute_ago", token(claims(R"("exp":1799999939)")), "jwt expired"),
    bearer("exp_negative", token(claims(R"("exp":-1)")), "jwt expired"),
    bearer("exp_half_a_second_on", token(claims(R"("exp":1800000000.5)")), ""),
    bearer("exp_infinite", token(claims(R"("exp":1e400)")), ""),
    bearer("exp_a_string", token(claims(R"("exp":"1900000000")")), "invalid exp value"),
    bearer("exp_null", token(claims(R"("exp":null)")), "invalid exp value"),
    bearer("exp_repeated_the_last_counts", token(claims(R"("exp":1900000000,"exp":1)")), "jwt expired"),
    bearer("other_issuer", token(claims(R"("iss":"Evil","exp":1900000000)")), ""),
    bearer("original_access", token(claims(R"("iat":1799999999,"exp":1800604799,"iss":"WeGoWhere")")), ""),
    bearer(
        "original_refresh", token(claims(R"("iat":1799999999,"exp":1802591999,"iss":"WeGoWhere")")),
        "Access token type is invalid!"
    ),
    bearer("thirty_days_of_another_issuer", token(claims(R"("iat":1799999999,"exp":1802591999,"iss":"Host")")), ""),
    bearer(
        "thirty_days_marked_access",
        token(claims(R"("iat":1799999999,"exp":1802591999,"iss":"WeGoWhere","use":"access")")), ""
    ),
    bearer("marked_refresh", token(claims(R"("use":"refresh")")), "Access token type is invalid!"),
    bearer("marked_by_a_number", token(claims(R"("use":1)")), "Access token type is invalid!"),
    bearer("expired_refresh", token(claims(R"("exp":1,"use":"refresh")")), "jwt expired"),
};

class TheGuard : public testing::TestWithParam<Row> {};

TEST_P(TheGuard, AnswersTheRecordedText)
{
    const auto caller = tokens().check_authorization(GetParam().header);
    EXPECT_EQ(caller ? std::string_view() : caller.error().text(), GetParam().text);
    if (!caller) {
        EXPECT_EQ(caller.error().http_status(), 401);
        EXPECT_EQ(caller.error().code, GetParam().text == "jwt expired" ? Errc::token_expired : Errc::unauthorized);
    }
}

TEST(ATokenOfAnotherIssuer, CountsUnlessIssuersAreNamed)
{
    const auto told = [](std::vector<std::string> issuers, std::string_view more) {
        const Tokens pinned({std::string(kSecret), std::string(kOldSecret), std::move(issuers)}, kClock);
        const auto caller = pinned.check_token(token(claims(more)));
        return caller ? std::string() : std::string(caller.error().text());
    };
    constexpr std::string_view kRefused = "jwt issuer invalid";
    EXPECT_EQ(told({}, R"("iss":"anybody")"), "");
    EXPECT_EQ(told({"host.example"}, R"("iss":"host.example")"), "");
    EXPECT_EQ(told({"host.example"}, R"("iss":"WeGoWhere")"), "") << "ours always do";
    EXPECT_EQ(told({"WeGoWhere"}, R"("iss":"host.example")"), kRefused);
    EXPECT_EQ(told({"host.example"}, R"("nbf":1)"), kRefused) << "without an issuer";
    EXPECT_EQ(told({"host.example"}, R"("iss":["host.example"])"), kRefused);
    EXPECT_EQ(told({"host.example"}, R"("iss":"x","exp":1)"), "jwt expired") << "the times are looked at first";
}

INSTANTIATE_TEST_SUITE_P(Table, TheGuard, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

// Made with Python's hmac and json.
constexpr std::string_view kAccess =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJ1c2VyX2lkIjoiNWYwYzFkMmUzZjRhNWI2YzdkOGU5ZjAwIiwidXNlcm5hbWUiOiJncmFjZS5ob3BwZXIiLCJpYXQiOjE4MDAwMDAwMDAsImV4cC"
    "I6MTgwMDYwNDgwMCwiaXNzIjoiV2VHb1doZXJlIiwidXNlIjoiYWNjZXNzIn0.m5156x1WYmmOEjRJV7QpRJsWPj_fiSuuPRTNqJpZGMY";
constexpr std::string_view kRefresh =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJ1c2VyX2lkIjoiNWYwYzFkMmUzZjRhNWI2YzdkOGU5ZjAwIiwidXNlcm5hbWUiOiJncmFjZS5ob3BwZXIiLCJpYXQiOjE4MDAwMDAwMDAsImV4cC"
    "I6MTgwMjU5MjAwMCwiaXNzIjoiV2VHb1doZXJlIiwidXNlIjoicmVmcmVzaCJ9.NxGm2W5N9w0u9bJZExIrcY18rnQBxsyXegsrcGqO2H4";

TEST(ATokenPair, IsTheBytesThatAnotherProgramMakes)
{
    const auto pair = tokens().sign(*Id::parse(kUser), "grace.hopper");
    EXPECT_EQ(pair.access, kAccess);
    EXPECT_EQ(pair.refresh, kRefresh);
    std::string out;
    write(out, kTokenPair, {"a", "r"});
    EXPECT_EQ(out, R"({"access":"a","refresh":"r"})");
}

/// The claims of a token that we have signed.
std::string payload_of(std::string_view token)
{
    const auto first = token.find('.');
    return *base64_decode(token.substr(first + 1, token.rfind('.') - first - 1), Base64::url);
}

TEST(ATokenPair, OfASessionNamesItBehindTheOtherClaims)
{
    const auto session = *Id::parse("65f000000000000000000001");
    const auto pair = tokens().sign(*Id::parse(kUser), "grace.hopper", {session, 7});
    const std::string claims = R"({"user_id":"5f0c1d2e3f4a5b6c7d8e9f00","username":"grace.hopper","iat":1800000000,)";
    EXPECT_EQ(
        payload_of(pair.access), claims + R"("exp":1800604800,"iss":"WeGoWhere","use":"access",)"
                                          R"("sid":"65f000000000000000000001"})"
    );
    EXPECT_EQ(
        payload_of(pair.refresh), claims + R"("exp":1802592000,"iss":"WeGoWhere","use":"refresh",)"
                                           R"("sid":"65f000000000000000000001","gen":7})"
    );
    EXPECT_EQ(tokens().pair_expires_at(), Timestamp{1'802'592'000'500});
    const auto caller = tokens().check_token(pair.access);
    EXPECT_EQ(caller->session_id, "65f000000000000000000001");
    EXPECT_TRUE(caller->has_session);
    EXPECT_EQ(caller->ended_by, session);
    EXPECT_EQ(caller->issued_s, 1'800'000'000);
    const auto refresh = tokens().check_refresh(pair.refresh);
    EXPECT_EQ(refresh->pair, 7);
    EXPECT_EQ(refresh->caller.ended_by, session);
}

TEST(ARefreshToken, IsOfOursOrOfTheOriginalAndExpires)
{
    const auto original = token(claims(R"("iat":1799999999,"exp":1802591999,"iss":"WeGoWhere")"));
    const auto refresh = tokens().check_refresh(original);
    ASSERT_TRUE(refresh.has_value());
    EXPECT_EQ(refresh->pair, 0);
    EXPECT_FALSE(refresh->caller.has_session);
    const auto text = [](std::string_view more) {
        const auto refused = tokens().check_refresh(token(claims(more)));
        return refused ? std::string("accepted") : std::string(refused.error().text());
    };
    EXPECT_EQ(text(R"("exp":1900000000,"iss":"WeGoWhere","use":"refresh")"), "accepted") << "of an earlier version";
    EXPECT_EQ(text(R"("iss":"WeGoWhere","use":"refresh")"), "Refresh token type is invalid!") << "never expires";
    EXPECT_EQ(text(R"("exp":1900000000,"use":"refresh")"), "Refresh token type is invalid!") << "of nobody";
    EXPECT_EQ(text(R"("exp":1900000000,"iss":"WeGoWhere","use":"access")"), "Refresh token type is invalid!");
    EXPECT_EQ(text(R"("exp":1900000000,"iss":"WeGoWhere")"), "Refresh token type is invalid!");
    EXPECT_EQ(text(R"("exp":1,"iss":"WeGoWhere","use":"refresh")"), "jwt expired");
}

TEST(AToken, ThatNamesNoSessionIsEndedByAnIdThatIsMadeOfIt)
{
    const auto ended_by = [](std::string_view more) {
        const auto caller = *tokens().check_token(token(claims(more)));
        EXPECT_FALSE(caller.has_session);
        return caller.ended_by;
    };
    const auto id = ended_by(R"("iat":1799999999)");
    EXPECT_EQ(id.hex().substr(0, 8), "6b49d1ff") << "the second in which it was issued";
    EXPECT_EQ(id, ended_by(R"("iat":1799999999)"));
    EXPECT_NE(id, ended_by(R"("iat":1799999999,"x":1)"));
    EXPECT_NE(id, ended_by(R"("iat":1799999999,"use":"access","sid":"foreign")"));
    EXPECT_FALSE(ended_by(R"("sid":"65f000000000000000000001")").hex().starts_with("65f0")) << "another maker's sid";
}

TEST(ATokenPair, IsTheSameOnEveryThread)
{
    TokenPair pair;
    std::thread([&pair] { pair = tokens().sign(*Id::parse(kUser), "grace.hopper"); }).join();
    EXPECT_EQ(pair.access, kAccess);
}

TEST(AToken, SaysWhoTheCallerIs)
{
    const auto pair = tokens().sign(*Id::parse(kUser), R"(quote " and 李)");
    const auto caller = tokens().check_token(pair.access);
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->user_id_text, kUser);
    EXPECT_EQ(caller->user_id.hex(), kUser);
    EXPECT_EQ(caller->username, R"(quote " and 李)");
    EXPECT_EQ(caller->session_id, "");
    EXPECT_EQ(caller->expires_s, 1'800'604'800);
    EXPECT_EQ(tokens().check_token(pair.refresh).error().text(), "Access token type is invalid!");
    EXPECT_EQ(tokens().check_token("").error().text(), "Access token is not found!");
}

TEST(AToken, CarriesItsSessionAndLivesUntilTheEndOfItsLastSecond)
{
    const auto caller = tokens().check_token(token(claims(R"("sid":"s1","exp":1800000000.5)")));
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->session_id, "s1");
    EXPECT_EQ(caller->expires_s, 1'800'000'001);
}

TEST(AToken, SignedWithNothingIsRefusedWhileThereIsNoPreviousKey)
{
    const Tokens one_key({std::string(kSecret)}, kClock);
    EXPECT_TRUE(one_key.check_token(token(kClaims)).has_value());
    const auto forged = one_key.check_token(token(kClaims, kHs256, ""));
    ASSERT_FALSE(forged.has_value());
    EXPECT_EQ(forged.error().text(), "invalid signature");
}

TEST(AToken, HasAtMost4096Bytes)
{
    const auto text_of_size = [](std::size_t size) {
        std::string text;
        for (std::size_t filling = 2'900; text.size() < size; ++filling)
            text = token(claims(R"("x":")" + std::string(filling, 'x') + '"'));
        return text;
    };
    ASSERT_EQ(text_of_size(4'096).size(), 4'096U);
    EXPECT_TRUE(tokens().check_token(text_of_size(4'096)).has_value());
    ASSERT_EQ(text_of_size(4'097).size(), 4'097U);
    EXPECT_FALSE(tokens().check_token(text_of_size(4'097)).has_value());
}

TEST(AToken, MayHaveClaimsOfAnyType)
{
    const auto caller =
        tokens().check_token(token(R"({"user_id":5,"username":{},"sid":[],"iss":1,"iat":"x","exp":1e400})"));
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->user_id_text, "5");
    EXPECT_TRUE(caller->user_id.empty());
    EXPECT_EQ(caller->username, "");
    EXPECT_EQ(caller->expires_s, std::nullopt);
}

struct NeedsUser {
    std::string_view user_id;
    std::string_view errors;
};

TEST(ACaller, WithoutAnIdIsRefusedWhereAUserIsNeeded)
{
    constexpr std::string_view kMissing =
        R"([{"property":"user_id","children":[],"constraints":{"isNotEmpty":"user_id should not be empty","isMongoId":"user_id must be a mongodb id"}}])";
    constexpr std::string_view kNoId =
        R"([{"property":"user_id","children":[],"constraints":{"isMongoId":"user_id must be a mongodb id"}}])";
    const NeedsUser rows[] = {
        {R"({})",                kMissing},
        {R"({"user_id":null})",  kMissing},
        {R"({"user_id":""})",    kMissing},
        {R"({"user_id":5})",     kNoId   },
        {R"({"user_id":"zzz"})", kNoId   },
        {R"({"user_id":{}})",    kNoId   },
    };
    for (const auto& row : rows) {
        const auto id = require_user_id(*tokens().check_token(token(row.user_id)));
        ASSERT_FALSE(id.has_value()) << row.user_id;
        EXPECT_EQ(id.error().code, Errc::validation_failed);
        EXPECT_EQ(id.error().errors, row.errors) << row.user_id;
    }
    EXPECT_EQ(require_user_id(*tokens().check_token(token(kClaims)))->hex(), kUser);
}

}  // namespace
}  // namespace wgw
