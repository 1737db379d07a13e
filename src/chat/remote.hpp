#pragma once
/// The part of chat that a gateway needs live, where chat is another process, over the bus.
///
/// Order     a user's sends to a room are stored in the order in which they came. The owner of the room is asked to
///           store what has come meanwhile, together; where none is known, one goes out at a time, so that it is no matter
///           which service takes it. What waits is bounded: over it the answer is `unavailable` at once. It is
///           also the answer to what waits behind those of which one may or may not be stored, and to what comes within
///           kDoubt: the unknown one may still lie in a broker that was frozen, and would be stored behind them
/// Late      a send is answered within the patience of a call, counted from when it came, also where others are in front
/// Telling   an entry is told to the listener when its service has answered, before its sender's reply. Whoever also
///           hears of entries in another way leaves out what was told
/// Original  its services number nothing (seq 0), know no key of a send and no rooms of a user: those are found by
///           asking each room for its members, some at a time
/// Lifetime  what is under way ends when `calls` has answered it; then it may be destroyed
/// Loop only.
/// Tests     remote_test.cpp

#include "base/task_scope.hpp"
#include "bus/batching_calls.hpp"
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
    static constexpr std::size_t kMostOfALane = 1'024;                        ///< Sends of a user to a room that wait.
    static constexpr std::size_t kMost = 16'384;                              ///< All that wait.
    static constexpr std::size_t kMostTogether = 64;                          ///< Of a lane, in one batch.
    static constexpr std::size_t kMostBytesTogether = std::size_t{64} << 10;  ///< Of their texts; one may be larger.
    static constexpr Duration kDoubt{3'000};

    /// All outlive it; whoever owns `calls` flushes them. `users` learns the author of each message that was stored.
    /// `owners`: whom to ask for a room; null: any.
    RemoteChat(
        bus::BatchingCalls& calls, user::UserCache& users, IdSource& ids, const Clock& clock,
        const Owners* owners = nullptr
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
        Origin by;
        Send send;
        Reply reply;
    };
    using Lane = std::pair<RoomId, UserId>;

    using Lanes = std::map<Lane, std::deque<Waiting>>;

    /// What has become of the first of those that wait in a lane.
    struct Saved {
        std::vector<Result<Outcome>> outcomes;  ///< One at least.
        bool was_asked = false;                 ///< False: nobody was, so nothing can be stored any more.
    };

    Task<void> run(Lane lane);
    bool is_doubtful(const Lane& lane);
    Task<Saved> save(const Lane& lane, std::deque<Waiting>& waiting);
    Task<std::vector<Result<bus::Answer>>> ask(
        std::string owner, std::vector<bus::Request> requests, Duration patience
    );
    bus::Request request_of(const Lane& lane, Waiting& next, std::string_view owner) const;
    Result<Outcome> read_outcome(const Result<bus::Answer>& answered, Send send);
    Task<std::vector<RoomHead>> ask_each_room(UserId user, Origin by);
    Task<void> look_into(RoomHead room, UserId user, Origin by, std::vector<RoomHead>& found);

    bus::BatchingCalls& calls_;
    user::UserCache& users_;
    IdSource& ids_;
    const Clock& clock_;
    const Owners* owners_;
    Listener listener_;
    Lanes lanes_;              ///< Those with something under way, in front those that are asked for now.
    std::set<Lane> doubtful_;  ///< Their last send may still be stored.
    std::deque<std::pair<Instant, Lane>> doubts_;  ///< Until when, oldest first.
    std::size_t under_way_ = 0;
    TaskScope tasks_;
};

}  // namespace wgw::chat
