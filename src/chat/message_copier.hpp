#pragma once
/// Keeps `chatmessages` up to date, in a process that stores messages: what message_copy.hpp does, when it is due.
///
///     stored(entry)     each entry that this process has stored
///     advance(now)      several times a second: copies, kInterval after the last time
///
/// What was stored here is remembered until then, so that nothing is read where one process stores in a room. First, and each
/// kLook, all rooms are looked through for what another process has left. While MongoDB is away it waits.
/// Bound  kRooms rooms and kBytes of entries are remembered; entries beyond are read from the log, and with more rooms
///        all of them are looked through again
/// Loop only.
/// Tests  message_copy_cluster_test.cpp

#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "chat/message_copy.hpp"
#include "store/mongo_threads.hpp"

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace wgw::chat {

class MessageCopier {
public:
    static constexpr Duration kInterval{1'000};
    static constexpr Duration kLook{3'600'000};
    static constexpr std::size_t kRooms = 10'000;
    static constexpr std::size_t kBytes = std::size_t{16} << 20;
    static constexpr std::size_t kAtOnce = 32;

    /// Both outlive it. `chores` may be busy with something longer: nobody waits for a copy.
    MessageCopier(store::MongoThreads& chores, TaskScope& tasks) : chores_(chores), tasks_(tasks) {}

    void stored(const Entry& entry);
    void advance(Instant now);

    /// Before the end: what this process has stored is copied without waiting for more.
    void finish();
    bool is_finished() const { return !is_busy_ && due_.empty(); }

private:
    struct Room {
        Seq copied_to = News::kUnknown;
        std::vector<Entry> entries;  ///< Without a hole.
    };

    Task<> copy(std::vector<News> rooms, Instant now);
    Task<> look(Instant now);
    void look_from_the_start();
    std::vector<News> take();
    void note(const Copied& copied);
    void forget(Room& room);
    void make_room();

    store::MongoThreads& chores_;
    TaskScope& tasks_;
    std::unordered_map<RoomId, Room> rooms_;
    std::unordered_set<RoomId> due_;  // that have something new
    std::size_t bytes_ = 0;           // of all entries
    RoomId looked_to_;                // where the look through all rooms is
    bool is_looking_ = true;
    bool is_busy_ = false;
    bool is_finishing_ = false;
    Instant next_;       // when it copies again
    Instant next_look_;  // when it begins to look again
};

}  // namespace wgw::chat
