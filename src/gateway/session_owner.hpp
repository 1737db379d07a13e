#pragma once
/// Whose session it is: its id alone is not enough for somebody who shows the token of another user.
///
/// Tests  session_owner_test.cpp, tests/e2e/access.test.mjs

#include "model/token.hpp"

#include <optional>
#include <string_view>

namespace wgw::gateway {

/// Whether a request with these credentials may be one of the session that was opened with those; both are values of
/// the Authorization header, or nothing. A request that shows no good token shows nobody: browsers send none with a
/// WebSocket. A client that has renewed its token is still the same user.
bool may_belong(
    std::optional<std::string_view> request, std::optional<std::string_view> handshake, const Tokens& tokens
);

}  // namespace wgw::gateway
