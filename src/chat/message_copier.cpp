#include "chat/message_copier.hpp"

#include "base/log.hpp"
#include "chat/message_copy.hpp"

#include <iterator>
#include <utility>

namespace wgw::chat {
namespace {

/// Rooms that are looked at in one go: a question each.
constexpr std::size_t kLooks = 100;

}  // namespace

void MessageCopier::stored(const RoomId& room)
{
    if (rooms_.size() < kRooms) {
        rooms_.insert(room);
    } else if (!rooms_.contains(room)) {
        is_looking_ = true;
        looked_to_ = {};
    }
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
    if (!is_looking_ && now >= next_look_) {
        is_looking_ = true;
        looked_to_ = {};
    }
    if (!rooms_.empty()) {
        std::vector<RoomId> rooms;
        while (rooms.size() < kAtOnce && !rooms_.empty())
            rooms.push_back(rooms_.extract(rooms_.begin()).value());
        is_busy_ = true;
        tasks_.spawn(copy(std::move(rooms), now));
    } else if (is_looking_ && !is_finishing_) {
        is_busy_ = true;
        tasks_.spawn(look(now));
    }
}

/// Goes on at once while rooms are left; else what comes meanwhile is copied together.
Task<> MessageCopier::copy(std::vector<RoomId> rooms, Instant now)
{
    const bool was_all = rooms_.empty();
    try {
        auto run = [rooms](store::MongoClient& db) { return copy_messages(db, rooms); };
        const auto unfinished = co_await chores_.call(run);
        rooms_.insert(unfinished.begin(), unfinished.end());
        if (was_all && unfinished.empty())
            next_ = now + kInterval;
    } catch (const std::exception& error) {
        rooms_.insert(rooms.begin(), rooms.end());
        next_ = now + kInterval;
        failed(error.what());
    }
    is_busy_ = false;
}

Task<> MessageCopier::look(Instant now)
{
    try {
        auto run = [after = looked_to_](store::MongoClient& db) { return find_uncopied(db, after, kLooks); };
        const auto found = co_await chores_.call(run);
        rooms_.insert(found.rooms.begin(), found.rooms.end());
        looked_to_ = found.last;
        is_looking_ = !found.last.empty();
        if (!is_looking_)
            next_look_ = now + kLook;
    } catch (const std::exception& error) {
        next_ = now + kInterval;
        failed(error.what());
    }
    is_busy_ = false;
}

void MessageCopier::failed(const char* what)
{
    failures_.add();
    log::debug(
        "Messages could not be copied for what reads the original's collection.",
        {
            {"what", what}
    }
    );
}

}  // namespace wgw::chat
