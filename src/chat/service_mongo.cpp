#include "chat/service_mongo.hpp"

#include "base/backoff.hpp"
#include "chat/command_job.hpp"
#include "chat/history_mongo.hpp"
#include "chat/log_store_mongo.hpp"

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace wgw::chat {
namespace {

// Between two tries at a room that another process writes into, too: about as long as an append takes.
constexpr Duration kFirstPause{4};
constexpr Duration kLongestPause{50};

}  // namespace

/// A command that is stored with the others of its batch.
class MongoService::BatchJob final : public CommandJob {
public:
    BatchJob(Thread& thread, const Listener& listener, Request request, Reply reply)
        : CommandJob(listener, std::move(request), std::move(reply)), thread_(thread)
    {
    }

    void run() override;
    const Request& request() const { return request_; }

    void take(Asked& asked)
    {
        if (asked.error)
            Batch::fail(*this, asked.error);
        else
            result_ = *std::move(asked.outcome);
    }

private:
    Thread& thread_;
};

/// What one worker has.
struct MongoService::Thread {
    Thread(store::MongoPool& pool, const Clock& clock_of_loop, const Options& options)
        : clock(clock_of_loop), client(pool.client()), log(make_mongo_log(*client)),
          engine(*log, options.limits, options.bounds)
    {
    }

    void store(Batch& batch)
    {
        const auto began_us = clock.monotonic_us();
        taken.clear();
        batch.for_each([](Job& job) { job.run(); });
        std::deque<Asked> asked;
        std::vector<Asked*> all;
        for (const auto* job : taken)
            all.push_back(&asked.emplace_back(Asked{.request = &job->request(), .deadline = Batch::deadline(*job)}));
        Backoff backoff(random, kFirstPause, kLongestPause);
        engine.execute(all, clock, [&backoff](int) { std::this_thread::sleep_for(backoff.next()); });
        for (std::size_t i = 0; i < taken.size(); ++i)
            taken[i]->take(asked[i]);
        counts.seconds.observe(static_cast<std::uint64_t>(clock.monotonic_us() - began_us));
        counts.commands.observe(taken.size());
    }

    const Clock& clock;
    std::unique_ptr<store::MongoClient> client;
    std::unique_ptr<LogStore> log;
    Engine engine;
    SystemRandom random;
    std::vector<BatchJob*> taken;  // of the batch
    BatchCounts counts;
};

void MongoService::BatchJob::run() { thread_.taken.push_back(this); }

MongoService::MongoService(
    store::MongoPool& pool, store::MongoThreads& readers, Outlet& outlet, const Clock& clock, Random& random,
    Options options
)
    : CommandService(clock, random), readers_(readers), clock_(clock)
{
    for (std::size_t i = 0; i < options.threads; ++i) {
        auto& thread = *threads_.emplace_back(std::make_unique<Thread>(pool, clock, options));
        workers_.add(
            {.name = "chat-" + std::to_string(i + 1),
             .capacity = options.capacity,
             .around = [&thread](Batch& batch) { thread.store(batch); },
             .patience = store::mongo_patience(clock, pool.health())},
            outlet
        );
    }
}

MongoService::~MongoService() = default;

const Engine::Counts& MongoService::counts(std::size_t thread) const { return threads_[thread]->engine.counts(); }

const MongoService::BatchCounts& MongoService::batches(std::size_t thread) const { return threads_[thread]->counts; }

void MongoService::hand_over(Request request, Reply reply)
{
    const std::size_t which = std::hash<RoomId>()(request.room_id) % threads_.size();
    std::unique_ptr<Job> job =
        std::make_unique<BatchJob>(*threads_[which], listener(), std::move(request), std::move(reply));
    if (!workers_.at(which).submit(job))
        job->expire();
}

Task<Listed<RoomInfo>> MongoService::rooms(Page<RoomId> page)
{
    return readers_.call([page](store::MongoClient& db) { return read_rooms(db, page); });
}

Task<std::optional<RoomInfo>> MongoService::room(RoomId room)
{
    return readers_.call([room](store::MongoClient& db) { return read_room(db, room); });
}

Task<Result<Listed<MemberInfo>>> MongoService::members(RoomId room, UserId caller, Page<Seq> page)
{
    return readers_.call([=](store::MongoClient& db) { return read_members(db, room, caller, page); });
}

Task<Result<Listed<MessageInfo>>> MongoService::messages(RoomId room, UserId caller, Page<Seq> page)
{
    return readers_.call([=](store::MongoClient& db) { return read_messages(db, room, caller, page); });
}

Task<std::vector<RoomHead>> MongoService::rooms_of(Caller caller)
{
    return readers_.call([user = caller.user_id](store::MongoClient& db) { return read_rooms_of(db, user); });
}

Task<std::vector<Entry>> MongoService::entries(RoomId room, Seq after, std::size_t limit)
{
    return readers_.call([=](store::MongoClient& db) { return read_entries(db, room, after, limit); });
}

Task<std::vector<RoomHead>> MongoService::heads(std::vector<RoomId> rooms)
{
    return readers_.call([rooms = std::move(rooms)](store::MongoClient& db) { return read_heads(db, rooms); });
}

Task<LogReader::Recent> MongoService::recent(Duration span)
{
    const Timestamp from{clock_.now().unix_ms - span.count()};
    return readers_.call([from](store::MongoClient& db) { return read_recent(db, from); });
}

}  // namespace wgw::chat
