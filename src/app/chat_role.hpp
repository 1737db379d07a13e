#pragma once
/// The role that stores rooms and messages, in a process of a cluster.
///
/// Loop only.

#include "app/backends.hpp"
#include "app/housekeeping.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/task_scope.hpp"
#include "chat/entry_stream.hpp"
#include "chat/latecomers.hpp"
#include "chat/message_copier.hpp"
#include "chat/numbering.hpp"
#include "chat/room_keys.hpp"
#include "chat/service_mongo.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"
#include "store/collection_mongo.hpp"
#include "store/mongo_threads.hpp"

#include <memory>
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
        Backends& backends, net::Loop& loop, const Clock& clock_of_server, Random& random, const Limits& limits,
        IdSource& ids, TaskScope& tasks
    )
        : clock(clock_of_server), queue("chat." + ids.next().hex()),
          service(backends.pool(), backends.threads(), loop, clock_of_server, random, {.limits = limits}),
          chores(backends.pool(), loop, clock_of_server, {.threads = 1, .is_patient = true}), copier(chores, tasks),
          room_key_rows(store::make_mongo_collection(backends.threads(), chat::room_keys_spec())),
          room_keys(*room_key_rows, ids, clock_of_server), housekeeping(loop, {[this] { return room_keys.sweep(); }})
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

    /// What the original has stored gets its numbers. Before anything is stored here, so that it keeps its place; takes as long
    /// as it takes.
    Task<> take_over(Instant now)
    {
        auto run = [stopped = stopping.get_token()](store::MongoClient& db) {
            SystemRandom random;
            chat::number_rooms(db, random, stopped);
            if (stopped.stop_requested())
                throw Unavailable("The server is ending.");
        };
        const IsTakingOver is_taking(is_taking_over);
        co_await chores.call(run);
        co_await add_latecomers(now);
    }

    /// What nobody waits for, when it is due: several times a second, once it has taken over.
    void advance(Instant now, TaskScope& tasks)
    {
        copier.advance(now);
        if (now < latecomers_at)
            return;
        latecomers_at = kNever;
        tasks.spawn(add_latecomers(now));
    }

    /// A database that is too slow for it does not keep anybody from working.
    Task<> add_latecomers(Instant now)
    {
        auto run = [at = clock.now(), stopped = stopping.get_token()](store::MongoClient& db) {
            chat::add_latecomers(db, at, stopped);
        };
        try {
            co_await chores.call(run);
        } catch (const std::exception& error) {
            latecomers_at = now + kRetryLatecomers;
            log::warn(
                "What the original may have stored meanwhile could not be looked for. It is tried again.",
                {
                    {"what", error.what()}
            }
            );
        }
    }

    void stop()
    {
        stopping.request_stop();
        service.stop();
        chores.stop();
    }

    static constexpr Duration kRetryLatecomers{60'000};

    const Clock& clock;
    const std::string queue;  ///< Of this process alone: that of the rooms that it owns.
    chat::MongoService service;
    std::stop_source stopping;
    store::MongoThreads chores;  ///< A thread for what nobody waits for.
    chat::MessageCopier copier;
    std::unique_ptr<store::Collection> room_key_rows;
    chat::RoomKeys room_keys;
    Housekeeping housekeeping;
    bool is_taking_over = false;
    Instant latecomers_at = kNever;  ///< When they are looked for again.
    Instant tell_at;
};

}  // namespace wgw::app
