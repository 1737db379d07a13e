#pragma once
/// The rooms that were used last. One thread; bounded by rooms and by their members together.
///
/// Full    the room that was used longest ago goes; it can be loaded again. The one in use stays, whatever its size
/// Tests   room_cache_test.cpp

#include "chat/room.hpp"

#include <cstddef>
#include <list>
#include <unordered_map>

namespace wgw::chat {

class RoomCache {
public:
    RoomCache(std::size_t max_rooms, std::size_t max_members) : max_rooms_(max_rooms), max_members_(max_members) {}

    /// The room, good until the next call; null if it is not here.
    Room* find(RoomId id);

    /// Precondition: it is not here.
    Room& put(Room room);

    /// Room::apply on a room that find() or put() has just given.
    void apply(Room& room, const Entry& entry);

    /// Room::take_back on the same.
    void take_back(Room& room, const Entry& entry, Timestamp before);

    void erase(RoomId id);
    void clear() noexcept;

    std::size_t size() const { return index_.size(); }
    std::size_t members() const { return members_; }

private:
    void shrink();

    std::size_t max_rooms_;
    std::size_t max_members_;
    std::size_t members_ = 0;
    std::list<Room> rooms_;  // last used first
    std::unordered_map<RoomId, std::list<Room>::iterator> index_;
};

}  // namespace wgw::chat
