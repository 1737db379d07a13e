#include "gateway/object_rows.hpp"
#include "gateway/paging.hpp"
#include "gateway/parameters.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "model/fields.hpp"

namespace wgw::gateway {
namespace {

Task<Result<RestReply>> find_all(Features features, RestRequest request)
{
    const auto page = page_members(request.query, Places::ids);
    if (!page)
        co_return fail(page.error());
    co_return co_await relay(
        features.services, user::patterns::kFindAll, object_of({}, {}, *page), std::move(request.caller)
    );
}

Task<Result<RestReply>> find_me(Features features, RestRequest request)
{
    // The service looks whether it is an id: as the original's gateway, this one sends what the token says.
    const auto& user_id = request.caller.user_id_text;
    std::string data = user_id.empty() ? "{}" : object_of("user_id", user_id);
    co_return co_await relay(features.services, user::patterns::kFindById, std::move(data), std::move(request.caller));
}

Task<Result<RestReply>> find_by_username(Features features, RestRequest request)
{
    const auto fields = read_parameter(user::kByUsername, "username", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return co_await relay(
        features.services, user::patterns::kFindByUsername, object_of("username", fields->username),
        std::move(request.caller)
    );
}

constexpr RouteRow kRoutes[] = {
    {{"GET", "/api/v1/user"},
     true, 200,
     find_all,         {.id = "UserController_findAll",
      .summary = "All users, oldest first.",
      .query = kPagingById,
      .reply = docs::list_of(kUserObject, FieldType::id),
      .recorded = true}        },
    {{"GET", "/api/v1/user/me"},
     true, 200,
     find_me,          {.id = "UserController_me",
      .summary = "The user who asks.",
      .more = "`null` if there is none of the id that the token names.",
      .reply = docs::one_or_null(kUserObject),
      .recorded = true}         },
    {{"GET", "/api/v1/user/:username"},
     true, 200,
     find_by_username, {.id = "UserController_findByUsername",
      .summary = "The user of that name, or `null`.",
      .path = user::kByUsername.rows,
      .reply = docs::one_or_null(kUserObject),
      .recorded = true}},
};

}  // namespace

std::span<const RouteRow> user_routes() { return kRoutes; }

}  // namespace wgw::gateway
