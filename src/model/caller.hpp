#pragma once
/// Who asks: what a verified token says.

#include "base/time.hpp"
#include "model/id.hpp"

#include <memory>
#include <optional>
#include <string>

namespace wgw {

/// The value of an Authorization header as it came, to be passed on to other services. Empty in a process that asks
/// none.
using Authorization = std::shared_ptr<const std::string>;

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

    Authorization authorization = {};
};

}  // namespace wgw
