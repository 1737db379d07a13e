#include "gateway/routes.hpp"

#include <iterator>

namespace wgw::gateway {
namespace {

// Answers without looking at anything: operators have /readyz on the admin listener.
Task<Result<RestReply>> nothing(Features, RestRequest) { co_return RestReply{}; }

constexpr RouteRow kPublicRoutes[] = {
    {{"GET", "/"},
     false, 200,
     nothing, {.id = "GatewayController_home", .summary = "Says that a server is here.", .recorded = true, .checks = false}},
    {{"GET", "/health"},
     false, 200,
     nothing, {.id = "GatewayController_health",
      .summary = "Says that the server answers.",
      .more = "It looks at nothing: whether the server can work is said by `/readyz` of the admin listener.",
      .recorded = true,
      .checks = false}                                                                                        },
};

}  // namespace

std::span<const RouteRow> public_routes() { return kPublicRoutes; }

std::vector<std::reference_wrapper<const RouteRow>> route_table()
{
    std::vector<std::reference_wrapper<const RouteRow>> all;
    for (const auto group : {public_routes(), auth_routes(), user_routes(), chat_routes()})
        std::ranges::copy(group, std::back_inserter(all));
    return all;
}

std::vector<Route> routes(Features features)
{
    std::vector<Route> all;
    for (const RouteRow& row : route_table()) {
        const auto handler = row.handler;
        const auto bound = [features, handler](RestRequest request) { return handler(features, std::move(request)); };
        all.push_back({row.pattern, row.guarded, row.status, bound, row.about.recorded});
    }
    return all;
}

}  // namespace wgw::gateway
