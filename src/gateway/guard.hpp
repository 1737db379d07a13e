#pragma once
/// The guard: whose a request or an event is. A token that verifies, and that nobody has revoked.
/// Loop only.
/// Tests  rest_test.cpp, chat_events_test.cpp, tests/golden

#include "auth/api.hpp"
#include "model/token.hpp"

#include <optional>
#include <string_view>

namespace wgw::gateway {

class Guard {
public:
    /// Whether callers keep their Authorization: other services have to be shown it.
    enum class Keep : bool { no, authorization };

    /// Both outlive it.
    Guard(const Tokens& tokens, const auth::Revocations& revocations, Keep keep = Keep::no)
        : tokens_(tokens), revocations_(revocations), keep_(keep)
    {
    }

    /// As Tokens, and token_revoked.
    Result<Caller> check_authorization(std::optional<std::string_view> header) const
    {
        auto caller = unless_revoked(tokens_.check_authorization(header));
        if (caller && keep_ == Keep::authorization)
            caller->origin.authorization = std::make_shared<const std::string>(*header);
        return caller;
    }
    Result<Caller> check_token(std::string_view token) const
    {
        auto caller = unless_revoked(tokens_.check_token(token));
        if (caller && keep_ == Keep::authorization)
            caller->origin.authorization = std::make_shared<const std::string>("Bearer " + std::string(token));
        return caller;
    }

    bool is_revoked(const Caller& caller) const { return revocations_.is_revoked(caller); }

private:
    Result<Caller> unless_revoked(Result<Caller> caller) const
    {
        if (caller && is_revoked(*caller))
            return fail(Errc::token_revoked);
        return caller;
    }

    const Tokens& tokens_;
    const auth::Revocations& revocations_;
    Keep keep_;
};

}  // namespace wgw::gateway
