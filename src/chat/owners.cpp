#include "chat/owners.hpp"

#include <cstdint>
#include <utility>

namespace wgw::chat {
namespace {

constexpr int kIntervals = 3;

/// The same in every process: FNV-1a, and its bits mixed, as the first bytes of ids are mostly alike.
std::uint64_t score(std::string_view queue, const Id& room)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const char c : queue)
        add(static_cast<std::uint8_t>(c));
    for (const auto byte : room.bytes)
        add(byte);
    hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
    return hash ^ (hash >> 31U);
}

}  // namespace

bool Owners::heard(std::string_view payload, Instant now)
{
    constexpr std::string_view kPrefix = "chat.";
    const char sign = payload.empty() ? ' ' : payload.front();
    const auto queue = payload.substr(payload.empty() ? 0 : 1);
    if ((sign != '+' && sign != '-') || !queue.starts_with(kPrefix) || !Id::parse(queue.substr(kPrefix.size())))
        return false;
    const auto known = until_.find(queue);
    if (sign == '-') {
        if (known != until_.end())
            until_.erase(known);
        return true;
    }
    const Instant until = now + kIntervals * kOwnersInterval;
    if (known != until_.end())
        known->second = until;
    else if (until_.size() < kMost)
        until_.emplace(queue, until);
    return true;
}

void Owners::expire(Instant now)
{
    std::erase_if(until_, [now](const auto& service) { return service.second <= now; });
}

std::string Owners::of(const Id& room) const
{
    const std::string* best = nullptr;
    std::uint64_t highest = 0;
    for (const auto& [queue, until] : until_)
        if (const auto mine = score(queue, room); best == nullptr || mine > highest) {
            best = &queue;
            highest = mine;
        }
    return best != nullptr ? *best : std::string();
}

}  // namespace wgw::chat
