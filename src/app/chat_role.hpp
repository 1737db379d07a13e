#pragma once
/// The role that stores rooms and messages, in a process of a cluster.
///
/// Loop only.

#include "app/backends.hpp"
#include "base/random.hpp"
#include "base/task_scope.hpp"
#include "chat/entry_stream.hpp"
#include "chat/latecomers.hpp"
#include "chat/message_copier.hpp"
#include "chat/numbering.hpp"
#include "chat/service_mongo.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"
#include "store/mongo_threads.hpp"

#include <stop_token>
#include <string>

namespace wgw::app {

struct ChatRole {
    struct IsTakingOver {
        explicit IsTakingOver(bool& flag_of_role) : flag(flag_of_role) { flag = true; }
        IsTakingOver(const IsTakingOver&) = delete;
        IsTakingOver& operator=(const IsTakingOver&) = delete;
        ~IsTakingOver() { flag = false; }
        bool& flag;
    };

    ChatRole(
        Backends& backends, net::Loop& loop, const Clock& clock, Random& random, const Limits& limits, const Id& node,
        TaskScope& tasks
    )
        : queue("chat." + node.hex()),
          service(backends.pool(), backends.threads(), loop, clock, random, {.limits = limits}),
          chores(backends.pool(), loop, clock, {.threads = 1, .is_patient = true}), copier(chores, tasks)
    {
        service.set_listener([this, &backends](const chat::Entry& entry) {
            chat::publish(backends.hints(), entry);
            copier.stored(entry);
        });
        backends.watch({
            [this] {
                service.flush();
                chores.flush();
            },
            [this] { return service.next_deadline(); },
            [this](Instant now) { service.expire(now); },
        });
    }

    /// What the original has stored gets its numbers. Before anything is stored here; takes as long as it takes.
    Task<> take_over()
    {
        auto run = [stopped = stopping.get_token()](store::MongoClient& db) {
            SystemRandom random;
            chat::number_rooms(db, random, stopped);
            chat::add_latecomers(db, stopped);
            if (stopped.stop_requested())
                throw Unavailable("The server is ending.");
        };
        const IsTakingOver is_taking(is_taking_over);
        co_await chores.call(run);
    }

    void stop()
    {
        stopping.request_stop();
        service.stop();
        chores.stop();
    }

    const std::string queue;  ///< Of this process alone: that of the rooms that it owns.
    chat::MongoService service;
    std::stop_source stopping;
    store::MongoThreads chores;  ///< A thread for what nobody waits for.
    chat::MessageCopier copier;
    bool is_taking_over = false;
    Instant tell_at;
};

}  // namespace wgw::app
