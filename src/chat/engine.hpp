#pragma once
/// Runs commands: finds the room, decides, appends, moves the room on. In the order of the calls.
///
/// One thread: with SQLite the store thread, inside its transaction. Nothing that execute() answers may be told before
/// that transaction was committed.
///
/// Fence     The unique indexes of the log are the judge, not this memory. A key that is taken: the stored entry is the
///           answer. A seq that is taken (another process): the room is loaded again and the command decided anew.
///           A refusal meets no fence, so it counts only if the log's head is still the one it was decided at
/// Failures  A head is never remembered across an error of any kind: execute() forgets everything when it throws, and
///           whoever owns the transaction calls forget_all() when it was rolled back or its end is uncertain
/// Tests     engine_test.cpp, engine_history_test.cpp

#include "chat/api.hpp"
#include "chat/log_store.hpp"
#include "chat/room_cache.hpp"

#include <cstddef>

namespace wgw::chat {

/// A command with all that decides what becomes of it.
struct Request {
    RoomId room_id;
    UserId caller;
    Command command;
    Id _id;  ///< Of the entry that it may become.
    Timestamp now;
};

class Engine {
public:
    struct Bounds {
        std::size_t rooms = 10'000;
        std::size_t members = 500'000;  ///< Of all rooms kept in memory: some 64 bytes each.
    };

    /// `log` outlives the engine.
    Engine(LogStore& log, Limits limits) : Engine(log, limits, Bounds{}) {}
    Engine(LogStore& log, Limits limits, Bounds bounds)
        : log_(log), limits_(limits), rooms_(bounds.rooms, bounds.members)
    {
    }

    /// What Room::decide answers; `forbidden` for somebody who is in Limits::rooms_per_user rooms already;
    /// `unavailable` if the room's head moved away too often; then nothing was stored. Throws what the log throws.
    Result<Outcome> execute(const Request& request);

    /// Nothing that was learned since the last commit holds.
    void forget_all() noexcept;

private:
    Result<Outcome> attempt(const Request& request);
    bool is_in_enough_rooms(UserId user);
    Result<Outcome> stored(RoomId room, Seq seq);

    LogStore& log_;
    Limits limits_;
    RoomCache rooms_;
};

}  // namespace wgw::chat
