#include "user/api.hpp"

#include <algorithm>

namespace wgw::user {

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

Task<void> UserCache::load(std::vector<UserId> ids, Authorization by)
{
    std::erase_if(ids, [this](const UserId& id) { return peek(id) != nullptr; });
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    if (ids.empty())
        co_return;
    const auto users = co_await users_.find_by_ids(std::move(ids), std::move(by));
    for (const auto& found : users) {
        std::string json;
        write_user_found(json, found);
        put(found._id, std::move(json));
    }
}

Task<std::string> UserCache::get(UserId id)
{
    std::vector<UserId> ids{id};
    co_await load(std::move(ids));
    const auto* json = peek(id);
    co_return json != nullptr ? *json : "null";
}

}  // namespace wgw::user
