#include "chat/service.hpp"

#include "chat/command_job.hpp"
#include "chat/history.hpp"

#include <utility>

namespace wgw::chat {

class Service::EngineJob final : public CommandJob {
public:
    EngineJob(Engine& engine, const Listener& listener, Request request, Reply reply)
        : CommandJob(listener, std::move(request), std::move(reply)), engine_(engine)
    {
    }

    void run() override { result_ = engine_.execute(request_); }

private:
    Engine& engine_;
};

void Service::hand_over(Request request, Reply reply)
{
    std::unique_ptr<Job> job = std::make_unique<EngineJob>(engine_, listener(), std::move(request), std::move(reply));
    if (!writer_.submit(job))
        job->expire();
}

Task<Listed<RoomInfo>> Service::rooms(Page<RoomId> page)
{
    return readers_.read([page](store::Sqlite& db) { return read_rooms(db, page); });
}

Task<std::optional<RoomInfo>> Service::room(RoomId room)
{
    return readers_.read([room](store::Sqlite& db) { return read_room(db, room); });
}

Task<Result<Listed<MemberInfo>>> Service::members(RoomId room, UserId caller, Page<Seq> page)
{
    return readers_.read([=](store::Sqlite& db) { return read_members(db, room, caller, page); });
}

Task<Result<Listed<MessageInfo>>> Service::messages(RoomId room, UserId caller, Page<Seq> page)
{
    return readers_.read([=](store::Sqlite& db) { return read_messages(db, room, caller, page); });
}

Task<std::vector<RoomHead>> Service::rooms_of(Caller caller)
{
    return readers_.read([user = caller.user_id](store::Sqlite& db) { return read_rooms_of(db, user); });
}

}  // namespace wgw::chat
