#pragma once
/// For cluster tests: a database of its own on the server that WGW_TEST_MONGO_URL names, dropped at the end, with
/// threads that ask it, and a loop that the test turns.

#include "base/test_loop.hpp"
#include "base/time.hpp"
#include "store/mongo_threads.hpp"
#include "store/test_proxy.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace wgw::store {

/// `database`: of the test. Throws if the server is not named: a test that cannot run has failed.
inline MongoTarget test_mongo_target(const std::string& database)
{
    const char* url = std::getenv("WGW_TEST_MONGO_URL");
    if (url == nullptr)
        throw std::runtime_error("WGW_TEST_MONGO_URL is not set: run these tests with ./dev test cluster.");
    auto target = mongo_target({.url = url, .name = database});
    if (!target)
        throw std::runtime_error(target.error());
    return *target;
}

/// The same database behind a network that the test can break.
inline MongoTarget through(const TestProxy& proxy, MongoTarget target)
{
    target.url = "mongodb://127.0.0.1:" + std::to_string(proxy.port());
    return target;
}

/// To the server that WGW_TEST_MONGO_URL names, which is one host.
inline std::unique_ptr<TestProxy> proxy_to(const MongoTarget& target)
{
    const auto colon = target.shown.find(':');
    const auto port = std::stoi(target.shown.substr(colon + 1));
    return std::make_unique<TestProxy>(target.shown.substr(0, colon), static_cast<std::uint16_t>(port));
}

struct TestMongo {
    TestMongo() { client->ping(); }
    TestMongo(const TestMongo&) = delete;
    TestMongo& operator=(const TestMongo&) = delete;
    ~TestMongo()
    {
        threads.stop();
        loop.run_ready();
        client->drop_database();
    }

    /// Starts the task and turns the loop until it has ended.
    template <class T>
    T await(Task<T> task)
    {
        return loop.await(std::move(task), [this] { threads.flush(); });
    }

    static std::string database_name()
    {
        static int made = 0;
        return "wgw_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
    }

    TestLoop loop;
    ManualClock clock;
    MongoTarget target = test_mongo_target(database_name());
    MongoPool pool{target, 16};
    std::unique_ptr<MongoClient> client = pool.client();  ///< The test's own.
    MongoThreads threads{
        pool, loop, clock, {.threads = 2, .capacity = 64}
    };
};

}  // namespace wgw::store
