#pragma once
/// What a process of a cluster does. A value.

#include <array>
#include <cstdint>
#include <string_view>

namespace wgw::app {

struct Roles {
    bool gateway = false;
    bool auth = false;
    bool user = false;
    bool chat = false;

    bool any() const { return gateway || auth || user || chat; }
    bool needs_store() const { return auth || user || chat; }

    /// Whether it asks other services.
    bool asks() const { return gateway || auth || chat; }

    friend bool operator==(const Roles&, const Roles&) = default;
};

inline constexpr std::array<std::string_view, 4> kRoleNames{"gateway", "auth", "user", "chat"};

}  // namespace wgw::app
