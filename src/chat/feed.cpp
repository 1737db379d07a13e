#include "chat/feed.hpp"

#include <algorithm>
#include <utility>

namespace wgw::chat {

void Feed::follow(const RoomId& room, Seq told) { rooms_.try_emplace(room, Followed{.told = told, .known = told}); }

Feed::Step Feed::hear(Entry entry)
{
    const auto found = rooms_.find(entry.room_id);
    if (found == rooms_.end())
        return {};
    hold(found->second, std::move(entry));
    return next(found->second);
}

Feed::Step Feed::head(const RoomId& room, Seq head)
{
    const auto found = rooms_.find(room);
    if (found == rooms_.end())
        return {};
    found->second.known = std::max(found->second.known, head);
    return next(found->second);
}

Feed::Step Feed::fill(const RoomId& room, std::vector<Entry> entries)
{
    const auto found = rooms_.find(room);
    if (found == rooms_.end())
        return {};
    auto& followed = found->second;
    followed.reading = false;
    const Seq before = followed.told;
    Step step;
    for (auto& entry : entries) {
        if (entry.seq != followed.told + 1)
            continue;
        followed.told = entry.seq;
        step.tell.push_back(std::move(entry));
    }
    // An answer that leads nowhere says that the head is not what somebody has claimed: without this it would be read
    // for in a circle. If it is, a later hint or comparison says so again.
    if (followed.told == before) {
        followed.known = followed.told;
        followed.held.clear();
    }
    auto behind = next(followed);
    std::ranges::move(behind.tell, std::back_inserter(step.tell));
    step.read_behind = behind.read_behind;
    return step;
}

void Feed::failed(const RoomId& room)
{
    if (const auto found = rooms_.find(room); found != rooms_.end())
        found->second.reading = false;
}

std::optional<Seq> Feed::told(const RoomId& room) const
{
    const auto found = rooms_.find(room);
    if (found == rooms_.end())
        return {};
    return found->second.told;
}

// The farthest goes first: what is near is told soonest.
void Feed::hold(Followed& room, Entry entry) const
{
    room.known = std::max(room.known, entry.seq);
    if (entry.seq <= room.told)
        return;
    const Seq seq = entry.seq;
    room.held.try_emplace(seq, std::move(entry));
    if (room.held.size() > held_)
        room.held.erase(std::prev(room.held.end()));
}

// While a read is under way its answer comes first: it begins at `told`.
Feed::Step Feed::next(Followed& room)
{
    Step step;
    if (room.reading)
        return step;
    auto held = room.held.begin();
    for (; held != room.held.end() && held->first <= room.told + 1; ++held) {
        if (held->first <= room.told)
            continue;
        room.told = held->first;
        step.tell.push_back(std::move(held->second));
    }
    room.held.erase(room.held.begin(), held);
    if (room.known > room.told) {
        room.reading = true;
        step.read_behind = room.told;
    }
    return step;
}

}  // namespace wgw::chat
