#include "store/mongo_client.hpp"

#include "base/log.hpp"
#include "store/mongo_driver.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <mongoc/mongoc.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wgw::store {
namespace {

constexpr int kDuplicate = 11'000;
constexpr int kNamespaceExists = 48;
constexpr auto kSelectionSpan = kMongoSpan / 2;  // for a server, and as long again for a connection to it

/// Codes with which a server says that it cannot do it now: not primary, shutting down, interrupted, no majority.
constexpr std::array kAwayCodes{6,   7,   24,  50,   63,    64,    79,    89,    91,    100,  112,
                                189, 202, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436};

/// A document as the driver takes it: a view of its bytes. It points into itself, so it stays where it is.
struct Raw {
    explicit Raw(const Bson& document)
    {
        const auto bytes = document.bytes();
        if (!bson_init_static(&bson, bytes.data(), bytes.size()))
            throw std::logic_error("What is sent to MongoDB is no BSON.");
    }
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;

    bson_t bson;
};

/// Something that the driver fills.
struct Reply {
    Reply() { bson_init(&bson); }
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;
    ~Reply() { bson_destroy(&bson); }

    BsonView view() const { return BsonView({bson_get_data(&bson), bson.len}); }

    bson_t bson;
};

Bson write_concern()
{
    Bson concern;
    concern.add("w", "majority").add("j", true).add("wtimeout", kMongoSpan.count());
    return concern;
}

Bson write_options()
{
    Bson options;
    options.add("writeConcern", write_concern());
    return options;
}

std::string error_text(const bson_error_t& error)
{
    return {error.message, ::strnlen(error.message, sizeof error.message)};
}

/// When it is loaded, before main(), the driver makes a file of counters in /dev/shm, named by the process id. kill -9
/// would leave it, and a later process that gets that id would complain of it on its standard error, whatever it is there
/// for. Nobody reads the counters of this program, so the file goes at once.
[[gnu::constructor]] void remove_counter_file() { ::shm_unlink(("/mongoc-" + std::to_string(::getpid())).c_str()); }

}  // namespace

void start_mongo_driver()
{
    struct Driver {
        Driver()
        {
            mongoc_log_set_handler(nullptr, nullptr);
            mongoc_init();
        }
        Driver(const Driver&) = delete;
        Driver& operator=(const Driver&) = delete;
        ~Driver() { mongoc_cleanup(); }
    };
    static const Driver driver;
}

// --- the pool -------------------------------------------------------------------------------------------------------

void MongoHealth::answers()
{
    if (away_.load(std::memory_order_relaxed) && away_.exchange(false))
        log::info(
            "MongoDB answers again.",
            {
                {"where", where_}
        }
        );
}

void MongoHealth::is_away_because(std::string_view what)
{
    if (away_.exchange(true))
        return;
    log::error(
        "MongoDB does not answer; what needs it is refused. Look at the server, and at DB_URL or DB_HOST.",
        {
            {"where", where_},
            {"what",  what  }
    }
    );
}

struct MongoPool::Content {
    explicit Content(const MongoTarget& target, std::size_t clients) : uri(mongoc_uri_new(target.url.c_str()))
    {
        if (uri == nullptr)
            throw std::runtime_error("The address of MongoDB cannot be read: set DB_URL or DB_HOST.");
        if (!target.user.empty()) {
            mongoc_uri_set_username(uri, target.user.c_str());
            mongoc_uri_set_password(uri, target.pass.c_str());
            if (!mongoc_uri_has_option(uri, MONGOC_URI_AUTHSOURCE))
                mongoc_uri_set_auth_source(uri, "admin");
        }
        mongoc_uri_set_appname(uri, "wegowhere");
        const auto ms = [](auto span) { return static_cast<std::int32_t>(span.count()); };
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_MAXPOOLSIZE, static_cast<std::int32_t>(clients));
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_WAITQUEUETIMEOUTMS, ms(kMongoSpan));
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, ms(kSelectionSpan));
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, ms(kSelectionSpan));
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, ms(kMongoSpan));
        bson_error_t error;
        pool = mongoc_client_pool_new_with_error(uri, &error);
        if (pool == nullptr) {
            mongoc_uri_destroy(uri);
            throw std::runtime_error("MongoDB cannot be used: " + error_text(error) + ". Look at DB_URL.");
        }
        mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
    }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    ~Content()
    {
        mongoc_client_pool_destroy(pool);
        mongoc_uri_destroy(uri);
    }

    mongoc_uri_t* uri;
    mongoc_client_pool_t* pool = nullptr;
};

MongoPool::MongoPool(const MongoTarget& target, std::size_t clients)
    : content_((start_mongo_driver(), std::make_unique<Content>(target, clients))), database_(target.database),
      health_(target.shown)
{
}

MongoPool::~MongoPool() = default;

std::unique_ptr<MongoClient> MongoPool::client() { return std::make_unique<MongoClient>(*this); }

// --- a client -------------------------------------------------------------------------------------------------------

struct MongoClient::Content {
    Content(mongoc_client_pool_t* of, mongoc_client_t* popped)
        : pool(of), client(popped), majority(mongoc_read_concern_new()), durable(mongoc_write_concern_new())
    {
        mongoc_read_concern_set_level(majority, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
        mongoc_write_concern_set_wmajority(durable, static_cast<std::int32_t>(kMongoSpan.count()));
        mongoc_write_concern_set_journal(durable, true);
    }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    ~Content()
    {
        mongoc_write_concern_destroy(durable);
        mongoc_read_concern_destroy(majority);
        mongoc_client_pool_push(pool, client);
    }

    mongoc_client_pool_t* pool;
    mongoc_client_t* client;
    mongoc_read_concern_t* majority;
    mongoc_write_concern_t* durable;
};

struct MongoClient::Collection {
    Collection(Content& of, const std::string& database, std::string_view name)
        : handle(mongoc_client_get_collection(of.client, database.c_str(), std::string(name).c_str()))
    {
        mongoc_collection_set_read_concern(handle, of.majority);
        mongoc_collection_set_write_concern(handle, of.durable);
    }
    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;
    ~Collection() { mongoc_collection_destroy(handle); }

    mongoc_collection_t* handle;
};

struct MongoClient::Failed {
    const bson_error_t& error;
};

MongoClient::MongoClient(MongoPool& pool) : pool_(pool)
{
    mongoc_client_t* client = mongoc_client_pool_pop(pool.content_->pool);
    if (client == nullptr)
        throw MongoAway("All connections to MongoDB are in use.");
    content_ = std::make_unique<Content>(pool.content_->pool, client);
}

MongoClient::~MongoClient() = default;

MongoClient::Collection MongoClient::collection(std::string_view name) { return {*content_, pool_.database(), name}; }

void MongoClient::fail(const Failed& failed)
{
    const auto& error = failed.error;
    const auto code = static_cast<int>(error.code);
    const auto what = error_text(error);
    const bool said = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_COLLECTION ||
                      error.domain == MONGOC_ERROR_QUERY || error.domain == MONGOC_ERROR_BSON ||
                      error.domain == MONGOC_ERROR_COMMAND || error.domain == MONGOC_ERROR_CLIENT;
    if (said && std::ranges::find(kAwayCodes, code) == kAwayCodes.end())
        throw MongoError(code, "MongoDB refuses it: " + what);
    pool_.health().is_away_because(what);
    throw MongoAway("MongoDB is away: " + what);
}

void MongoClient::find(const MongoQuery& query, const std::function<bool(BsonView)>& each)
{
    Bson options;
    if (!query.sort.empty())
        options.add("sort", query.sort);
    if (!query.projection.empty())
        options.add("projection", query.projection);
    if (query.limit > 0)
        options.add("limit", query.limit);
    const auto from = collection(query.collection);
    const Raw filter(query.filter);
    const Raw opts(options);
    const std::unique_ptr<mongoc_cursor_t, decltype(&mongoc_cursor_destroy)> cursor(
        mongoc_collection_find_with_opts(from.handle, &filter.bson, &opts.bson, nullptr), &mongoc_cursor_destroy
    );
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document))
        if (!each(BsonView({bson_get_data(document), document->len})))
            return;
    bson_error_t error;
    if (mongoc_cursor_error(cursor.get(), &error))
        fail({error});
    pool_.health().answers();
}

bool MongoClient::exists(MongoQuery query)
{
    query.limit = 1;
    if (query.projection.empty())
        query.projection.add("_id", 1);
    bool found = false;
    find(query, [&found](BsonView) { return !(found = true); });
    return found;
}

MongoClient::Inserted MongoClient::insert(std::string_view collection_name, std::span<const Bson> documents)
{
    std::deque<Raw> views;
    std::vector<const bson_t*> pointers;
    pointers.reserve(documents.size());
    for (const auto& document : documents) {
        pointers.push_back(&views.emplace_back(document).bson);
    }
    const auto into = collection(collection_name);
    Bson options;
    options.add("ordered", true);
    const Raw opts(options);
    Reply reply;
    bson_error_t error;
    bson_destroy(&reply.bson);  // the driver makes it anew
    const bool done =
        mongoc_collection_insert_many(into.handle, pointers.data(), pointers.size(), &opts.bson, &reply.bson, &error);
    if (!done && static_cast<int>(error.code) != kDuplicate)
        fail({error});
    // A duplicate and no majority for what stands before it: that is not certain.
    if (const auto concern = reply.view().get<BsonView>("writeConcernErrors"); concern && concern->get<BsonView>("0")) {
        pool_.health().is_away_because("no majority has confirmed a write");
        throw MongoAway("MongoDB is away: no majority has confirmed a write.");
    }
    pool_.health().answers();
    const auto count = static_cast<std::size_t>(reply.view().get<std::int64_t>("insertedCount").value_or(0));
    return {count, !done};
}

MongoClient::Updated MongoClient::update(std::string_view collection_name, const Bson& filter, const Bson& change)
{
    const auto of = collection(collection_name);
    const Raw selector(filter);
    const Raw update(change);
    Reply reply;
    bson_error_t error;
    bson_destroy(&reply.bson);
    if (!mongoc_collection_update_one(of.handle, &selector.bson, &update.bson, nullptr, &reply.bson, &error)) {
        if (static_cast<int>(error.code) == kDuplicate)
            return Updated::duplicate;
        fail({error});
    }
    pool_.health().answers();
    return reply.view().get<std::int64_t>("matchedCount").value_or(0) > 0 ? Updated::done : Updated::no_match;
}

bool MongoClient::remove(std::string_view collection_name, const Bson& filter)
{
    const auto of = collection(collection_name);
    const Raw selector(filter);
    Reply reply;
    bson_error_t error;
    bson_destroy(&reply.bson);
    if (!mongoc_collection_delete_one(of.handle, &selector.bson, nullptr, &reply.bson, &error))
        fail({error});
    pool_.health().answers();
    return reply.view().get<std::int64_t>("deletedCount").value_or(0) > 0;
}

void MongoClient::remove_all(std::string_view collection_name, const Bson& filter)
{
    const auto of = collection(collection_name);
    const Raw selector(filter);
    bson_error_t error;
    if (!mongoc_collection_delete_many(of.handle, &selector.bson, nullptr, nullptr, &error))
        fail({error});
}

std::size_t MongoClient::count(std::string_view collection_name, Bson filter, std::size_t most)
{
    if (most == 0)
        return 0;
    std::size_t counted = 0;
    MongoQuery query{
        .collection = collection_name, .filter = std::move(filter), .limit = static_cast<std::int64_t>(most)
    };
    query.projection.add("_id", 1);
    find(query, [&counted](BsonView) { return ++counted > 0; });
    return counted;
}

void MongoClient::command(const Bson& command)
{
    const Raw sent(command);
    const Bson concern = write_options();
    const Raw opts(concern);
    bson_error_t error;
    if (!mongoc_client_write_command_with_opts(
            content_->client, pool_.database().c_str(), &sent.bson, &opts.bson, nullptr, &error
        ))
        fail({error});
    pool_.health().answers();
}

void MongoClient::create_collection(std::string_view name)
{
    Bson create;
    create.add("create", name);
    try {
        command(create);
    } catch (const MongoError& error) {
        if (error.code != kNamespaceExists)
            throw;
    }
}

void MongoClient::create_index(std::string_view collection_name, const MongoIndex& index)
{
    Bson spec;
    if (index.unique)
        spec.add("unique", true);
    spec.add("name", index.name).add("key", index.keys);
    Bson create;
    create.add("createIndexes", collection_name).add_array("indexes", {&spec, 1});
    command(create);
}

void MongoClient::drop_database() { command(Bson().add("dropDatabase", 1)); }

MongoServer MongoClient::server()
{
    const auto ask = [this](std::string_view question, std::string_view field) {
        Bson command;
        command.add(question, 1);
        const Raw sent(command);
        bson_error_t error;
        bson_t reply;
        const bool answered =
            mongoc_client_command_simple(content_->client, "admin", &sent.bson, nullptr, &reply, &error);
        const BsonView view({bson_get_data(&reply), reply.len});
        std::string text(view.text(field).value_or(""));
        bson_destroy(&reply);
        if (!answered)
            fail({error});
        return text;
    };
    return {.version = ask("buildInfo", "version"), .replica_set = ask("isMaster", "setName")};
}

void MongoClient::ping()
{
    Bson ping;
    ping.add("ping", 1);
    const Raw sent(ping);
    bson_error_t error;
    if (!mongoc_client_command_simple(content_->client, pool_.database().c_str(), &sent.bson, nullptr, nullptr, &error))
        fail({error});
    pool_.health().answers();
}

}  // namespace wgw::store
