#pragma once
/// User objects as JSON text in *found* order, as they stand inside messages and members: read once, passed on often.
///
/// Bounded: two generations; when the younger is full the older is forgotten. What never changes cannot be stale.
/// Loop only.
/// Tests  user_cache_test.cpp

#include "base/task.hpp"
#include "model/id.hpp"
#include "user/api.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace wgw::gateway {

class UserCache {
public:
    /// `users` outlives the cache, which keeps at most `capacity` users.
    explicit UserCache(user::UserApi& users, std::size_t capacity = 20'000) : users_(users), capacity_(capacity) {}

    /// The object if it is here; nullptr if it has to be loaded. Good until the next call.
    const std::string* peek(const UserId& id);

    /// Loads those that are missing. A user that does not exist is not kept: peek() goes on answering nullptr.
    Task<void> load(std::vector<UserId> ids);

    /// The object, or `null` if there is no such user.
    Task<std::string> get(UserId id);

    void put(const UserId& id, std::string json);

private:
    using Generation = std::unordered_map<UserId, std::string>;

    user::UserApi& users_;
    std::size_t capacity_;
    Generation young_;
    Generation old_;
};

}  // namespace wgw::gateway
