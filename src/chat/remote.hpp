#pragma once
/// The part of chat that a gateway needs live, where chat is another process, over the bus.
///
/// Order     a user's sends to a room go out one at a time, so that they are stored in the order in which they came,
///           whichever service takes them. What waits is bounded: over it the answer is `unavailable` at once. It is
///           also the answer to what waits behind a send of which nobody knows whether it was stored, and to what comes
///           within kDoubt: the unknown one may still lie in a broker that was frozen, and would be stored behind them
/// Late      a send is answered within the patience of a call, counted from when it came, also where others are in front
/// Telling   an entry is told to the listener when its service has answered, before its sender's reply. Whoever also
///           hears of entries in another way leaves out what was told
/// Original  its services number nothing (seq 0), know no key of a send and no rooms of a user: those are found by
///           asking each room for its members, some at a time
/// Lifetime  what is under way ends when `calls` has answered it; then it may be destroyed
/// Loop only.
/// Tests     remote_test.cpp

#include "base/task_scope.hpp"
#include "bus/calls.hpp"
#include "chat/api.hpp"
#include "chat/owners.hpp"
#include "user/api.hpp"

#include <deque>
#include <map>
#include <set>
#include <utility>

namespace wgw::chat {

class RemoteChat final : public LiveChat {
public:
    static constexpr std::size_t kMostOfALane = 1'024;  ///< Sends of a user to a room that wait.
    static constexpr std::size_t kMost = 16'384;        ///< All that wait.
    static constexpr Duration kDoubt{3'000};

    /// All outlive it. `users` learns the author of each message that was stored.
    /// `owners`: whom to ask for a room; null: any.
    RemoteChat(
        bus::Calls& calls, user::UserCache& users, IdSource& ids, const Clock& clock, const Owners* owners = nullptr
    );

    /// Only of a Send: the other commands are operations.
    void submit(RoomId room, const Caller& caller, Command command, Reply reply) override;
    void set_listener(Listener listener) override { listener_ = std::move(listener); }

    /// Throws Unavailable, and Refused where the service says no.
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override;

    /// Sends that have not been answered.
    std::size_t under_way() const { return under_way_; }

private:
    struct Waiting {
        Id id;
        Instant deadline;
        Authorization by;
        Send send;
        Reply reply;
    };
    using Lane = std::pair<RoomId, UserId>;

    Task<void> run(Lane lane);
    bool is_doubtful(const Lane& lane);
    Task<Result<Outcome>> save(Lane lane, Id id, Duration patience, Authorization by, Send send);
    Result<Outcome> read_outcome(const bus::Answer& answer, Send send);
    Task<std::vector<RoomHead>> ask_each_room(UserId user, Authorization by);
    Task<void> look_into(RoomHead room, UserId user, Authorization by, std::vector<RoomHead>& found);

    bus::Calls& calls_;
    user::UserCache& users_;
    IdSource& ids_;
    const Clock& clock_;
    const Owners* owners_;
    Listener listener_;
    std::map<Lane, std::deque<Waiting>> lanes_;    ///< Those with something under way, in front what is asked now.
    std::set<Lane> doubtful_;                      ///< Their last send may still be stored.
    std::deque<std::pair<Instant, Lane>> doubts_;  ///< Until when, oldest first.
    std::size_t under_way_ = 0;
    TaskScope tasks_;
};

}  // namespace wgw::chat
