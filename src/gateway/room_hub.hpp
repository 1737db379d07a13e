#pragma once
/// Which sockets follow which rooms, and the telling: entries of the log in, frames out.
///
/// A message is encoded once, with its author inside, and a pointer is queued per follower. Entries of a room are told
/// in the order of the log: where an author has to be looked up first, the room's later entries wait behind.
/// Whoever becomes a member while connected follows from that entry on.
/// Loop only. Hot path: on_entry().
/// Tests  room_hub_test.cpp

#include "base/task_scope.hpp"
#include "chat/api.hpp"
#include "gateway/counts.hpp"
#include "model/id.hpp"
#include "sio/server/server.hpp"
#include "user/api.hpp"

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace wgw::gateway {

class RoomHub {
public:
    /// All outlive the hub.
    RoomHub(
        sio::Namespace& sockets, chat::LiveChat& chat, user::UserCache& users, TaskScope& tasks, EventCounts& counts
    )
        : sockets_(sockets), chat_(chat), users_(users), tasks_(tasks), counts_(counts)
    {
    }

    /// `socket` belongs to `user` from now on, and follows each room of theirs that it is told of; unless `only` is
    /// empty, no other room than that one.
    void add(sio::Socket& socket, const UserId& user, RoomId only);
    void remove(sio::Socket& socket, const UserId& user);

    /// The numbers of the user's sockets.
    std::vector<std::uint64_t> sockets_of(const UserId& user) const;
    std::size_t count_sockets_of(const UserId& user) const { return devices_.count(user); }

    /// From behind `room.seq` on; where it is followed already, from where that is.
    void follow(sio::Socket& socket, const chat::RoomHead& room);

    /// `user` is a member of the room since `room.seq`, or was one before: their sockets follow it.
    void on_member(const chat::RoomHead& room, const UserId& user);

    /// An entry that has just been stored.
    void on_entry(const chat::Entry& entry);

private:
    struct Device {
        std::uint64_t socket = 0;
        RoomId only;
    };

    void tell(const chat::Entry& entry);
    void tell_message(const chat::Entry& entry, std::string_view author);
    Task<void> tell_held(RoomId room);

    sio::Namespace& sockets_;
    chat::LiveChat& chat_;
    user::UserCache& users_;
    TaskScope& tasks_;
    EventCounts& counts_;
    std::unordered_multimap<UserId, Device> devices_;
    std::unordered_map<RoomId, std::deque<chat::Entry>> held_;
};

}  // namespace wgw::gateway
