#include "model/errc.hpp"

#include <array>

namespace wgw {
namespace {

constexpr std::string_view kOops = "Oops! Something unexpected occurred.";

constexpr std::array kRows{
    ErrcRow{Errc::validation_failed,    "validation_failed",    400, false, "The request is not valid."                                    },
    ErrcRow{Errc::unauthorized,         "unauthorized",         401, false, "Authorization header is not found!"                           },
    ErrcRow{Errc::token_expired,        "token_expired",        401, false, "jwt expired"                                                  },
    ErrcRow{Errc::token_revoked,        "token_revoked",        401, false, "This session has ended. Please sign in again."                },
    ErrcRow{
            Errc::not_member,           "not_member",           403, false, "You are not a member of this chat room! Please join it first."
    },
    ErrcRow{Errc::forbidden,            "forbidden",            403, false, "You are not allowed to do this."                              },
    ErrcRow{Errc::not_found,            "not_found",            404, false, "Chat room is not found! Please create one first."             },
    ErrcRow{Errc::conflict,             "conflict",             409, false, "This was changed by somebody else meanwhile."                 },
    ErrcRow{
            Errc::client_msg_id_reused, "client_msg_id_reused", 409, false,
            "This client_msg_id was used for another message."
    },
    ErrcRow{Errc::too_large,            "too_large",            413, false, "This is larger than allowed."                                 },
    ErrcRow{
            Errc::username_taken,       "username_taken",       422, false,
            "User with that username already signed up! Please sign in if it is yours."
    },
    ErrcRow{Errc::rate_limited,         "rate_limited",         429, true,  "Too many requests. Please wait a moment."                     },
    ErrcRow{Errc::internal,             "internal",             500, true,  kOops                                                          },
    ErrcRow{Errc::unavailable,          "unavailable",          503, true,  kOops                                                          },
    ErrcRow{Errc::draining,             "draining",             503, true,  "The server is restarting. Please try again."                  },
};

constexpr bool in_order()
{
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (static_cast<std::size_t>(kRows[i].code) != i)
            return false;
    return kRows.size() == static_cast<std::size_t>(Errc::draining) + 1;
}
static_assert(in_order(), "one row per code, in the order of the enumeration");

}  // namespace

const ErrcRow& row(Errc code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace wgw
