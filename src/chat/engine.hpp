#pragma once
/// Runs commands: finds the room, decides, appends, moves the room on. In the order of the calls.
///
/// One thread. With SQLite the store thread, inside its transaction, a command at a time: nothing that execute()
/// answers may be told before that transaction was committed. With MongoDB a batch at a time, of which the messages of
/// all rooms are one append.
///
/// Fence     The unique indexes of the log are the judge, not this memory. A key that is taken: the stored entry is the
///           answer. A seq that is taken (another process): what stands behind the head is read, and the command
///           decided anew, with all that came behind it in the batch. A refusal meets no fence, so it counts only if
///           the log's head was the one it was decided at
/// Failures  A head is never remembered across an error of any kind: execute() forgets everything when it throws, a
///           batch forgets the room whose append has thrown, and whoever owns the transaction calls forget_all() when
///           it was rolled back or its end is uncertain
/// Tests     engine_test.cpp, engine_batch_test.cpp, engine_history_test.cpp

#include "base/counter.hpp"
#include "base/time.hpp"
#include "chat/api.hpp"
#include "chat/log_store.hpp"
#include "chat/room_cache.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace wgw::chat {

/// A command with all that decides what becomes of it.
struct Request {
    RoomId room_id;
    UserId caller;
    Command command;
    Id _id;  ///< Of the entry that it may become.
    Timestamp now;
};

/// A request of a batch, and what became of it: `outcome`, or the `error` that the log threw.
struct Asked {
    const Request* request = nullptr;
    std::optional<Result<Outcome>> outcome = {};
    std::exception_ptr error = {};
    Instant deadline = kNever;  ///< Behind it nothing is stored that was not under way: who asked has given up.

    bool is_answered() const { return outcome || error; }
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

    /// Waits between two tries for a while that grows with their number, from 1 on, and differs: other processes are at
    /// the same rooms.
    using Pause = std::function<void(int tries)>;

    /// The same for several, each in the order of its room: one append of all sends if nobody else writes into their
    /// rooms, and one for each room that is made or joined. All are answered;
    /// `unavailable`, and not stored, is also what was not before its deadline.
    void execute(std::span<Asked* const> batch, const Clock& clock, const Pause& pause);

    /// Nothing that was learned since the last commit holds.
    void forget_all() noexcept;

    struct Counts {
        Counter appends;  ///< Of the log.
        Counter entries;  ///< Stored by them.
        Counter fences;   ///< Met: the seq was another process's.
    };
    /// Any thread may read.
    const Counts& counts() const { return counts_; }

private:
    /// What one that was asked has become: the entry at that place of entries, or what stands at that of others.
    struct Draft {
        bool is_entry = false;
        std::size_t place = 0;
    };

    /// A try at a room: what it was decided to become of those that ask.
    struct Plan {
        std::span<Asked* const> asked;
        bool is_remembered = false;            ///< The room was in memory, and may be older than the log.
        std::optional<Room> absent;            ///< A room that is not in the log, and not kept.
        std::vector<Draft> drafts;             ///< Of each that asks.
        std::vector<Entry> entries;            ///< That are to be appended: the room has them already.
        std::vector<Timestamp> before;         ///< Each of them: last_at() of the room.
        std::vector<Result<Decision>> others;  ///< Decisions that are no entries.

        RoomId room() const { return asked.front()->request->room_id; }
    };

    /// The requests of one room that are still to be answered, in order.
    struct Turn {
        std::vector<Asked*> asked;
        int tries = 0;           ///< In vain.
        bool is_behind = false;  ///< What the last one found.
        std::exception_ptr error = {};
        Plan plan = {};

        bool only_sends() const;
    };

    bool attempt(Plan& plan, std::span<Asked* const> asked, bool is_behind);
    void prepare(Plan& plan, std::span<Asked* const> asked, bool is_behind);
    void decide(Plan& plan, Room& room, bool is_kept);
    bool conclude(Plan& plan, LogStore::Appended appended);
    void take_back(Plan& plan, Room& room, bool is_kept, std::size_t kept);
    Result<Outcome> answer_to(const Request& request, Result<Decision>& decision);
    Room* read_on(Room& room);
    void attempt_together(std::span<Turn> turns);
    template <class Step>
    void guard(Turn& turn, Step step);
    static void settle(Turn& turn);
    static void give_up_late(Turn& turn, Instant now);
    bool is_in_enough_rooms(UserId user);
    Result<Outcome> stored(RoomId room, Seq seq);

    LogStore& log_;
    Limits limits_;
    RoomCache rooms_;
    Counts counts_;
    Plan alone_;  // of one command; a member to keep its memory
};

}  // namespace wgw::chat
