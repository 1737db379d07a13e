#include "user/service.hpp"

#include "store/documents.hpp"

#include <stdexcept>

namespace wgw::user {
namespace {

std::optional<User> one(std::optional<store::Document> document)
{
    if (!document)
        return {};
    return store::from_document(kUser, std::move(*document));
}

std::vector<User> all(std::vector<store::Document> documents)
{
    std::vector<User> users;
    users.reserve(documents.size());
    for (auto& document : documents)
        users.push_back(store::from_document(kUser, std::move(document)));
    return users;
}

}  // namespace

const store::CollectionSpec& users_spec()
{
    static const store::CollectionSpec spec{"users", store::field_specs(kUser.rows), {{"username", true}}};
    return spec;
}

Task<Result<User>> UserService::create(UserId id, NewUser user, Origin)
{
    const auto now = clock_.now();
    User made{id, std::move(user.first_name), std::move(user.last_name), std::move(user.username), now, now, 0};
    auto document = store::to_document(kUser, made);
    const auto taken = co_await users_.insert(std::move(document));
    if (!taken)
        co_return made;
    // A request that is delivered again: the first delivery has made it, and its answer was lost.
    auto there = one(co_await users_.get(id));
    if (there && there->username == made.username)
        co_return *std::move(there);
    if (*taken == "username")
        co_return fail(Errc::username_taken);
    throw std::runtime_error("The id of a new user is taken: " + id.hex());
}

Task<std::optional<User>> UserService::find_by_id(UserId id, Origin) { co_return one(co_await users_.get(id)); }

Task<std::optional<User>> UserService::find_by_username(std::string username, Origin)
{
    store::Value value = std::move(username);
    co_return one(co_await users_.find("username", std::move(value)));
}

Task<std::vector<User>> UserService::find_by_ids(std::vector<UserId> ids, Origin)
{
    co_return all(co_await users_.get_all(std::move(ids)));
}

Task<UserList> UserService::find_all(Page page)
{
    // Newest first unless there is a place to start from: `after` of a descending list is what the caller calls before.
    const auto order = page.after ? store::Order::ascending : store::Order::descending;
    const auto start = page.after ? *page.after : page.before.value_or(UserId{});
    store::Value anything = nullptr;
    UserList list{all(co_await users_.list("", std::move(anything), start, page.limit + 1, order)), false};
    list.more = list.items.size() > page.limit;
    if (list.more)
        list.items.pop_back();
    if (order == store::Order::descending)
        std::ranges::reverse(list.items);
    co_return list;
}

}  // namespace wgw::user
