#pragma once
/// UserApi of another process, over the bus: what the auth and chat services ask the user service.
///
/// Works with services of the original, too: they name a new user themselves, and have no look-up of many, which
/// becomes one for each, some at a time. Errors  Unavailable; Refused where the service refuses what cannot fail here;
/// std::runtime_error for an answer that
///         is no user
/// Tests   remote_test.cpp

#include "bus/calls.hpp"
#include "model/token.hpp"
#include "user/api.hpp"

#include <memory>

namespace wgw::user {

/// Both outlive it. `tokens` signs what the service has to be shown where nobody has asked.
std::unique_ptr<UserApi> make_remote_users(bus::Calls& calls, const Tokens& tokens);

}  // namespace wgw::user
