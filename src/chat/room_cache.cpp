#include "chat/room_cache.hpp"

#include <cassert>
#include <utility>

namespace wgw::chat {

Room* RoomCache::find(RoomId id)
{
    const auto at = index_.find(id);
    if (at == index_.end())
        return nullptr;
    rooms_.splice(rooms_.begin(), rooms_, at->second);
    return &rooms_.front();
}

Room& RoomCache::put(Room room)
{
    assert(!index_.contains(room.id()));
    members_ += room.member_count();
    rooms_.push_front(std::move(room));
    index_.emplace(rooms_.front().id(), rooms_.begin());
    shrink();
    return rooms_.front();
}

void RoomCache::apply(Room& room, const Entry& entry)
{
    assert(&room == &rooms_.front());
    members_ -= room.member_count();
    room.apply(entry);
    members_ += room.member_count();
    shrink();
}

void RoomCache::take_back(Room& room, const Entry& entry, Timestamp before)
{
    assert(&room == &rooms_.front());
    members_ -= room.member_count();
    room.take_back(entry, before);
    members_ += room.member_count();
}

void RoomCache::erase(RoomId id)
{
    const auto at = index_.find(id);
    if (at == index_.end())
        return;
    members_ -= at->second->member_count();
    rooms_.erase(at->second);
    index_.erase(at);
}

void RoomCache::clear() noexcept
{
    index_.clear();
    rooms_.clear();
    members_ = 0;
}

void RoomCache::shrink()
{
    while (rooms_.size() > 1 && (rooms_.size() > max_rooms_ || members_ > max_members_))
        erase(RoomId(rooms_.back().id()));
}

}  // namespace wgw::chat
