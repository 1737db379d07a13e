#include "chat/test_log_store.hpp"

#include <algorithm>

namespace wgw::chat {

std::optional<Room> MemoryLog::load(RoomId room)
{
    const auto log = logs_.find(room);
    if (log == logs_.end())
        return {};
    Room sum(room);
    for (const auto& entry : log->second)
        sum.apply(entry);
    return sum;
}

Seq MemoryLog::head(RoomId room)
{
    const auto log = logs_.find(room);
    return log == logs_.end() ? 0 : static_cast<Seq>(log->second.size());
}

std::optional<Entry> MemoryLog::find(RoomId room, Seq seq)
{
    const auto log = logs_.find(room);
    if (log == logs_.end() || seq < 1 || static_cast<std::size_t>(seq) > log->second.size())
        return {};
    return log->second[static_cast<std::size_t>(seq - 1)];
}

std::vector<Entry> MemoryLog::behind(RoomId room, Seq after, std::size_t most)
{
    std::vector<Entry> entries;
    for (Seq seq = after + 1; seq <= head(room) && entries.size() < most; ++seq)
        entries.push_back(*find(room, seq));
    return entries;
}

std::size_t MemoryLog::rooms_of(UserId user, std::size_t most)
{
    std::size_t rooms = 0;
    for (const auto& [room, log] : logs_) {
        const auto is_theirs = [user](const Entry& entry) { return makes_member(entry) && entry.user_id == user; };
        if (rooms < most && std::ranges::any_of(log, is_theirs))
            ++rooms;
    }
    return rooms;
}

LogStore::Appended MemoryLog::append(std::span<const Entry> entries)
{
    Appended result;
    for (const auto& entry : entries) {
        if (entry.client_msg_id) {
            const auto key = keys_.find(Key(entry.room_id, entry.user_id, *entry.client_msg_id));
            if (key != keys_.end()) {
                result.taken = find(entry.room_id, key->second);
                break;
            }
        }
        auto& log = logs_[entry.room_id];
        if (static_cast<std::size_t>(entry.seq) <= log.size())
            break;
        log.push_back(entry);
        if (entry.client_msg_id)
            keys_.emplace(Key(entry.room_id, entry.user_id, *entry.client_msg_id), entry.seq);
        uncommitted_.push_back(entry.room_id);
        ++result.kept;
    }
    return result;
}

void MemoryLog::rollback()
{
    for (auto room = uncommitted_.rbegin(); room != uncommitted_.rend(); ++room) {
        const auto log = logs_.find(*room);
        const auto& last = log->second.back();
        if (last.client_msg_id)
            keys_.erase(Key(*room, last.user_id, *last.client_msg_id));
        log->second.pop_back();
        if (log->second.empty())
            logs_.erase(log);
    }
    uncommitted_.clear();
}

}  // namespace wgw::chat
