#include "app/token_report.hpp"

#include "base/ascii.hpp"
#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <algorithm>

namespace wgw::app {
namespace {

/// What a token says of itself, believed or not; nothing if that cannot be read.
std::optional<std::string> payload_of(const std::string& token)
{
    const auto first = token.find('.');
    const auto second = first == std::string::npos ? first : token.find('.', first + 1);
    if (second == std::string::npos)
        return {};
    auto text = base64_decode(std::string_view(token).substr(first + 1, second - first - 1), Base64::url);
    if (!text || json_check(*text) != JsonError::none || !JsonValue(*text).is_object())
        return {};
    return text;
}

std::string time_of(const std::optional<std::string>& payload, std::string_view name)
{
    const auto value = payload ? JsonValue(*payload).find(name) : std::nullopt;
    const auto seconds = value && value->type() == JsonType::number ? value->integer() : std::nullopt;
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    return seconds && *seconds >= 0 && *seconds < kYear10000 ? to_iso({*seconds * 1000}) : "";
}

/// What to do about a refusal of Tokens::check_token().
std::string advice_for(std::string_view reason, bool refresh)
{
    if (reason == "jwt expired")
        return "Get another: sign in again, or POST /api/v1/auth/refresh with the refresh token.";
    if (reason == "invalid signature")
        return "It was signed with another key: the key was changed (set the old one as JWT_SECRET_PREVIOUS), "
               "the token is of another server, or these are not the server's settings.";
    if (reason == "jwt malformed" || reason == "invalid token")
        return "It is no token, or not all of one: three parts with dots between them.";
    if (reason == "invalid algorithm" || reason == "jwt signature is required")
        return "Only HS256, HS384 and HS512 are accepted, and only signed.";
    if (reason == "jwt issuer invalid")
        return "Only tokens of WeGoWhere and of the issuers in WGW_JWT_ISS count.";
    if (reason == "jwt not active")
        return "Its time has not come (nbf). Is the clock of whoever made it right?";
    if (refresh)
        return "It is a refresh token: that is for POST /api/v1/auth/refresh only. Use the access token.";
    return "See docs/operations.md, \"Why is a token refused?\".";
}

void append(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty())
        return;
    out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, to_utf8(value));
}

}  // namespace

std::string bare_token(std::string_view pasted)
{
    static constexpr std::string_view kAround = " \t\"'";
    const auto trim = [&pasted] {
        pasted.remove_prefix(std::min(pasted.find_first_not_of(kAround), pasted.size()));
        pasted = pasted.substr(0, pasted.find_last_not_of(kAround) + 1);
    };
    trim();
    for (const std::string_view front : {"authorization:", "bearer "}) {
        if (lower(pasted.substr(0, front.size())) == front)
            pasted.remove_prefix(front.size());
        trim();
    }
    return std::string(pasted);
}

TokenReport judge_token(const TokenKeys& keys, const Clock& clock, const std::string& token)
{
    TokenReport report;
    const Tokens tokens(keys, clock);
    const auto checked = tokens.check_token(token);
    report.good = checked.has_value();
    report.reason = checked ? "good" : std::string(checked.error().text());
    if (Tokens({.current = keys.current}, clock).has_signed(token))
        report.signed_with = "the present key";
    else if (tokens.has_signed(token))
        report.signed_with = "the previous key";
    if (!report.good)
        report.advice = advice_for(report.reason, tokens.check_refresh(token).has_value());
    return report;
}

std::string claim(const std::string& token, std::string_view name)
{
    const auto payload = payload_of(token);
    const auto value = payload ? JsonValue(*payload).find(name) : std::nullopt;
    return value && value->is_string() ? value->string() : "";
}

std::string to_json(const TokenReport& report, const std::string& token)
{
    const auto payload = payload_of(token);
    std::string out = report.good ? R"({"good":true)" : R"({"good":false)";
    append(out, "reason", report.reason);
    append(out, "advice", report.advice);
    append(out, "signed_with", report.signed_with);
    append(out, "use", claim(token, "use"));
    append(out, "username", claim(token, "username"));
    append(out, "user_id", claim(token, "user_id"));
    append(out, "account", report.account);
    append(out, "session", claim(token, "sid"));
    append(out, "ended_at", report.ended_at);
    append(out, "ended_because", report.ended_because);
    append(out, "issued_at", time_of(payload, "iat"));
    append(out, "expires_at", time_of(payload, "exp"));
    append(out, "judged_by", report.judged_by);
    return out + '}';
}

std::string sentence(bool good, const std::string& reason, const std::string& advice)
{
    if (good)
        return "good";
    const bool ends = reason.ends_with('!') || reason.ends_with('.');
    std::string text = "not good: " + reason + (ends ? "" : ".");
    return advice.empty() ? text : text + ' ' + advice;
}

}  // namespace wgw::app
