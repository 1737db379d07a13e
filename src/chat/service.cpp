#include "chat/service.hpp"

#include "base/log.hpp"
#include "chat/epoch.hpp"
#include "chat/history.hpp"

#include <utility>

namespace wgw::chat {

/// A command on its way to the store thread and back.
class Service::CommandJob final : public Job {
public:
    CommandJob(Service& service, Request request, Reply reply)
        : service_(service), request_(std::move(request)), reply_(std::move(reply))
    {
    }

    void run() override { result_ = service_.engine_.execute(request_); }

    // Whether it was or will be stored is not known: the one right answer is that, and the client repeats.
    void expire() override { answer(fail(Errc::unavailable)); }

    // After the commit, in the order of the log: all jobs of a batch in one turn of the loop. What is stored is told
    // to the room also if its sender was given up.
    void finish(std::exception_ptr error) override
    {
        if (error)
            result_ = fail(failure_of(error));
        else if (result_ && !result_->duplicate && service_.listener_)
            service_.listener_(result_->entry);
        if (reply_)
            answer(std::move(result_));
        else if (error && result_.error().code == Errc::internal)
            log::error(
                "A command failed, after its sender was told that it takes too long.",
                {
                    {"room_id", request_.room_id.hex()},
                    {"user_id", request_.caller.hex() },
                    {"what",    result_.error().cause }
            }
            );
    }

    std::size_t bytes() const override
    {
        const auto* send = std::get_if<Send>(&request_.command);
        return sizeof(CommandJob) + (send != nullptr ? send->content.size() : 0);
    }

private:
    void answer(Result<Outcome> result) { std::exchange(reply_, nullptr)(std::move(result)); }

    /// Whoever answers the request knows its id, and logs.
    static Failure failure_of(const std::exception_ptr& error)
    {
        Failure failure = Errc::internal;
        try {
            std::rethrow_exception(error);
        } catch (const Unavailable& away) {
            failure = Errc::unavailable;
            failure.cause = away.what();
        } catch (const std::exception& broken) {
            failure.cause = broken.what();
        }
        return failure;
    }

    Service& service_;
    Request request_;
    Reply reply_;
    Result<Outcome> result_ = fail(Errc::unavailable);
};

void Service::submit(RoomId room, const Caller& caller, Command command, Reply reply)
{
    submit_as(ids_.next(), room, caller.user_id, std::move(command), std::move(reply));
}

void Service::submit_as(Id id, RoomId room, UserId caller, Command command, Reply reply)
{
    std::unique_ptr<Job> job = std::make_unique<CommandJob>(
        *this, Request{room, caller, std::move(command), id, clock_.now()}, std::move(reply)
    );
    if (!writer_.submit(job))
        job->expire();
}

Task<Result<Outcome>> Service::stored(RoomId room, UserId caller, Command command)
{
    auto start = [&](auto done) { submit_as(ids_.next(), room, caller, std::move(command), std::move(done)); };
    co_return co_await callback<Result<Outcome>>(start);
}

Task<Result<RoomInfo>> Service::create_room(UserId caller, std::string name)
{
    const RoomId room = ids_.next();
    const auto epoch = make_epoch(random_);
    auto outcome = co_await stored(room, caller, Create{name, epoch});
    if (!outcome)
        co_return fail(std::move(outcome.error()));
    co_return RoomInfo{room, std::move(name), outcome->entry.at, epoch, outcome->entry.seq};
}

Task<Result<MemberInfo>> Service::join(RoomId room, UserId caller)
{
    auto outcome = co_await stored(room, caller, Join{});
    if (!outcome)
        co_return fail(std::move(outcome.error()));
    const auto& entry = outcome->entry;
    co_return MemberInfo{entry._id, entry.room_id, entry.user_id, entry.at, entry.seq};
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
