#include "gateway/parameters.hpp"
#include "gateway/routes.hpp"
#include "model/fields.hpp"
#include "model/token.hpp"

namespace wgw::gateway {
namespace {

std::string user_or_null(const std::optional<user::User>& found)
{
    if (!found)
        return "null";
    std::string out;
    user::write_user_found(out, *found);
    return out;
}

Task<Result<RestReply>> find_all(Features features, RestRequest)
{
    user::Page page;
    page.limit = static_cast<std::size_t>(features.limits.page_bare);
    const auto users = co_await features.users.find_all(page);
    RestReply reply{"[", {}};
    for (const auto& found : users.items) {
        reply.data += reply.data.size() > 1 ? "," : "";
        user::write_user_found(reply.data, found);
    }
    reply.data += ']';
    if (users.more && !users.items.empty())
        reply.headers.emplace_back("X-Next", users.items.front()._id.hex());
    co_return reply;
}

Task<Result<RestReply>> find_me(Features features, RestRequest request)
{
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    co_return RestReply{user_or_null(co_await features.users.find_by_id(*user_id)), {}};
}

Task<Result<RestReply>> find_by_username(Features features, RestRequest request)
{
    auto fields = read_parameter(user::kByUsername, "username", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return RestReply{user_or_null(co_await features.users.find_by_username(std::move(fields->username))), {}};
}

}  // namespace

std::vector<Route> user_routes(Features features)
{
    return {
        {{"GET", "/api/v1/user"},
         true, 200,
         [features](RestRequest request) { return find_all(features, std::move(request)); }        },
        {{"GET", "/api/v1/user/me"},
         true, 200,
         [features](RestRequest request) { return find_me(features, std::move(request)); }         },
        {{"GET", "/api/v1/user/:username"},
         true, 200,
         [features](RestRequest request) { return find_by_username(features, std::move(request)); }},
    };
}

}  // namespace wgw::gateway
