#pragma once
/// The half of ChatApi that stores: makes a request of each command, whatever it is handed over to.
/// Thread  the loop's

#include "base/random.hpp"
#include "base/time.hpp"
#include "chat/api.hpp"
#include "chat/engine.hpp"

#include <string>

namespace wgw::chat {

class CommandService : public ChatApi {
public:
    void submit(RoomId room, const Caller& caller, Command command, Reply reply) override;
    void set_listener(Listener listener) override { listener_ = std::move(listener); }

    void submit_as(Id id, RoomId room, UserId caller, Command command, Reply reply) override;

    Task<Result<RoomInfo>> create_room(UserId caller, std::string name) override;
    Task<Result<RoomInfo>> create_room_as(RoomId id, UserId caller, std::string name) override;
    Task<Result<MemberInfo>> join(RoomId room, UserId caller) override;

protected:
    /// Both outlive it.
    CommandService(const Clock& clock, Random& random) : clock_(clock), random_(random), ids_(clock, random) {}

    /// Has it stored. If too much is under way, `reply` is called with `unavailable` at once.
    virtual void hand_over(Request request, Reply reply) = 0;

    /// Good for the life of the service.
    const Listener& listener() const { return listener_; }

private:
    Task<Result<Outcome>> stored(RoomId room, UserId caller, Command command);

    const Clock& clock_;
    Random& random_;
    IdSource ids_;
    Listener listener_;
};

}  // namespace wgw::chat
