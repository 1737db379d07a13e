// How fast engines store in MongoDB, and how often they meet: docs/adr/0019-a-log-in-mongodb.md.
//
//     bench_chat_log mongodb://127.0.0.1:27017 [seconds]
//
// Each row is some engines, each with a client and a thread of its own, that store batches of sends into the same
// rooms; three rounds, interleaved. The database wgw_bench_chat_log is dropped.

#include "base/backoff.hpp"
#include "chat/engine.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace wgw;
using namespace wgw::chat;

struct Row {
    std::size_t engines;
    std::size_t rooms;
    std::size_t batch;
};

constexpr Row kRows[] = {
    {1, 1,  1 },
    {2, 1,  1 },
    {1, 1,  64},
    {2, 1,  64},
    {1, 50, 1 },
    {2, 50, 1 },
    {1, 50, 64},
    {2, 50, 64},
};

struct Stored {
    std::uint64_t entries = 0;
    std::uint64_t appends = 0;
    std::uint64_t fences = 0;
    std::uint64_t unavailable = 0;
    double seconds = 0;
};

void tell(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& what) {
        std::fprintf(stderr, "%s\n", what.what());
    }
}

/// One engine that stores until `ends`.
Stored store(
    store::MongoPool& pool, const Row& row, const std::vector<RoomId>& rooms, UserId user, const std::atomic<bool>& ends
)
{
    const auto client = pool.client();
    const auto log = make_mongo_log(*client);
    Engine engine(*log, {});
    const SystemClock clock;
    SystemRandom random;
    IdSource ids(clock, random);
    std::mt19937 dice(std::random_device{}());
    Stored stored;
    while (!ends) {
        std::deque<Request> requests;
        std::deque<Asked> asked;
        std::vector<Asked*> all;
        for (std::size_t i = 0; i < row.batch; ++i) {
            requests.push_back({
                rooms[dice() % rooms.size()], user, Send{std::string(100, 'x'), {}},
                    ids.next(), clock.now()
            });
            all.push_back(&asked.emplace_back(&requests.back()));
        }
        Backoff backoff(random, Duration(4), Duration(50));
        engine.execute(all, clock, [&backoff](int) { std::this_thread::sleep_for(backoff.next()); });
        for (const auto& one : asked) {
            stored.unavailable += one.error || !*one.outcome ? 1 : 0;
            if (one.error)
                tell(one.error);
        }
    }
    stored.entries = engine.counts().entries.value();
    stored.appends = engine.counts().appends.value();
    stored.fences = engine.counts().fences.value();
    return stored;
}

Stored run(store::MongoPool& pool, const Row& row, double seconds)
{
    const SystemClock clock;
    SystemRandom random;
    IdSource ids(clock, random);
    const UserId user = ids.next();
    std::vector<RoomId> rooms;
    {
        const auto client = pool.client();
        const auto log = make_mongo_log(*client);
        Engine engine(*log, {});
        for (std::size_t i = 0; i < row.rooms; ++i) {
            rooms.push_back(ids.next());
            engine
                .execute({
                    rooms.back(), user, Create{"bench", std::string(32, '0')},
                      ids.next(), clock.now()
            })
                .value();
        }
    }
    std::atomic<bool> ends = false;
    std::vector<Stored> results(row.engines);
    std::vector<std::thread> threads;
    const auto began = std::chrono::steady_clock::now();
    for (auto& result : results)
        threads.emplace_back([&] { result = store(pool, row, rooms, user, ends); });
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    ends = true;
    for (auto& thread : threads)
        thread.join();
    Stored sum;
    sum.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    for (const auto& result : results) {
        sum.entries += result.entries;
        sum.appends += result.appends;
        sum.fences += result.fences;
        sum.unavailable += result.unavailable;
    }
    return sum;
}

}  // namespace

int main(int count, char** words)
{
    if (count < 2) {
        std::fputs("usage: bench_chat_log mongodb://host:port [seconds]\n", stderr);
        return 2;
    }
    const auto target = store::mongo_target({.url = words[1], .name = "wgw_bench_chat_log"});
    if (!target) {
        std::fprintf(stderr, "%s\n", target.error().c_str());
        return 2;
    }
    const double seconds = count > 2 ? std::atof(words[2]) : 3;
    store::MongoPool pool(*target, 8);
    const auto client = pool.client();
    std::puts("round engines rooms batch  entries/s  entries/append  fences/entry  unavailable");
    for (int round = 1; round <= 3; ++round) {
        for (const auto& row : kRows) {
            // A database of its own for each row: this server reads all of a collection that is not asked by _id.
            client->drop_database();
            create_log(*client);
            const auto stored = run(pool, row, seconds);
            const auto entries = static_cast<double>(stored.entries);
            std::printf(
                "%5d %7zu %5zu %5zu %10.0f %15.2f %13.3f %12llu\n", round, row.engines, row.rooms, row.batch,
                entries / stored.seconds, entries / static_cast<double>(stored.appends),
                static_cast<double>(stored.fences) / entries, static_cast<unsigned long long>(stored.unavailable)
            );
            std::fflush(stdout);
        }
    }
    client->drop_database();
}
