#include "gateway/shared_limits.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace wgw::gateway {
namespace {

constexpr std::size_t kGateways = 64;  // of which a key is noted

std::uint32_t number(std::size_t many)
{
    return static_cast<std::uint32_t>(std::min<std::size_t>(many, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void SharedLimits::took(RateOf rate, const RateKey& key, std::int32_t many)
{
    auto& taken = taken_[std::to_underlying(rate)];
    if (const auto found = taken.find(key); found != taken.end())
        found->second += many;
    else if (taken.size() < kMost)
        taken.emplace(key, many);
}

void SharedLimits::is_there(WhoIs who, const RateKey& key, std::size_t many)
{
    const auto which = std::to_underlying(who);
    const auto [found, is_first] = here_[which].try_emplace(key);
    auto& here = found->second;
    if (!is_first && here.many == number(many))
        return;
    here.many = number(many);
    if (is_first || !std::exchange(here.is_new, true))
        changed_[which].push_back(key);
}

void SharedLimits::tried(const SignInGuard::News& news)
{
    if (sign_ins_.size() < kMost)
        sign_ins_.push_back(news);
}

std::vector<LimitNews> SharedLimits::collect(Instant now)
{
    std::vector<LimitNews> all;
    if (now < next_)
        return all;
    next_ = now + kWindow;

    LimitNews news{.gateway = gateway_};
    news.sign_ins = std::exchange(sign_ins_, {});
    for (std::size_t rate = 0; rate < kRates; ++rate) {
        for (const auto& [key, many] : taken_[rate])
            if (many != 0)
                news.taken.push_back({static_cast<RateOf>(rate), key, many});
        taken_[rate].clear();
    }
    if (!news.is_empty())
        all.push_back(std::exchange(news, {.gateway = gateway_}));

    const bool is_again = now >= again_at_;
    const auto tell = [&](WhoIs who, const RateKey& key, const Here& here) {
        news.connected.push_back({who, key, here.many});
        if (news.connected.size() == kMost)
            all.push_back(std::exchange(news, {.gateway = gateway_}));
    };
    for (const auto who : {WhoIs::user, WhoIs::address}) {
        auto& here = here_[std::to_underlying(who)];
        for (const auto& key : std::exchange(changed_[std::to_underlying(who)], {})) {
            const auto found = here.find(key);
            found->second.is_new = false;
            if (!is_again || found->second.many == 0)
                tell(who, key, found->second);
            if (found->second.many == 0)
                here.erase(found);
        }
        if (is_again)
            for (const auto& [key, one] : here)
                tell(who, key, one);
    }
    if (!news.is_empty())
        all.push_back(std::move(news));
    if (is_again) {
        again_at_ = now + kAgain;
        forget(now);
    }
    return all;
}

void SharedLimits::hear_connected(std::uint64_t gateway, const LimitNews::Connected& connected, Instant now)
{
    auto& there = there_[std::to_underlying(connected.who)];
    if (connected.many == 0 || there.size() >= kElsewhere) {
        // Nothing new is noted; what is known is kept right.
        const auto found = there.find(connected.key);
        if (found == there.end())
            return;
        std::erase_if(found->second, [gateway](const There& one) { return one.gateway == gateway; });
        if (connected.many == 0 && found->second.empty())
            there.erase(found);
        if (connected.many == 0)
            return;
    }
    auto& gateways = there[connected.key];
    const There heard{gateway, connected.many, now + kForget};
    if (const auto known = std::ranges::find(gateways, gateway, &There::gateway); known != gateways.end())
        *known = heard;
    else if (gateways.size() < kGateways)
        gateways.push_back(heard);
}

std::int64_t SharedLimits::elsewhere(WhoIs who, const RateKey& key, Instant now) const
{
    const auto& there = there_[std::to_underlying(who)];
    const auto found = there.find(key);
    std::int64_t many = 0;
    if (found != there.end())
        for (const auto& one : found->second)
            many += now < one.until ? one.many : 0;
    return many;
}

void SharedLimits::forget(Instant now)
{
    for (auto& there : there_)
        for (auto entry = there.begin(); entry != there.end();) {
            std::erase_if(entry->second, [now](const There& one) { return now >= one.until; });
            entry = entry->second.empty() ? there.erase(entry) : std::next(entry);
        }
}

}  // namespace wgw::gateway
