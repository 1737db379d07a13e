#include "gateway/token_expiry.hpp"

#include <algorithm>

namespace wgw::gateway {
namespace {

constexpr Duration kLongestWait{60'000};

}  // namespace

void TokenExpiry::add(std::uint64_t socket, std::int64_t expires_s)
{
    sockets_.emplace(expires_s, socket);
    arm();
}

void TokenExpiry::remove(std::uint64_t socket, std::int64_t expires_s)
{
    sockets_.erase({expires_s, socket});
    arm();
}

void TokenExpiry::on_timer(Instant)
{
    const std::int64_t now_ms = clock_.now().unix_ms;
    while (!sockets_.empty() && sockets_.begin()->first * 1'000 <= now_ms) {
        const auto socket = sockets_.begin()->second;
        sockets_.erase(sockets_.begin());
        on_expired_(socket);
    }
    arm();
}

void TokenExpiry::arm()
{
    if (sockets_.empty())
        return cancel();
    const Duration left(std::max<std::int64_t>(0, sockets_.begin()->first * 1'000 - clock_.now().unix_ms));
    loop_.timers().arm(*this, loop_.now() + std::min(left, kLongestWait));
}

}  // namespace wgw::gateway
