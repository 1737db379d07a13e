#pragma once
/// Keeps `chatmessages` up to date, in a process that stores messages: what message_copy.hpp does, when it is due.
///
///     stored(room)      of each entry that this process has stored
///     advance(now)      several times a second: copies, kInterval after the last time
///
/// First, and each kLook, all rooms are looked through for what another process has left. While MongoDB is away it waits.
/// Bound  kRooms rooms are remembered; beyond it all rooms are looked through again
/// Loop only.
/// Tests  message_copier_cluster_test.cpp

#include "base/counter.hpp"
#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "model/id.hpp"
#include "store/mongo_threads.hpp"

#include <cstddef>
#include <optional>
#include <unordered_set>
#include <vector>

namespace wgw::chat {

class MessageCopier {
public:
    static constexpr Duration kInterval{1'000};
    static constexpr Duration kLook{600'000};
    static constexpr std::size_t kRooms = 10'000;
    static constexpr std::size_t kAtOnce = 32;

    /// Both outlive it. `chores` may be busy with something longer: nobody waits for a copy.
    MessageCopier(store::MongoThreads& chores, TaskScope& tasks) : chores_(chores), tasks_(tasks) {}

    void stored(const RoomId& room);
    void advance(Instant now);

    /// Before the end: what this process has stored is copied without waiting for more.
    void finish();
    bool is_finished() const { return !is_busy_ && rooms_.empty(); }

    /// Times that MongoDB has refused it.
    const Counter& failures() const { return failures_; }

private:
    Task<> copy(std::vector<RoomId> rooms, Instant now);
    Task<> look(Instant now);
    void failed(const char* what);

    store::MongoThreads& chores_;
    TaskScope& tasks_;
    std::unordered_set<RoomId> rooms_;  // that have something new
    RoomId looked_to_;                  // where the look through all rooms is
    bool is_looking_ = true;
    bool is_busy_ = false;
    bool is_finishing_ = false;
    Instant next_;       // when it copies again
    Instant next_look_;  // when it begins to look again
    Counter failures_;
};

}  // namespace wgw::chat
