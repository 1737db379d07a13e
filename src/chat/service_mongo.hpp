#pragma once
/// ChatApi for a chat process of a cluster: engines over the log in MongoDB, on threads of their own; history on the
/// threads that read.
///
///     store::MongoPool pool(target, 16);
///     create_log(*pool.client());
///     store::MongoThreads readers(pool, outlet, clock);
///     MongoService chat(pool, readers, outlet, clock, random, {.limits = limits});
///
/// Order     a room is always on the same thread, which has one append of it under way at a time; any number of
///           processes may append to any room
/// Batches   what waits for a thread is one batch: one append for each room in it
/// Late      whoever has waited for store::kPatience is answered `unavailable`, whatever the database does
/// What is submitted in a turn of the loop is handed over by flush() at its end; the readers have a flush of their own.
/// Thread    the loop's
/// Tests     service_cluster_test.cpp

#include "base/counter.hpp"
#include "chat/command_service.hpp"
#include "chat/engine.hpp"
#include "chat/entry_stream.hpp"
#include "store/mongo_threads.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace wgw::chat {

class MongoService final : public CommandService, public LogReader {
public:
    struct Options {
        Limits limits = {};
        std::size_t threads = 2;        ///< Each takes a client of the pool.
        std::size_t capacity = 16'384;  ///< Commands under way, of each thread.
        Engine::Bounds bounds = {};     ///< Of what each thread keeps in memory.
    };

    /// All outlive it. The log's collections are there.
    MongoService(
        store::MongoPool& pool, store::MongoThreads& readers, Outlet& outlet, const Clock& clock, Random& random,
        Options options
    );
    ~MongoService() override;

    void flush() { workers_.flush(); }
    std::optional<Instant> next_deadline() const { return workers_.next_deadline(); }
    void expire(Instant now) { workers_.expire(now); }
    bool is_late() const { return workers_.is_late(); }
    std::size_t under_way() const { return workers_.under_way(); }

    /// Stores what was submitted, hands it back, joins the threads.
    void stop() { workers_.stop(); }

    std::size_t threads() const { return threads_.size(); }
    const store::WorkerSet& workers() const { return workers_; }
    /// Of a thread's engine. Any thread may read.
    const Engine::Counts& counts(std::size_t thread) const;

    struct BatchCounts {
        Histogram seconds{kLatencyBounds};  ///< In microseconds: from its begin until all of it is decided and stored.
        Histogram commands{kSizeBounds};    ///< That were in it.
    };
    /// Of a thread's batches. Any thread may read.
    const BatchCounts& batches(std::size_t thread) const;

    Task<Listed<RoomInfo>> rooms(Page<RoomId> page) override;
    Task<std::optional<RoomInfo>> room(RoomId room) override;
    Task<Result<Listed<MemberInfo>>> members(RoomId room, UserId caller, Page<Seq> page) override;
    Task<Result<Listed<MessageInfo>>> messages(RoomId room, UserId caller, Page<Seq> page) override;
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override;

    Task<std::vector<Entry>> entries(RoomId room, Seq after, std::size_t limit) override;
    Task<std::vector<RoomHead>> heads(std::vector<RoomId> rooms) override;
    Task<Recent> recent(Duration span) override;

private:
    struct Thread;
    class BatchJob;

    void hand_over(Request request, Reply reply) override;

    store::MongoThreads& readers_;
    const Clock& clock_;
    std::vector<std::unique_ptr<Thread>> threads_;  // by the number of the worker
    store::WorkerSet workers_;                      // last: they use the threads
};

}  // namespace wgw::chat
