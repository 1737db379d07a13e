#include "gateway/object_rows.hpp"
#include "gateway/paging.hpp"
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

Task<Result<RestReply>> find_all(Features features, RestRequest request)
{
    const auto paging = read_paging<UserId>(request.query, features.limits);
    if (!paging)
        co_return fail(paging.error());
    const user::Page page{paging->page.limit, paging->page.before, paging->page.after};
    const auto users = co_await features.users.find_all(page);
    std::string items;
    for (const auto& found : users.items) {
        items += items.empty() ? "" : ",";
        user::write_user_found(items, found);
    }
    const UserId first = users.items.empty() ? UserId() : users.items.front()._id;
    const UserId last = users.items.empty() ? UserId() : users.items.back()._id;
    co_return list_reply(std::move(items), *paging, users.more, first, last);
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
