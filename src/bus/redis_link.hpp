#pragma once
/// A connection to Redis: blocking, for the thread that owns it.
///
/// Nothing waits longer than kPatience: a server that is frozen is like one that is away.
/// Errors  Unavailable, with what went wrong; then the connection is of no use any more
/// Tests   redis_cluster_test.cpp

#include "base/time.hpp"
#include "base/worker.hpp"
#include "bus/redis_address.hpp"
#include "bus/redis_reply.hpp"

#include <memory>
#include <optional>
#include <span>

struct redisContext;

namespace wgw::bus {

class RedisLink {
public:
    static constexpr Duration kPatience{1'000};

    /// Connects, signs in, chooses the database.
    explicit RedisLink(const RedisAddress& address);

    /// Puts a command behind those that were put. send() sends them.
    void put(const RedisCommand& command);
    void send();

    /// The next reply; waits for it.
    RedisReply receive();

    /// Reads what is there; waits if nothing is. Behind it received() has what is whole.
    void read();
    std::optional<RedisReply> received();

    int descriptor() const;

private:
    struct Closer {
        void operator()(redisContext* context) const;
    };

    void expect_ok(const RedisCommand& command, const char* what);

    std::unique_ptr<redisContext, Closer> context_;
};

}  // namespace wgw::bus
