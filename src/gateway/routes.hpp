#pragma once
/// The table of REST routes: method, path, guard, status, handler, and what each says of itself for the documents.
///
/// A row does not compile without the last of these; documents_test.cpp looks whether it is whole.
/// Source  the contract's table of endpoints
/// Tests   tests/golden, tests/e2e

#include "auth/api.hpp"
#include "bus/services.hpp"
#include "chat/api.hpp"
#include "docs/operation.hpp"
#include "gateway/rest.hpp"
#include "gateway/room_hub.hpp"
#include "gateway/throttles.hpp"
#include "model/limits.hpp"
#include "user/api.hpp"

#include <functional>
#include <span>
#include <vector>

namespace wgw::gateway {

/// What handlers call. All of it outlives the routes.
struct Features {
    bus::Services& services;
    chat::LiveChat& chat;
    RoomHub& hub;
    const Limits& limits;
    Throttles& throttles;
};

/// Static data. `features` is a value of references that outlive the routes.
struct RouteRow {
    RoutePattern pattern;
    bool guarded;
    int status;  ///< Of success.
    Task<Result<RestReply>> (*handler)(Features features, RestRequest request);
    docs::Operation about;
};

std::span<const RouteRow> public_routes();
std::span<const RouteRow> auth_routes();
std::span<const RouteRow> user_routes();
std::span<const RouteRow> chat_routes();

/// All of them.
std::vector<std::reference_wrapper<const RouteRow>> route_table();

/// The same, with somebody to ask.
std::vector<Route> routes(Features features);

}  // namespace wgw::gateway
