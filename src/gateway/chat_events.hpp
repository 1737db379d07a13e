#pragma once
/// The socket side of chat: who connects, what they may ask, what they are told when it fails.
///
/// Identity  `auth.token` of CONNECT, checked at once; else the handshake's Authorization header, checked on each event
///           From the moment at which the token expires the socket hears of no room, and stays open. When it is
///           revoked the client is told `system.notice`, and its connection ends
/// Events    a table of name and handler; a handler checks, submits and returns: nothing waits for the disk
/// Failures  the guard's are told as `exception`, all others as `chat.error.receive`; an ack says it too
/// Source    what the original tells and answers: tests/golden
/// Tests     chat_events_test.cpp, signed_out_test.cpp, tests/golden

#include "base/task_scope.hpp"
#include "chat/api.hpp"
#include "gateway/counts.hpp"
#include "gateway/guard.hpp"
#include "gateway/request_ids.hpp"
#include "gateway/room_hub.hpp"
#include "gateway/throttles.hpp"
#include "gateway/token_expiry.hpp"
#include "model/limits.hpp"
#include "sio/server/server.hpp"
#include "user/api.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wgw::gateway {

class ChatEvents {
public:
    struct Parts {
        sio::Namespace& sockets;
        chat::LiveChat& chat;
        RoomHub& hub;
        user::UserCache& users;
        TaskScope& tasks;
        const Guard& guard;
        const Limits& limits;
        Throttles& throttles;
        const Clock& clock;
        net::Loop& loop;
        EventCounts& counts;
        RequestIds& request_ids;
        std::string node;     ///< Names this process to clients.
        std::string version;  ///< Of the program.
    };

    /// Sets the namespace's handlers. All parts outlive the sockets.
    explicit ChatEvents(Parts parts);

    /// From now on: `draining`.
    void refuse_work() { draining_ = true; }

    /// As auth::Revocations tells its listener.
    void on_revoked(const UserId& user);

private:
    struct Client;

    /// An event, for the log; whoever made it is told `request_id`, too.
    struct About {
        std::string_view event;
        std::string_view request_id;
        sio::Socket* socket = nullptr;  ///< Null: it has gone meanwhile.
        RoomId room = {};
    };

    void on_connect(sio::Socket& socket, sio::Next next);
    Task<void> admit(std::uint64_t socket, Origin origin, sio::Next next);
    void on_expired(std::uint64_t socket);
    void leave(sio::Socket& socket, const UserId& user);
    void sign_out_if_revoked(sio::Socket& socket);
    void on_send(sio::Socket& socket, const sio::Arguments& arguments, sio::Reply ack);
    void on_answered(std::uint64_t connection);
    void on_sent(const About& about, Result<chat::Outcome> outcome, sio::Reply ack);

    /// False: it has sent too many events, and has been told so.
    bool may_say_more(sio::Socket& socket, sio::Reply& ack);

    void greet(sio::Socket& socket);
    Result<Caller> check(const sio::Socket& socket) const;
    Caller caller_of(const sio::Socket& socket) const;
    void refuse(const About& about, const Failure& failure, std::string_view payload, sio::Reply ack);
    void fail_event(const About& about, const Failure& failure, sio::Reply ack);
    sio::ConnectError refusal(const About& about, const Failure& failure);
    static void note(const About& about, const Failure& failure);
    static std::string user_of(const sio::Socket& socket);

    struct Sends {
        std::int64_t under_way = 0;
        std::uint64_t socket = 0;  ///< The one that sent last.
    };

    Parts parts_;
    std::unordered_map<std::uint64_t, Sends> sends_;  ///< By connection; those with some under way.
    /// By socket, of tokens that were good when it connected; none where callers keep none.
    std::unordered_map<std::uint64_t, std::shared_ptr<const std::string>> authorizations_;
    bool draining_ = false;
    TokenExpiry expiry_;
};

}  // namespace wgw::gateway
