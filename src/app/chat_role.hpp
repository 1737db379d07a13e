#pragma once
/// The role that stores rooms and messages, in a process of a cluster.
///
/// Loop only.

#include "app/backends.hpp"
#include "base/random.hpp"
#include "chat/entry_stream.hpp"
#include "chat/service_mongo.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "net/loop.hpp"

#include <string>

namespace wgw::app {

struct ChatRole {
    ChatRole(
        Backends& backends, net::Loop& loop, const Clock& clock, Random& random, const Limits& limits, const Id& node
    )
        : queue("chat." + node.hex()),
          service(backends.pool(), backends.threads(), loop, clock, random, {.limits = limits})
    {
        service.set_listener([&backends](const chat::Entry& entry) { chat::publish(backends.hints(), entry); });
        backends.watch({
            [this] { service.flush(); },
            [this] { return service.next_deadline(); },
            [this](Instant now) { service.expire(now); },
        });
    }

    const std::string queue;  ///< Of this process alone: that of the rooms that it owns.
    chat::MongoService service;
    Instant tell_at;
};

}  // namespace wgw::app
