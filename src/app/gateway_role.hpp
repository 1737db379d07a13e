#pragma once
/// The role that clients meet, in a process of a cluster: what it asks the other roles, and what it hears of them.
///
/// Loop only.

#include "app/backends.hpp"
#include "app/options.hpp"
#include "app/server_options.hpp"
#include "app/version.hpp"
#include "auth/described_sessions.hpp"
#include "auth/told_revocations.hpp"
#include "base/random.hpp"
#include "base/task_scope.hpp"
#include "bus/services.hpp"
#include "chat/cluster_chat.hpp"
#include "chat/entry_stream.hpp"
#include "chat/owners.hpp"
#include "chat/remote.hpp"
#include "chat/remote_log.hpp"
#include "gateway/gateway.hpp"
#include "gateway/throttles.hpp"
#include "model/token.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/server.hpp"

#include <memory>
#include <string>
#include <utility>

namespace wgw::app {

struct GatewayRole {
    struct Parts {
        const Options& options;
        Backends& backends;
        net::Loop& loop;
        const Clock& clock;
        Random& random;
        const Tokens& tokens;
        IdSource& ids;
        auth::RevocationList& revocations;
        user::UserCache& users;
        TaskScope& tasks;
    };

    explicit GatewayRole(const Parts& parts)
        : services(
              std::make_unique<auth::DescribingServices>(
                  bus::make_remote_services(parts.backends.calls()), parts.tokens
              ),
              parts.revocations
          ),
          log(parts.backends.calls()), stream(parts.backends.hints(), log, parts.tasks),
          sender(parts.backends.calls(), parts.users, parts.ids, parts.clock, &owners), chat(sender, stream),
          throttles(parts.options.limits, parts.options.trusted_proxies, parts.loop, parts.random),
          sockets(parts.loop, parts.random, socket_options(parts.options, throttles, parts.tokens, parts.clock)),
          gateway(
              {services, parts.users, chat, sockets, parts.loop, parts.tokens, parts.revocations, parts.options.limits,
               throttles, parts.clock, parts.ids.next().hex(), std::string(kVersion),
               gateway::RequestIds::with_tag_of(parts.random), gateway::Guard::Keep::authorization}
          ),
          http(parts.loop, gateway, http_options(parts.options.limits))
    {
        gateway.attach(http);
        throttles.share();
        parts.backends.hints().subscribe(std::string(gateway::kLimitsChannel));
    }

    void tell_limits(bus::Hints& hints)
    {
        for (auto& payload : throttles.to_tell())
            hints.publish(std::string(gateway::kLimitsChannel), std::move(payload));
    }

    void unwatch()
    {
        auto& nsp = sockets.of("/");
        stream.unwatch_unless([&nsp](const RoomId& room) { return nsp.room_size(room.hex()) > 0; });
    }

    auth::HearingServices services;
    chat::RemoteLog log;
    chat::EntryStream stream;
    chat::Owners owners;
    chat::RemoteChat sender;
    chat::ClusterChat chat;
    gateway::Throttles throttles;
    sio::Server sockets;
    gateway::Gateway gateway;
    net::HttpServer http;
    Instant unwatch_at;
};

}  // namespace wgw::app
