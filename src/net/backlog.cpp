#include "net/backlog.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace wgw::net {

bool Backlog::shed(Instant now)
{
    const std::size_t before = bytes();
    if (now >= quiet_until_) {
        quiet_until_ = now + Duration(1'000);
        log::warn(
            "What peers do not read takes too much memory; those that have left the most unread are closed.",
            {
                {"bytes", before}
        }
        );
    }
    std::vector<Share> shares;
    for (auto* source : sources_)
        source->list_backlog(shares);
    std::ranges::sort(shares, std::greater(), &Share::bytes);
    for (const auto& share : shares) {
        if (!is_over())
            break;
        share.give_up();
    }
    return bytes() < before;
}

}  // namespace wgw::net
