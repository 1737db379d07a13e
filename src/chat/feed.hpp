#pragma once
/// The entries of followed rooms in the order of their logs, whatever arrives: in a gateway that hears of entries from
/// other processes, as hints that may be lost, doubled, late or out of order.
///
///     follow(room, 7)        told are 1 to 7
///     hear(entry 8)          tells 8
///     hear(entry 10)         tells nothing, and wants what is behind 8 to be read
///     fill(room, 9, 10)      tells 9 and 10
///     hear(entry 9)          tells nothing: it was told
///
/// A hole is read from the log before anything later is told. One read of a room is under way at a time; what is heard
/// meanwhile is held.
/// A hole shows only when something follows it: whoever owns the feed compares heads from time to time, see head().
///
/// Bound   `held` entries of a room; more are let go, and read from the log like any other hole
/// Pure: entries in, entries and wishes out. One thread.
/// Tests   feed_test.cpp
/// Source  docs/adr/0023-redis-carries-hints.md

#include "chat/entry.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <ranges>
#include <unordered_map>
#include <vector>

namespace wgw::chat {

class Feed {
public:
    static constexpr std::size_t kHeld = 256;

    explicit Feed(std::size_t held = kHeld) : held_(held) {}

    /// What has to be done now: tell `tell`, in its order; then read the room's log behind `read_behind`.
    struct Step {
        std::vector<Entry> tell;
        std::optional<Seq> read_behind;  ///< Whoever reads calls fill() or failed() afterwards, exactly once.
    };

    /// `told` is the seq of the last entry that is known where the feed's entries go. Of a room that is followed
    /// already nothing changes.
    void follow(const RoomId& room, Seq told);
    void unfollow(const RoomId& room) { rooms_.erase(room); }
    bool follows(const RoomId& room) const { return rooms_.contains(room); }

    /// An entry that is stored. Of a room that is not followed: nothing.
    Step hear(Entry entry);

    /// The room's head is at least that.
    Step head(const RoomId& room, Seq head);

    /// What stands in the log behind `read_behind`: some entries, in order, without a hole. None: there are none.
    Step fill(const RoomId& room, std::vector<Entry> entries);

    /// It could not be read. The next hear() or head() that shows the hole wants it again.
    void failed(const RoomId& room);

    /// Of a followed room: the last seq that was told.
    std::optional<Seq> told(const RoomId& room) const;

    std::size_t size() const { return rooms_.size(); }
    auto rooms() const { return std::views::keys(rooms_); }

private:
    struct Followed {
        Seq told = 0;
        Seq known = 0;  ///< The head is at least that.
        bool reading = false;
        std::map<Seq, Entry> held;
    };

    void hold(Followed& room, Entry entry) const;
    static Step next(Followed& room);

    std::size_t held_;
    std::unordered_map<RoomId, Followed> rooms_;
};

}  // namespace wgw::chat
