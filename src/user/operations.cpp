#include "user/operations.hpp"

#include "bus/paging.hpp"

namespace wgw::user {
namespace {

struct Parts {
    UserApi& users;
    IdSource& ids;
    const Limits& limits;
};

bus::Answer user_or_null(const std::optional<User>& found)
{
    if (!found)
        return bus::value("null");
    std::string out;
    write_user_found(out, *found);
    return bus::value(std::move(out));
}

std::string joined(const std::vector<User>& users)
{
    std::string items;
    for (const auto& user : users) {
        items += items.empty() ? "" : ",";
        write_user_found(items, user);
    }
    return items;
}

Task<Result<bus::Answer>> find_by_username(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kByUsername, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return user_or_null(co_await parts.users.find_by_username(std::move(fields->username), std::move(caller.origin))
    );
}

Task<Result<bus::Answer>> create(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kNewUser, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto given = Id::parse(request.header(bus::kIdHeader));  // the original's services name none
    const UserId id = given ? *given : parts.ids.next();
    const auto user = co_await parts.users.create(id, *std::move(fields), std::move(caller.origin));
    if (!user)
        co_return fail(user.error());
    std::string out;
    write_user_created(out, *user);
    co_return bus::value(std::move(out));
}

Task<Result<bus::Answer>> find_all(Parts parts, bus::Request request, Caller)
{
    const auto paging = bus::read_paging<UserId>(request.data, parts.limits);
    if (!paging)
        co_return fail(paging.error());
    const Page page{paging->limit, paging->before, paging->after};
    const auto users = co_await parts.users.find_all(page);
    const UserId first = users.items.empty() ? UserId() : users.items.front()._id;
    const UserId last = users.items.empty() ? UserId() : users.items.back()._id;
    co_return bus::list_answer(joined(users.items), *paging, users.more, first, last);
}

Task<Result<bus::Answer>> find_by_id(Parts parts, bus::Request request, Caller caller)
{
    const auto fields = read(kById, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return user_or_null(co_await parts.users.find_by_id(fields->user_id, std::move(caller.origin)));
}

/// What is no id is left out, like an id of nobody.
std::vector<UserId> ids_of(std::string_view data)
{
    std::vector<UserId> ids;
    if (json_check(data) != JsonError::none || !JsonValue(data).is_object())
        return ids;
    const auto list = JsonValue(data).find("user_ids");
    if (!list)
        return ids;
    auto elements = list->elements();
    while (const auto element = elements.next()) {
        const auto id = element->is_string() ? Id::parse(element->string()) : std::nullopt;
        if (id && ids.size() < kMostIds)
            ids.push_back(*id);
    }
    return ids;
}

Task<Result<bus::Answer>> find_by_ids(Parts parts, bus::Request request, Caller caller)
{
    auto ids = ids_of(request.data);
    const auto users = co_await parts.users.find_by_ids(std::move(ids), std::move(caller.origin));
    co_return bus::value("[" + joined(users) + "]");
}

constexpr bus::OperationRow<Parts> kRows[] = {
    {patterns::kFindByUsername, find_by_username},
    {patterns::kCreate,         create          },
    {patterns::kFindAll,        find_all        },
    {patterns::kFindById,       find_by_id      },
    {patterns::kFindByIds,      find_by_ids     },
};

}  // namespace

bus::Operations operations(UserApi& users, IdSource& ids, const Limits& limits)
{
    return bus::operations_of<Parts>(kRows, {users, ids, limits});
}

}  // namespace wgw::user
