#include "sio/server/room.hpp"

#include "sio/server/server.hpp"

#include <algorithm>

namespace wgw::sio {

Memberships::Membership* Memberships::find(const Room& room)
{
    if (!many_)
        return one_.room == &room ? &one_ : nullptr;
    auto& [list, index] = *many_;
    if (index.empty()) {
        const auto found = std::ranges::find(list, &room, &Membership::room);
        return found == list.end() ? nullptr : &*found;
    }
    const auto found = index.find(&room);
    return found == index.end() ? nullptr : &list[found->second];
}

void Memberships::add(Membership membership)
{
    if (empty()) {
        one_ = membership;
        return;
    }
    if (!many_) {
        many_ = std::make_unique<Many>();
        many_->list.push_back(std::exchange(one_, {}));
    }
    auto& [list, index] = *many_;
    list.push_back(membership);
    if (!index.empty())
        index.emplace(membership.room, list.size() - 1);
    else if (list.size() > kShort)
        for (std::size_t i = 0; i < list.size(); ++i)
            index.emplace(list[i].room, i);
}

void Memberships::remove(const Room& room)
{
    if (!many_) {
        one_ = {};
        return;
    }
    auto& [list, index] = *many_;
    Membership& gap = *find(room);
    index.erase(&room);
    if (&gap != &list.back()) {
        gap = list.back();
        if (const auto moved = index.find(gap.room); moved != index.end())
            moved->second = static_cast<std::size_t>(&gap - list.data());
    }
    list.pop_back();
    if (list.empty())
        many_.reset();
}

void Room::add(Socket& socket)
{
    if (socket.rooms_.find(*this) != nullptr)
        return;
    socket.rooms_.add({this, static_cast<std::uint32_t>(sockets_.size())});
    sockets_.push_back(&socket);
}

void Room::remove(Socket& socket)
{
    const auto* membership = socket.rooms_.find(*this);
    if (membership == nullptr)
        return;
    const std::uint32_t place = membership->place;
    socket.rooms_.remove(*this);
    Socket* const last = sockets_.back();
    sockets_.pop_back();
    if (last == &socket)
        return;
    sockets_[place] = last;
    last->rooms_.find(*this)->place = place;
}

}  // namespace wgw::sio
