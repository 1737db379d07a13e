#pragma once
/// For tests: users who are all there, counted look-ups, and answers that the test can hold back.

#include "base/task.hpp"
#include "user/api.hpp"

#include <functional>
#include <set>
#include <vector>

namespace wgw::user {

/// A user for every id that is not in `unknown`, called after the id's last two digits.
class TestUsers final : public UserApi {
public:
    Task<Result<User>> create(UserId, NewUser, Origin) override { co_return fail(Errc::internal); }
    Task<std::optional<User>> find_by_id(UserId, Origin) override { co_return std::nullopt; }
    Task<std::optional<User>> find_by_username(std::string, Origin) override { co_return std::nullopt; }
    Task<UserList> find_all(Page) override { co_return UserList{}; }

    Task<std::vector<User>> find_by_ids(std::vector<UserId> ids, Origin) override
    {
        asked.push_back(ids);
        if (hold) {
            auto wait = [this](auto done) { held.emplace_back([done]() mutable { done(true); }); };
            co_await callback<bool>(wait);
        }
        if (away)
            throw Unavailable("away");
        if (broken)
            throw std::runtime_error("no users today");
        std::vector<User> users;
        for (const auto& id : ids)
            if (!unknown.contains(id))
                users.push_back({id, "F", {}, "user" + id.hex().substr(22), {}, {}, 0});
        co_return users;
    }

    /// Answers what was held back.
    void release()
    {
        for (auto& answer : std::exchange(held, {}))
            answer();
    }

    std::vector<std::vector<UserId>> asked;
    std::set<UserId> unknown;
    bool hold = false;
    bool broken = false;
    bool away = false;
    std::vector<std::function<void()>> held;
};

inline Id test_id(unsigned number)
{
    Id id;
    id.bytes[10] = static_cast<std::uint8_t>(number >> 8U);
    id.bytes[11] = static_cast<std::uint8_t>(number & 0xffU);
    return id;
}

}  // namespace wgw::user
