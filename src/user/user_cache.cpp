#include "base/log_stray.hpp"
#include "user/api.hpp"

#include <algorithm>
#include <iterator>

namespace wgw::user {
namespace {

bool is_unavailable(const std::exception_ptr& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
    } catch (const Unavailable&) {
        return true;
    } catch (...) {
        return false;
    }
    return false;
}

}  // namespace

UserCache::UserCache(UserApi& users, std::size_t capacity) : users_(users), capacity_(capacity), scope_(log_stray) {}

const std::string* UserCache::peek(const UserId& id)
{
    if (const auto found = young_.find(id); found != young_.end())
        return &found->second;
    const auto found = old_.find(id);
    if (found == old_.end())
        return nullptr;
    std::string json = std::move(found->second);
    old_.erase(found);
    put(id, std::move(json));
    return &young_.find(id)->second;
}

void UserCache::put(const UserId& id, std::string json)
{
    if (young_.size() >= capacity_ / 2 && !young_.contains(id)) {
        old_ = std::move(young_);
        young_.clear();
    }
    json.shrink_to_fit();  // it stays, and there are many
    young_.insert_or_assign(id, std::move(json));
}

Task<void> UserCache::load(std::vector<UserId> ids, Origin by)
{
    while (true) {
        std::erase_if(ids, [this](const UserId& id) { return peek(id) != nullptr; });
        const auto asked = std::ranges::find_if(ids, [this](const UserId& id) { return loading_.contains(id); });
        if (asked == ids.end())
            break;
        const UserId id = *asked;
        auto wait = [this, &id](Loaded done) { loading_[id].push_back(std::move(done)); };
        const auto error = co_await callback<std::exception_ptr>(wait);
        if (is_unavailable(error))
            std::rethrow_exception(error);
        // Why else it has failed is no concern of ours: the token that was shown may have been no good.
        if (!error)
            std::erase(ids, id);  // it is here by now, or does not exist
    }
    if (ids.empty())
        co_return;
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    for (const auto& id : ids)
        loading_.try_emplace(id);
    auto start = [&](Loaded loaded) { scope_.spawn(fetch(std::move(ids), std::move(by), std::move(loaded))); };
    if (const auto error = co_await callback<std::exception_ptr>(start))
        std::rethrow_exception(error);
}

Task<void> UserCache::fetch(std::vector<UserId> ids, Origin by, Loaded loaded)
{
    std::exception_ptr error;
    try {
        const auto users = co_await users_.find_by_ids(ids, std::move(by));
        for (const auto& found : users) {
            std::string json;
            write_user_found(json, found);
            put(found._id, std::move(json));
        }
    } catch (...) {
        error = std::current_exception();
    }
    std::vector<Loaded> all{std::move(loaded)};
    for (const auto& id : ids)
        std::ranges::move(loading_.extract(id).mapped(), std::back_inserter(all));
    for (const auto& next : all)
        next(error);
}

Task<std::string> UserCache::get(UserId id)
{
    std::vector<UserId> ids{id};
    co_await load(std::move(ids));
    const auto* json = peek(id);
    co_return json != nullptr ? *json : "null";
}

}  // namespace wgw::user
