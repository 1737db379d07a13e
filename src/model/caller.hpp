#pragma once
/// Who asks: what a verified token says, and what is passed on of the request.

#include "base/time.hpp"
#include "model/id.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

/// Whether it may name a request in logs: 1 to 64 letters, digits and `. _ -`.
constexpr bool is_request_id(std::string_view text)
{
    constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= 64 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// On whose behalf other services are asked, and for which request.
struct Origin {
    /// The value of an Authorization header as it came. Null: there was none, or this process asks nobody.
    std::shared_ptr<const std::string> authorization = {};
    std::string request_id = {};  ///< Names the request in every log. Empty: what asks is no request.
};

struct Caller {
    std::string user_id_text;  ///< As the token has it; may be missing or no id (a host application's token).
    UserId user_id;            ///< Empty if the text is no id.
    std::string username;
    std::string session_id;                 ///< `sid`; empty where the token has none.
    std::optional<std::int64_t> issued_s;   ///< `iat`, in seconds since 1970; nothing: it does not say.
    std::optional<std::int64_t> expires_s;  ///< `exp`; nothing: never.

    /// What the token is ended by: its session; where it names none of ours, an id that is made of the token.
    Id ended_by;
    bool has_session = false;  ///< Which of the two.

    Origin origin = {};
};

}  // namespace wgw
