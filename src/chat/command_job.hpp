#pragma once
/// A command on its way to the thread that stores it, and back. Whoever stores says in run() how.

#include "base/worker.hpp"
#include "chat/api.hpp"
#include "chat/engine.hpp"

#include <exception>

namespace wgw::chat {

class CommandJob : public Job {
public:
    /// `listener` is the service's, which outlives the job.
    CommandJob(const Listener& listener, Request request, Reply reply)
        : request_(std::move(request)), listener_(listener), reply_(std::move(reply))
    {
    }

    // Whether it was or will be stored is not known: the one right answer is that, and the client repeats.
    void expire() override { answer(fail(Errc::unavailable)); }

    // After it was stored, in the order of the log: all jobs of a batch in one turn of the loop. What is stored is told
    // to the room also if its sender was given up.
    void finish(std::exception_ptr error) override;

    std::size_t bytes() const override;

protected:
    Request request_;
    Result<Outcome> result_ = fail(Errc::unavailable);  ///< Set by run().

private:
    void answer(Result<Outcome> result) { std::exchange(reply_, nullptr)(std::move(result)); }

    const Listener& listener_;
    Reply reply_;
};

}  // namespace wgw::chat
