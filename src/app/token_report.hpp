#pragma once
/// What is to be said of a token: whether it counts, why not, and what to do. For whoever asks why it is refused.
///
///     {"good":false,"reason":"jwt expired","advice":"…","signed_with":"the present key","use":"access","username":"…",
///      "user_id":"…","account":"there","session":"…","ended_at":"…","ended_because":"…","issued_at":"…",
///      "expires_at":"…","judged_by":"…"}              what is not known is left out
///
/// Text, signature and times are judged here, from the keys; account and session are for whoever has the store to add.
/// The token itself is never in it. Pure.
/// Tests  token_report_test.cpp, tests/e2e/operator.test.mjs

#include "base/time.hpp"
#include "model/token.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wgw::app {

struct TokenReport {
    bool good = false;
    std::string reason;  ///< Why not; else `good`.
    std::string advice = {};
    std::string signed_with = {};    ///< Which of the keys; empty: none of them.
    std::string account = {};        ///< Whether its user is let in.
    std::string ended_at = {};       ///< When its session ended.
    std::string ended_because = {};  ///< What has ended it.
    std::string judged_by = {};      ///< Whose keys and whose store.
};

/// The token of what somebody has pasted: alone, behind `Bearer`, or a whole header line; in quotes or not.
std::string bare_token(std::string_view pasted);

/// The account and the session are not looked at.
TokenReport judge_token(const TokenKeys& keys, const Clock& clock, const std::string& token);

/// With what the token says of itself, believed or not.
std::string to_json(const TokenReport& report, const std::string& token);

/// As it stands in a line: `not good: jwt expired. Get another …`
std::string sentence(bool good, const std::string& reason, const std::string& advice);

/// A text of the payload; empty: it has none of that name, or cannot be read.
std::string claim(const std::string& token, std::string_view name);

}  // namespace wgw::app
