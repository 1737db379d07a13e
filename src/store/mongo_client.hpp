#pragma once
/// MongoDB as the store needs it: a pool of connections for the process, and a client of it for each thread that asks.
///
///     MongoPool pool(*mongo_target(settings), 6);
///     auto db = pool.client();                       on the thread that uses it; blocking
///     db->find({.collection = "users", .filter = …}, [&](BsonView user) { …; return true; });
///
/// Writing   w:majority, j:true, always; a method returns when that was confirmed
/// Reading   with majority concern, from the primary: what was confirmed before the call is seen by it
/// Hanging   no answer is waited for longer than kMongoSpan, and no server or connection longer than half of it
/// Errors    MongoAway   the server cannot be reached, has not answered, or has lost its majority: whether a write was
///                       done is unknown
///           MongoError  it says no: rights, a command it does not know, a document it does not take. Nothing was done
/// Tests     mongo_client_cluster_test.cpp, collection_cluster_test.cpp

#include "model/result.hpp"
#include "store/bson.hpp"
#include "store/mongo_target.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wgw::store {

struct MongoAway : Unavailable {
    using Unavailable::Unavailable;
};

struct MongoError : std::runtime_error {
    MongoError(int error_code, const std::string& what) : std::runtime_error(what), code(error_code) {}
    int code;  ///< The server's.
};

/// Less than the patience of whoever waits (call.hpp), so that a thread is free again when the answer is given up.
inline constexpr std::chrono::milliseconds kMongoSpan{4'000};

class MongoClient;

/// Whether the server answers: written by all clients of a pool. The operator is told when it changes.
class MongoHealth {
public:
    explicit MongoHealth(std::string where) : where_(std::move(where)) {}

    bool is_away() const { return away_; }
    const std::string& where() const { return where_; }

    void answers();
    void is_away_because(std::string_view what);

private:
    std::string where_;
    std::atomic<bool> away_ = false;
};

/// Any thread. Watches the servers with a thread of its own.
class MongoPool {
public:
    /// Connects when first used. `clients`: how many may exist at once. Throws std::runtime_error with what to do where
    /// the driver cannot use the target.
    MongoPool(const MongoTarget& target, std::size_t clients);
    MongoPool(const MongoPool&) = delete;
    MongoPool& operator=(const MongoPool&) = delete;
    ~MongoPool();

    /// Waits for one if all are in use. The pool outlives it.
    std::unique_ptr<MongoClient> client();

    const std::string& database() const { return database_; }
    MongoHealth& health() { return health_; }
    const MongoHealth& health() const { return health_; }

private:
    friend class MongoClient;
    struct Content;
    std::unique_ptr<Content> content_;
    std::string database_;
    MongoHealth health_;
};

struct MongoQuery {
    std::string_view collection;
    Bson filter;
    Bson sort = {};
    Bson projection = {};
    std::int64_t limit = 0;  ///< 0: none.
};

struct MongoIndex {
    std::string_view name;
    Bson keys;
    bool unique = false;
};

struct MongoServer {
    std::string version;
    std::string replica_set;  ///< Its name; empty: it is on its own.
};

/// One thread at a time.
class MongoClient {
public:
    explicit MongoClient(MongoPool& pool);
    MongoClient(const MongoClient&) = delete;
    MongoClient& operator=(const MongoClient&) = delete;
    ~MongoClient();

    /// Calls `each` with the documents, until it returns false.
    void find(const MongoQuery& query, const std::function<bool(BsonView)>& each);

    /// What find() gives.
    bool exists(MongoQuery query);

    struct Inserted {
        std::size_t count = 0;   ///< From the front.
        bool duplicate = false;  ///< The next one has a value of a unique index that is taken.
    };

    /// In order, and none behind the first that is refused.
    Inserted insert(std::string_view collection, std::span<const Bson> documents);

    enum class Updated { no_match, done, duplicate };

    /// One document.
    Updated update(std::string_view collection, const Bson& filter, const Bson& change);

    /// One document; false: there was none.
    bool remove(std::string_view collection, const Bson& filter);

    /// All of them.
    void remove_all(std::string_view collection, const Bson& filter);

    /// At most `most`.
    std::size_t count(std::string_view collection, Bson filter, std::size_t most);

    /// Being there already is fine, for both.
    void create_collection(std::string_view name);
    void create_index(std::string_view collection, const MongoIndex& index);

    void drop_database();

    /// Throws if the server does not answer.
    void ping();

    /// What it says of itself.
    MongoServer server();

private:
    struct Collection;
    struct Failed;

    void command(const Bson& command);
    Collection collection(std::string_view name);
    [[noreturn]] void fail(const Failed& failed);

    MongoPool& pool_;
    struct Content;
    std::unique_ptr<Content> content_;
};

}  // namespace wgw::store
