#include "chat/command_job.hpp"

#include "base/log.hpp"

#include <utility>
#include <variant>

namespace wgw::chat {
namespace {

/// Whoever answers the request knows its id, and logs.
Failure failure_of(const std::exception_ptr& error)
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

}  // namespace

void CommandJob::finish(std::exception_ptr error)
{
    if (error)
        result_ = fail(failure_of(error));
    else if (result_ && !result_->duplicate && listener_)
        listener_(result_->entry);
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

std::size_t CommandJob::bytes() const
{
    const auto* send = std::get_if<Send>(&request_.command);
    return sizeof(CommandJob) + (send != nullptr ? send->content.size() : 0);
}

}  // namespace wgw::chat
