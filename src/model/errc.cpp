#include "model/errc.hpp"

#include <array>

namespace wgw {
namespace {

constexpr std::string_view kOops = "Oops! Something unexpected occurred.";

constexpr std::array kRows{
    ErrcRow{Errc::validation_failed,    "validation_failed",    400, 0,     "The request is not valid."                                    },
    ErrcRow{Errc::unauthorized,         "unauthorized",         401, 0,     "Authorization header is not found!"                           },
    ErrcRow{Errc::token_expired,        "token_expired",        401, 0,     "jwt expired"                                                  },
    ErrcRow{Errc::token_revoked,        "token_revoked",        401, 0,     "This session has ended. Please sign in again."                },
    ErrcRow{Errc::not_member,           "not_member",           403, 0,     "You are not a member of this chat room! Please join it first."},
    ErrcRow{Errc::forbidden,            "forbidden",            403, 0,     "You are not allowed to do this."                              },
    ErrcRow{Errc::not_found,            "not_found",            404, 0,     "Chat room is not found! Please create one first."             },
    ErrcRow{Errc::conflict,             "conflict",             409, 0,     "This was changed by somebody else meanwhile."                 },
    ErrcRow{
            Errc::client_msg_id_reused, "client_msg_id_reused", 409, 0,     "This client_msg_id was used for another message."
    },
    ErrcRow{Errc::too_large,            "too_large",            413, 0,     "This is larger than allowed."                                 },
    ErrcRow{
            Errc::username_taken,       "username_taken",       422, 0,
            "User with that username already signed up! Please sign in if it is yours."
    },
    ErrcRow{Errc::rate_limited,         "rate_limited",         429, 0,     "Too many requests. Please wait a moment."                     },
    ErrcRow{Errc::internal,             "internal",             500, 0,     kOops                                                          },
    ErrcRow{Errc::unavailable,          "unavailable",          503, 1'000, kOops                                                          },
    ErrcRow{Errc::draining,             "draining",             503, 1'000, "The server is restarting. Please try again."                  },
};

constexpr bool in_order()
{
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (static_cast<std::size_t>(kRows[i].code) != i)
            return false;
    return kRows.size() == kErrcs;
}
static_assert(in_order(), "one row per code, in the order of the enumeration");

}  // namespace

const ErrcRow& row(Errc code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace wgw
