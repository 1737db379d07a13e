#pragma once
/// Threads with a client of MongoDB each: whoever is on the loop asks, one of them waits for the server.
///
///     auto user = co_await threads.call([id](MongoClient& db) { …; return user; });
///
/// Thread  the loop's
/// Late    whoever has waited for kPatience is answered TooLate, whatever the server does
/// Tests   collection_cluster_test.cpp, mongo_client_cluster_test.cpp

#include "store/call.hpp"
#include "store/mongo_client.hpp"
#include "store/worker_set.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace wgw::store {

/// What a thread does that waits for MongoDB: for the operator, when it is late.
Patience mongo_patience(const Clock& clock, const MongoHealth& health);

class MongoThreads {
public:
    struct Options {
        std::size_t threads = 4;
        std::size_t capacity = 1024;  ///< Calls under way, of each thread.
        bool is_patient = false;      ///< Nobody waits for them: they are never late.
    };

    /// All three outlive it. It takes Options::threads clients of the pool.
    MongoThreads(MongoPool& pool, Outlet& outlet, const Clock& clock) : MongoThreads(pool, outlet, clock, Options{}) {}
    MongoThreads(MongoPool& pool, Outlet& outlet, const Clock& clock, Options options);

    /// Runs `function(MongoClient&)` on the least busy thread. The function holds values only, and returns some.
    /// Throws what the function throws, Full, or TooLate after kPatience.
    template <class Function>
    auto call(Function function) -> Task<std::invoke_result_t<Function&, MongoClient&>>
    {
        using T = std::invoke_result_t<Function&, MongoClient&>;
        Worker& worker = workers_.least_busy();
        auto run = [this, &worker, function = std::move(function)]() mutable {
            return outcome_of<T>(function, client_of(worker));
        };
        auto submit = [&worker](std::unique_ptr<Job>& job) { return worker.submit(job); };
        return store::call<T>(submit, std::move(run));
    }

    void flush() { workers_.flush(); }
    std::optional<Instant> next_deadline() const { return workers_.next_deadline(); }
    void expire(Instant now) { workers_.expire(now); }
    void stop() { workers_.stop(); }

    /// For /readyz: asks the server, unless a call is under way that will show it.
    void look_again();

    bool is_late() const { return workers_.is_late(); }
    const WorkerSet& workers() const { return workers_; }

private:
    MongoClient& client_of(const Worker& worker);

    std::vector<std::unique_ptr<MongoClient>> clients_;  // by the number of the worker; of its thread
    WorkerSet workers_;
};

}  // namespace wgw::store
