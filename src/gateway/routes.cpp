#include "gateway/routes.hpp"

#include <iterator>

namespace wgw::gateway {
namespace {

// Answers without looking at anything: operators have /readyz on the admin listener.
Task<Result<RestReply>> nothing(RestRequest) { co_return RestReply{}; }

}  // namespace

std::vector<Route> public_routes()
{
    return {
        {{"GET", "/"},       false, 200, nothing},
        {{"GET", "/health"}, false, 200, nothing},
    };
}

std::vector<Route> routes(Features features)
{
    std::vector<Route> all = public_routes();
    for (auto&& group : {auth_routes(features), user_routes(features), chat_routes(features)})
        std::ranges::copy(group, std::back_inserter(all));
    return all;
}

}  // namespace wgw::gateway
