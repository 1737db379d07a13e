#include "bus/redis_client.hpp"

#include "base/log.hpp"
#include "model/result.hpp"

#include <utility>

namespace wgw::bus {

class RedisClient::CommandJob final : public Job {
public:
    using Done = std::move_only_function<void(std::exception_ptr, RedisReply)>;

    CommandJob(RedisCommand command, Done done) : command_(std::move(command)), done_(std::move(done))
    {
        for (const auto& word : command_)
            bytes_ += word.size();
    }

    const RedisCommand& command() const { return command_; }
    void set_reply(RedisReply reply) { reply_ = std::move(reply); }

    void run() override {}
    void expire() override { answer(std::make_exception_ptr(Unavailable("Redis does not answer in time."))); }
    void finish(std::exception_ptr error) override { answer(error); }
    std::size_t bytes() const override { return bytes_; }

private:
    void answer(const std::exception_ptr& error)
    {
        if (done_)
            std::exchange(done_, nullptr)(error, std::move(reply_));
    }

    RedisCommand command_;
    Done done_;
    RedisReply reply_;
    std::size_t bytes_ = sizeof(CommandJob);
};

RedisClient::RedisClient(RedisAddress address, std::string thread, Outlet& outlet, const Clock& clock, Random& random)
    : address_(std::move(address)), thread_(std::move(thread)), clock_(clock), random_(random),
      backoff_(random_, kFirstWait, kLongestWait),
      worker_(
          {
              .name = thread_,
              .capacity = kCapacity,
              .capacity_bytes = kCapacityBytes,
              .around = [this](Batch& batch) { run_batch(batch); },
              .patience = Patience{clock, RedisLink::kPatience * 2, "Look at Redis; chat goes on without it."}
},
          outlet
      )
{
}

Task<RedisReply> RedisClient::run(RedisCommand command)
{
    struct Outcome {
        std::exception_ptr error;
        RedisReply reply;
    };
    auto start = [&](auto done) {
        auto answered = [done](const std::exception_ptr& error, RedisReply reply) mutable {
            done(Outcome{error, std::move(reply)});
        };
        std::unique_ptr<Job> job = std::make_unique<CommandJob>(std::move(command), std::move(answered));
        if (!worker_.submit(job))
            job->finish(std::make_exception_ptr(Unavailable("Too many commands for Redis are under way.")));
    };
    auto outcome = co_await callback<Outcome>(start);
    if (outcome.error)
        std::rethrow_exception(outcome.error);
    co_return std::move(outcome.reply);
}

void RedisClient::send(RedisCommand command)
{
    std::unique_ptr<Job> job = std::make_unique<CommandJob>(std::move(command), nullptr);
    worker_.submit(job);  // what does not fit is lost, and counted by the worker
}

// One reply of an error kind is the business of whoever asked; a connection that breaks ends all of the batch.
void RedisClient::run_batch(Batch& batch)
{
    if (!link_ && clock_.monotonic() < retry_at_) {
        counts_.failed.add(batch.size());
        throw Unavailable("Redis is away.");
    }
    try {
        if (!link_)
            connect();
        const std::int64_t begin_us = clock_.monotonic_us();
        std::vector<CommandJob*> sent;
        batch.for_each([&](Job& job) {
            sent.push_back(&static_cast<CommandJob&>(job));
            link_->put(sent.back()->command());
        });
        link_->send();
        for (auto* job : sent)
            job->set_reply(link_->receive());
        counts_.batch_us.observe(static_cast<std::uint64_t>(clock_.monotonic_us() - begin_us));
    } catch (const Unavailable& error) {
        counts_.failed.add(batch.size());
        lose(error.what());
        throw;
    }
}

void RedisClient::connect()
{
    link_ = std::make_unique<RedisLink>(address_);
    backoff_.reset();
    counts_.connects.add();
    connected_ = true;
    if (std::exchange(told_, false))
        log::info(
            "Redis is there again.",
            {
                {"redis",  address_.text()},
                {"thread", thread_        }
        }
        );
}

void RedisClient::lose(const std::string& what)
{
    link_.reset();
    connected_ = false;
    counts_.losses.add();
    retry_at_ = clock_.monotonic() + backoff_.next();
    if (!std::exchange(told_, true))
        log::warn(
            "Redis is away. Chat goes on without it; look whether it runs and can be reached.",
            {
                {"redis",  address_.text()},
                {"thread", thread_        },
                {"what",   what           }
        }
        );
}

}  // namespace wgw::bus
