#include "chat/message_copier.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace wgw::chat {
namespace {

/// Rooms that are looked at in one go: a question each.
constexpr std::size_t kLooks = 100;

std::size_t size_of(const Entry& entry) { return sizeof entry + entry.body.size(); }

void tell(const char* what)
{
    log::debug(
        "Messages could not be copied for what reads the original's collection.",
        {
            {"what", what}
    }
    );
}

}  // namespace

void MessageCopier::stored(const Entry& entry)
{
    if (!rooms_.contains(entry.room_id) && rooms_.size() >= kRooms)
        make_room();
    if (!rooms_.contains(entry.room_id) && rooms_.size() >= kRooms)
        return look_from_the_start();
    auto& room = rooms_[entry.room_id];
    due_.insert(entry.room_id);
    if (entry.seq == 1)
        room.copied_to = 0;
    if (!room.entries.empty() && room.entries.back().seq + 1 != entry.seq)
        forget(room);
    if (bytes_ + size_of(entry) > kBytes)
        return forget(room);
    bytes_ += size_of(entry);
    room.entries.push_back(entry);
}

void MessageCopier::finish()
{
    is_finishing_ = true;
    next_ = {};
}

void MessageCopier::advance(Instant now)
{
    if (is_busy_ || now < next_)
        return;
    if (!is_looking_ && now >= next_look_)
        look_from_the_start();
    if (!due_.empty()) {
        is_busy_ = true;
        tasks_.spawn(copy(take(), now));
    } else if (is_looking_ && !is_finishing_) {
        is_busy_ = true;
        tasks_.spawn(look(now));
    }
}

/// Goes on at once while rooms are left; else what comes meanwhile is copied together.
Task<> MessageCopier::copy(std::vector<News> rooms, Instant now)
{
    const bool were_all = due_.empty();
    std::vector<RoomId> ids;
    for (const auto& news : rooms)
        ids.push_back(news.room);
    try {
        auto run = [rooms = std::move(rooms)](store::MongoClient& db) { return copy_messages(db, rooms); };
        const auto done = co_await chores_.call(std::move(run));
        for (const auto& id : ids)
            rooms_[id].copied_to = News::kUnknown;
        for (const auto& copied : done)
            note(copied);
        if (were_all && !std::ranges::any_of(done, &Copied::has_more) && !is_finishing_)
            next_ = now + kInterval;
    } catch (const std::exception& error) {
        // What was handed over is read when MongoDB is back.
        for (const auto& id : ids) {
            rooms_[id].copied_to = News::kUnknown;
            due_.insert(id);
        }
        next_ = now + kInterval;
        tell(error.what());
    }
    is_busy_ = false;
}

Task<> MessageCopier::look(Instant now)
{
    try {
        auto run = [after = looked_to_](store::MongoClient& db) { return find_uncopied(db, after, kLooks); };
        const auto found = co_await chores_.call(run);
        due_.insert(found.rooms.begin(), found.rooms.end());
        looked_to_ = found.last;
        is_looking_ = !found.last.empty();
        if (!is_looking_)
            next_look_ = now + kLook;
    } catch (const std::exception& error) {
        next_ = now + kInterval;
        tell(error.what());
    }
    is_busy_ = false;
}

void MessageCopier::look_from_the_start()
{
    is_looking_ = true;
    looked_to_ = {};
}

std::vector<News> MessageCopier::take()
{
    if (rooms_.size() >= kRooms)
        make_room();
    std::vector<News> taken;
    while (taken.size() < kAtOnce && !due_.empty()) {
        const RoomId id = due_.extract(due_.begin()).value();
        auto& room = rooms_[id];
        News news{.room = id, .copied_to = room.copied_to};
        // They are handed over once: what comes while they are written begins behind them.
        if (room.copied_to != News::kUnknown) {
            news.entries = room.entries;
            forget(room);
        }
        taken.push_back(std::move(news));
    }
    return taken;
}

void MessageCopier::note(const Copied& copied)
{
    auto& room = rooms_[copied.room];
    room.copied_to = copied.to;
    const auto behind = std::ranges::find_if(room.entries, [&](const Entry& entry) { return entry.seq > copied.to; });
    for (auto entry = room.entries.begin(); entry != behind; ++entry)
        bytes_ -= size_of(*entry);
    room.entries.erase(room.entries.begin(), behind);
    if (copied.has_more || !room.entries.empty())
        due_.insert(copied.room);
}

void MessageCopier::forget(Room& room)
{
    for (const auto& entry : room.entries)
        bytes_ -= size_of(entry);
    room.entries.clear();
}

/// Of rooms in which nothing is new it is only known how far they are.
void MessageCopier::make_room()
{
    std::erase_if(rooms_, [this](const auto& room) { return !due_.contains(room.first); });
}

}  // namespace wgw::chat
