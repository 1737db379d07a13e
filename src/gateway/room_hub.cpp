#include "gateway/room_hub.hpp"

#include "base/log.hpp"

namespace wgw::gateway {

void RoomHub::add(sio::Socket& socket, const UserId& user, RoomId only)
{
    devices_.emplace(user, Device{socket.number(), only});
}

void RoomHub::remove(sio::Socket& socket, const UserId& user)
{
    const auto [begin, end] = devices_.equal_range(user);
    const auto found =
        std::find_if(begin, end, [&](const auto& entry) { return entry.second.socket == socket.number(); });
    if (found != end)
        devices_.erase(found);
}

std::vector<std::uint64_t> RoomHub::sockets_of(const UserId& user) const
{
    std::vector<std::uint64_t> numbers;
    const auto [begin, end] = devices_.equal_range(user);
    for (const auto& [owner, device] : std::ranges::subrange(begin, end))
        numbers.push_back(device.socket);
    return numbers;
}

void RoomHub::follow(sio::Socket& socket, const chat::RoomHead& room)
{
    socket.join(room.room_id.hex());
    chat_.watch(room);
}

void RoomHub::on_entry(const chat::Entry& entry)
{
    if (const auto held = held_.find(entry.room_id); held != held_.end()) {
        held->second.push_back(entry);
        return;
    }
    if (entry.type == chat::EntryType::message_receive && users_.peek(entry.user_id) == nullptr) {
        held_[entry.room_id].push_back(entry);
        tasks_.spawn(tell_held(entry.room_id));
        return;
    }
    tell(entry);
}

Task<void> RoomHub::tell_held(RoomId room)
{
    while (true) {
        const auto held = held_.find(room);
        if (held->second.empty()) {
            held_.erase(held);
            co_return;
        }
        const chat::Entry entry = std::move(held->second.front());
        held->second.pop_front();
        std::string author = "null";
        try {
            author = co_await users_.get(entry.user_id);
        } catch (const std::exception& error) {
            // The message is stored and acknowledged; it is told without its author rather than not at all.
            log::error(
                "An author could not be read.",
                {
                    {"room_id", room.hex()         },
                    {"user_id", entry.user_id.hex()},
                    {"what",    error.what()       }
            }
            );
        }
        if (entry.type == chat::EntryType::message_receive)
            tell_message(entry, author);
        else
            tell(entry);
    }
}

void RoomHub::tell(const chat::Entry& entry)
{
    switch (entry.type) {
    case chat::EntryType::message_receive:
        tell_message(entry, *users_.peek(entry.user_id));
        break;
    case chat::EntryType::room_update:
    case chat::EntryType::member_update:
        on_member({entry.room_id, entry.seq}, entry.user_id);
        break;
    }
}

void RoomHub::tell_message(const chat::Entry& entry, std::string_view author)
{
    const std::string room = entry.room_id.hex();
    const std::size_t listeners = sockets_.room_size(room);
    if (listeners == 0)
        return;
    counts_.fan_out.observe(listeners);
    std::string arguments;
    chat::write_message_created(arguments, entry, author);
    sockets_.broadcast(room, sockets_.encode_values(chat::event_name(entry.type), arguments));
}

void RoomHub::on_member(const chat::RoomHead& room, const UserId& user)
{
    const auto [begin, end] = devices_.equal_range(user);
    for (const auto& [owner, device] : std::ranges::subrange(begin, end)) {
        auto* socket = sockets_.find(device.socket);
        if (socket != nullptr && (device.only.empty() || device.only == room.room_id))
            follow(*socket, room);
    }
}

}  // namespace wgw::gateway
