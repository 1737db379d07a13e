#include "chat/command_service.hpp"

#include "chat/epoch.hpp"

#include <utility>

namespace wgw::chat {

void CommandService::submit(RoomId room, const Caller& caller, Command command, Reply reply)
{
    submit_as(ids_.next(), room, caller.user_id, std::move(command), std::move(reply));
}

void CommandService::submit_as(Id id, RoomId room, UserId caller, Command command, Reply reply)
{
    hand_over({room, caller, std::move(command), id, clock_.now()}, std::move(reply));
}

Task<Result<Outcome>> CommandService::stored(RoomId room, UserId caller, Command command)
{
    auto start = [&](auto done) { submit_as(ids_.next(), room, caller, std::move(command), std::move(done)); };
    co_return co_await callback<Result<Outcome>>(start);
}

Task<Result<RoomInfo>> CommandService::create_room(UserId caller, std::string name)
{
    return create_room_as(ids_.next(), caller, std::move(name));
}

Task<Result<RoomInfo>> CommandService::create_room_as(RoomId id, UserId caller, std::string name)
{
    const auto epoch = make_epoch(random_);
    auto outcome = co_await stored(id, caller, Create{name, epoch});
    if (!outcome)
        co_return fail(std::move(outcome.error()));
    co_return RoomInfo{id, std::move(name), outcome->entry.at, epoch, outcome->entry.seq};
}

Task<Result<MemberInfo>> CommandService::join(RoomId room, UserId caller)
{
    auto outcome = co_await stored(room, caller, Join{});
    if (!outcome)
        co_return fail(std::move(outcome.error()));
    const auto& entry = outcome->entry;
    co_return MemberInfo{entry._id, entry.room_id, entry.user_id, entry.at, entry.seq};
}

}  // namespace wgw::chat
