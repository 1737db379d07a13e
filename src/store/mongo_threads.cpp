#include "store/mongo_threads.hpp"

#include <string>

namespace wgw::store {

Patience mongo_patience(const Clock& clock, const MongoHealth& health)
{
    return {clock, kPatience, "Look at the MongoDB server " + health.where() + " and the network to it."};
}

MongoThreads::MongoThreads(MongoPool& pool, Outlet& outlet, const Clock& clock, Options options)
{
    for (std::size_t i = 0; i < options.threads; ++i) {
        clients_.push_back(pool.client());
        // One at a time: the next one's answer would wait for this one's.
        workers_.add(
            {.name = (options.is_patient ? "chores-" : "mongo-") + std::to_string(i + 1),
             .capacity = options.capacity,
             .batch = 1,
             .patience = options.is_patient ? std::optional<Patience>() : mongo_patience(clock, pool.health())},
            outlet
        );
    }
}

void MongoThreads::look_again()
{
    if (workers_.under_way() > 0)
        return;
    struct Ping final : Job {
        explicit Ping(MongoClient& of) : client(of) {}
        void run() override { client.ping(); }
        void finish(std::exception_ptr) override {}  // the pool's health knows
        MongoClient& client;
    };
    Worker& worker = workers_.at(0);
    std::unique_ptr<Job> ping = std::make_unique<Ping>(*clients_.front());
    worker.submit(ping);
}

MongoClient& MongoThreads::client_of(const Worker& worker)
{
    std::size_t which = 0;
    while (&workers_.at(which) != &worker)
        ++which;
    return *clients_[which];
}

}  // namespace wgw::store
