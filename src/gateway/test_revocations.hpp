#pragma once
/// For tests: what the test has revoked.

#include "auth/api.hpp"

#include <functional>
#include <set>
#include <utility>

namespace wgw::gateway {

class TestRevocations final : public auth::Revocations {
public:
    bool is_revoked(const Caller& caller) const override { return ended.contains(caller.ended_by); }
    void set_listener(std::function<void(UserId)> heard) override { listener = std::move(heard); }

    void revoke(const Caller& caller)
    {
        ended.insert(caller.ended_by);
        listener(caller.user_id);
    }

    std::set<Id> ended;
    std::function<void(UserId)> listener;
};

}  // namespace wgw::gateway
