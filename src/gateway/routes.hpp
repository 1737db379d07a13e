#pragma once
/// The table of REST routes: method, path, guard, status, handler.
///
/// Source  the contract's table of endpoints
/// Tests   tests/golden, tests/e2e

#include "auth/api.hpp"
#include "chat/api.hpp"
#include "gateway/rest.hpp"
#include "gateway/throttles.hpp"
#include "gateway/user_cache.hpp"
#include "model/limits.hpp"
#include "user/api.hpp"

#include <vector>

namespace wgw::gateway {

/// What handlers call. All of it outlives the routes.
struct Features {
    auth::AuthApi& auth;
    user::UserApi& users;
    chat::ChatApi& chat;
    UserCache& user_cache;
    const Limits& limits;
    Throttles& throttles;
};

std::vector<Route> public_routes();
std::vector<Route> auth_routes(Features features);
std::vector<Route> user_routes(Features features);
std::vector<Route> chat_routes(Features features);

/// All of them.
std::vector<Route> routes(Features features);

}  // namespace wgw::gateway
