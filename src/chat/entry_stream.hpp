#pragma once
/// The entries of watched rooms in a process that does not store them: heard as hints from those that do, repaired from
/// the log, told in its order.
///
///     watch(room, head)          from behind `head` on each entry is told, once and in order
///     stored(entry)              an answer to a call of this process: told at once, whatever becomes of its hint
///     advance(now)               at the end of each turn, and at least once a second: reads and compares what is due
///
/// Repair    a hole is read when it shows. What does not show, because nothing follows it: each kGlance the heads of
///           rooms in which something was stored lately are asked for, and each kCompare, as well as when a channel is
///           heard (again), the heads of all watched rooms
/// Joins     are told of rooms that are not watched too: the user may be connected here. They have their own channel
/// Bound     kReads rooms are read at a time, kHeads heads asked for at once; the rest waits
/// Source    docs/adr/0023-redis-carries-hints.md
/// Loop only.
/// Tests     entry_stream_test.cpp

#include "base/counter.hpp"
#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "bus/hints.hpp"
#include "chat/api.hpp"
#include "chat/feed.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace wgw::chat {

/// What is asked of the log when hints may have been lost. Errors  exceptions; asked again later.
class LogReader {
public:
    virtual ~LogReader() = default;

    /// Behind `after`, oldest first, without a hole.
    virtual Task<std::vector<Entry>> entries(RoomId room, Seq after, std::size_t limit) = 0;

    /// In no order; rooms that do not exist are left out.
    virtual Task<std::vector<RoomHead>> heads(std::vector<RoomId> rooms) = 0;

    struct Recent {
        std::vector<RoomHead> heads;  ///< Of rooms in which something was stored.
        std::vector<Entry> joins;     ///< Entries that made members.
    };
    virtual Task<Recent> recent(Duration span) = 0;
};

/// Where the hints of a room are, and those of all joins.
std::string room_channel(const RoomId& room);
inline constexpr std::string_view kJoinsChannel = "wgw.joins";

/// Tells other processes of an entry that has just been stored.
void publish(bus::Hints& hints, const Entry& entry);

class EntryStream {
public:
    static constexpr Duration kGlance{2'000};
    static constexpr Duration kGlanceSpan{10'000};
    static constexpr Duration kCompare{60'000};
    static constexpr std::size_t kReads = 16;
    static constexpr std::size_t kPage = 500;
    static constexpr std::size_t kHeads = 1'000;

    /// All outlive it. Whoever listens to `hints` passes on what heard() and following() are for.
    EntryStream(bus::Hints& hints, LogReader& log, TaskScope& tasks);

    void set_listener(Listener listener) { listener_ = std::move(listener); }

    /// Of a room that is watched already nothing changes.
    void watch(const RoomId& room, Seq told);
    void unwatch(const RoomId& room);

    /// All of which that is not said.
    void unwatch_unless(const std::function<bool(const RoomId&)>& is_wanted);

    void stored(Entry entry);
    void advance(Instant now);

    /// What was published on a channel of entries, and that it is heard from now on: as Hints::Listener has it.
    void heard(std::string_view payload);
    void following(std::string_view channel);

    std::size_t watched() const { return feed_.size(); }

    struct Counts {
        Counter heard;         ///< Hints of entries.
        Counter told;          ///< Entries, to the listener.
        Counter reads;         ///< Of the log, where hints were missing.
        Counter read_entries;  ///< That they gave.
        Counter failures;      ///< Reads and comparisons that failed; they are tried again.
    };
    const Counts& counts() const { return counts_; }

private:
    void hear(Entry entry);
    void take(const RoomId& room, Feed::Step step);
    void tell(const Entry& entry);
    void start_reads();
    Task<void> read(RoomId room, Seq after);
    Task<void> compare(std::vector<RoomId> rooms);
    Task<void> glance();

    struct Wish {
        RoomId room;
        Seq after = 0;
    };

    bus::Hints& hints_;
    LogReader& log_;
    TaskScope& tasks_;
    Listener listener_;
    Counts counts_;
    Feed feed_;
    std::unordered_set<RoomId> unsure_;  ///< Their heads have to be compared.
    std::deque<Wish> wishes_;
    std::size_t reading_ = 0;
    bool comparing_ = false;
    bool glancing_ = false;
    Instant now_;
    Instant glance_at_;
    Instant compare_at_;
    Instant retry_at_;
};

}  // namespace wgw::chat
