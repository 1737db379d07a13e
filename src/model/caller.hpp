#pragma once
/// Who asks: what a verified token says.

#include "base/time.hpp"
#include "model/id.hpp"

#include <optional>
#include <string>

namespace wgw {

struct Caller {
    std::string user_id_text;  ///< As the token has it; may be missing or no id (a host application's token).
    UserId user_id;            ///< Empty if the text is no id.
    std::string username;
    std::string session_id;                 ///< `sid`; empty where the token has none.
    std::optional<std::int64_t> expires_s;  ///< `exp`, in seconds since 1970; nothing: never.
};

}  // namespace wgw
