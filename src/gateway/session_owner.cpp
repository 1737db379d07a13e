#include "gateway/session_owner.hpp"

namespace wgw::gateway {

bool may_belong(
    std::optional<std::string_view> request, std::optional<std::string_view> handshake, const Tokens& tokens
)
{
    if (!request || request == handshake)
        return true;
    const auto shown = tokens.check_authorization(request);
    if (!shown)
        return true;
    if (!handshake)
        return false;
    // Once it has expired nobody can say whose it was, and the session hears of no room any more.
    const auto opened = tokens.check_authorization(handshake);
    return !opened || opened->user_id_text == shown->user_id_text;
}

}  // namespace wgw::gateway
