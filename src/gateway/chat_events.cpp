#include "gateway/chat_events.hpp"

#include "base/log.hpp"
#include "codec/json_text.hpp"
#include "gateway/envelope.hpp"
#include "gateway/event_table.hpp"
#include "model/failure_json.hpp"

namespace wgw::gateway {
namespace {

constexpr std::string_view kSend = kMessageSend.name;
constexpr std::string_view kConnect = "connect";
constexpr int kPolicyViolation = 1008;  // RFC 6455 §7.4.1

/// The one argument of an event: itself if there is one, all of them as an array otherwise. Empty: none.
std::string payload_of(const sio::Arguments& arguments)
{
    if (arguments.empty())
        return {};
    return arguments.size() == 1 ? std::string(arguments[0].text()) : arguments.text();
}

/// A text of what CONNECT carries; missing and null: none. What is no text counts as an empty one, which is no token and
/// no room, and is refused: a client that names its room by a number must not get all rooms.
std::optional<std::string> text_of(std::string_view auth, std::string_view name)
{
    const auto value = auth.empty() ? std::nullopt : JsonValue(auth).find(name);
    if (!value || value->is_null())
        return {};
    return value->is_string() ? value->string() : std::string();
}

Failure broken(Errc code, std::string cause)
{
    Failure failure = code;
    failure.cause = std::move(cause);
    return failure;
}

}  // namespace

/// What is kept of a connected client: of its token only what is asked again.
struct ChatEvents::Client {
    UserId user;          ///< Empty for strangers, and for a host application's tokens that name no user of ours.
    RoomId only;          ///< The one room that it wants to hear of; empty: all.
    Id ended_by;          ///< As in Caller.
    KeptText other_user;  ///< What such a token says instead.
    KeptText session;     ///< Of the token, until it has been greeted.
    std::int64_t expires_s_or_0 = 0;
    std::int64_t issued_s_or_0 = 0;
    Bucket events;
    bool has_session = false;
    bool has_token = false;  ///< In `auth`, or a header that was good when it connected.
    bool by_auth = false;    ///< Knows of `auth.token`, so it may know of what is newer than the recorded events.

    void remember(const Caller& caller)
    {
        has_token = true;
        user = caller.user_id;
        other_user = KeptText(user.empty() ? std::string_view(caller.user_id_text) : std::string_view());
        session = KeptText(caller.session_id);
        expires_s_or_0 = caller.expires_s.value_or(0);
        issued_s_or_0 = caller.issued_s.value_or(0);
        ended_by = caller.ended_by;
        has_session = caller.has_session;
    }
    bool expired(Timestamp now) const { return expires_s_or_0 != 0 && now.unix_ms >= expires_s_or_0 * 1000; }

    /// As far as events ask for it.
    Caller caller() const
    {
        Caller caller;
        caller.user_id = user;
        caller.user_id_text = user.empty() ? std::string(other_user.view()) : user.hex();
        caller.issued_s = issued_s_or_0;
        caller.ended_by = ended_by;
        caller.has_session = has_session;
        return caller;
    }
};

ChatEvents::ChatEvents(Parts parts)
    : parts_(parts), expiry_(parts.loop, parts.clock, [this](std::uint64_t socket) { on_expired(socket); })
{
    auto& sockets = parts_.sockets;
    sockets.use([this](sio::Socket& socket, sio::Next next) { on_connect(socket, std::move(next)); });
    sockets.on_connection([this](sio::Socket& socket) { greet(socket); });
    sockets.on_disconnect([this](sio::Socket& socket, sio::CloseReason reason) {
        if (log::is_on(log::Level::debug))
            log::debug(
                "A socket has ended.",
                {
                    {"sid",     socket.id()         },
                    {"user_id", user_of(socket)     },
                    {"reason",  sio::text_of(reason)}
            }
            );
        authorizations_.erase(socket.number());
        const auto* client = std::any_cast<Client>(&socket.data);
        if (client == nullptr || client->user.empty())
            return;
        leave(socket, client->user);
        if (client->expires_s_or_0 != 0)
            expiry_.remove(socket.number(), client->expires_s_or_0);
    });
    sockets.on(std::string(kSend), [this](sio::Socket& socket, const sio::Arguments& arguments, sio::Reply ack) {
        on_send(socket, arguments, std::move(ack));
    });
    sockets.on_other([this](sio::Socket& socket, std::string_view, const sio::Arguments&, sio::Reply ack) {
        if (!may_say_more(socket, ack))
            return;
        parts_.counts.others.add(Errc::not_found);
        // Without an ack an unknown event is ignored, as recorded.
        const Failure unknown(Errc::not_found, "There is no such event.");
        if (ack.is_wanted())
            ack(sio::Json(envelope(false, parts_.clock.now(), failure_data(unknown, parts_.request_ids.next()))));
    });
}

void ChatEvents::on_connect(sio::Socket& socket, sio::Next next)
{
    const auto& handshake = socket.handshake();
    Client client;
    Origin origin{.request_id = parts_.request_ids.next()};
    const auto refuse = [&](const Failure& failure) {
        next(refusal({.event = kConnect, .request_id = origin.request_id, .socket = &socket}, failure));
    };
    if (const auto token = text_of(socket.auth(), "token")) {
        auto caller = parts_.guard.check_token(*token);
        if (!caller)
            return refuse(caller.error());
        client.remember(*caller);
        client.by_auth = true;
        origin.authorization = std::move(caller->origin.authorization);
    } else if (auto by_header = parts_.guard.check_authorization(handshake.header("authorization"))) {
        client.remember(*by_header);
        origin.authorization = std::move(by_header->origin.authorization);
    }

    auto room = text_of(socket.auth(), "room_id");
    if (!room)
        room = handshake.parameter("room_id");
    socket.forget_auth();
    if (room && !client.user.empty()) {
        client.only = Id::parse(*room).value_or(RoomId());
        if (client.only.empty())
            return refuse(Errc::not_member);
    }
    if (!client.user.empty())
        if (const auto refused = parts_.throttles.enter(client.user, parts_.hub.count_sockets_of(client.user)))
            return refuse(*refused);
    socket.data = client;
    if (origin.authorization)
        authorizations_.emplace(socket.number(), origin.authorization);
    if (client.user.empty())
        return next({});
    // Noted first, asked second: a room joined in between is told by the log and cannot be missed.
    parts_.hub.add(socket, client.user, client.only);
    parts_.throttles.has_sockets(client.user, parts_.hub.count_sockets_of(client.user));
    parts_.tasks.spawn(admit(socket.number(), std::move(origin), std::move(next)));
}

Task<void> ChatEvents::admit(std::uint64_t number, Origin origin, sio::Next next)
{
    auto* socket = parts_.sockets.find(number);
    if (socket == nullptr)
        co_return;
    const auto client = std::any_cast<Client>(socket->data);
    const UserId user = client.user;
    Caller caller = client.caller();
    caller.origin = origin;
    std::optional<Failure> failure;
    try {
        const auto rooms = co_await parts_.chat.rooms_of(std::move(caller));
        std::vector<UserId> ids{user};
        co_await parts_.users.load(std::move(ids), origin);
        socket = parts_.sockets.find(number);
        if (socket == nullptr)
            co_return;
        bool found = client.only.empty();
        for (const auto& room : rooms) {
            if (!client.only.empty() && client.only != room.room_id)
                continue;
            parts_.hub.follow(*socket, room);
            found = true;
        }
        if (!found)
            co_return next(
                refusal({.event = kConnect, .request_id = origin.request_id, .socket = socket}, Errc::not_member)
            );
        if (client.expires_s_or_0 != 0)
            expiry_.add(number, client.expires_s_or_0);
    } catch (const Unavailable& away) {
        // Whoever is away has told the operator, once: not every client that meets it has to.
        failure = broken(Errc::unavailable, away.what());
    } catch (const std::exception& error) {
        failure = broken(Errc::internal, error.what());
    }
    if (!failure)
        co_return next({});
    socket = parts_.sockets.find(number);
    auto refused = refusal({.event = kConnect, .request_id = origin.request_id, .socket = socket}, *failure);
    next(std::move(refused));
}

/// A client that passed its token in `auth` is told whom it has reached; a recorded one sees only recorded events.
void ChatEvents::greet(sio::Socket& socket)
{
    parts_.counts.connects.add({});
    if (log::is_on(log::Level::debug))
        log::debug(
            "A socket is there.",
            {
                {"sid",     socket.id()                 },
                {"user_id", user_of(socket)             },
                {"address", socket.handshake().address()},
        }
        );
    auto& client = *std::any_cast<Client>(&socket.data);
    const KeptText session = std::exchange(client.session, {});
    if (!client.by_auth)
        return;
    std::string hello = R"({"session_id":)";
    append_json_string(hello, session.view());
    hello += R"(,"node":)";
    append_json_string(hello, parts_.node);
    hello += R"(,"version":)";
    append_json_string(hello, parts_.version);
    hello += R"(,"limits":{"content_bytes":)" + std::to_string(parts_.limits.content_bytes);
    hello += R"(,"unacked":)" + std::to_string(parts_.limits.unacked) + "}}";
    socket.emit(kHello.name, sio::Json(hello));
}

void ChatEvents::on_expired(std::uint64_t number)
{
    auto* socket = parts_.sockets.find(number);
    if (socket == nullptr)
        return;
    leave(*socket, std::any_cast<Client>(&socket->data)->user);
    socket->leave_all();
}

/// It is the user's no more.
void ChatEvents::leave(sio::Socket& socket, const UserId& user)
{
    parts_.hub.remove(socket, user);
    parts_.throttles.has_sockets(user, parts_.hub.count_sockets_of(user));
}

void ChatEvents::on_revoked(const UserId& user)
{
    if (user.empty()) {
        // Of a token that names no user of ours: its sockets hear of no room, and stand nowhere.
        for (auto* socket : parts_.sockets.everybody().sockets())
            sign_out_if_revoked(*socket);
        return;
    }
    for (const auto number : parts_.hub.sockets_of(user))
        if (auto* socket = parts_.sockets.find(number))
            sign_out_if_revoked(*socket);
}

void ChatEvents::sign_out_if_revoked(sio::Socket& socket)
{
    const auto* client = std::any_cast<Client>(&socket.data);
    if (client == nullptr || !client->has_token || !parts_.guard.is_revoked(client->caller()))
        return;
    std::string notice = R"({"kind":"signed_out","message":)";
    append_json_string(notice, Failure(Errc::token_revoked).text());
    notice += '}';
    socket.emit(kNotice.name, sio::Json(notice));
    socket.hang_up(kPolicyViolation);
}

Result<Caller> ChatEvents::check(const sio::Socket& socket) const
{
    const auto& client = *std::any_cast<Client>(&socket.data);
    if (client.has_token && client.expired(parts_.clock.now()))
        return fail(Errc::token_expired);
    if (client.has_token) {
        auto caller = caller_of(socket);
        if (parts_.guard.is_revoked(caller))
            return fail(Errc::token_revoked);
        return caller;
    }
    return parts_.guard.check_authorization(socket.handshake().header("authorization"));
}

/// Of a socket that has a token.
Caller ChatEvents::caller_of(const sio::Socket& socket) const
{
    Caller caller = std::any_cast<Client>(&socket.data)->caller();
    if (!authorizations_.empty())
        if (const auto kept = authorizations_.find(socket.number()); kept != authorizations_.end())
            caller.origin.authorization = kept->second;
    return caller;
}

bool ChatEvents::may_say_more(sio::Socket& socket, sio::Reply& ack)
{
    const auto refused = parts_.throttles.event(std::any_cast<Client>(&socket.data)->events);
    if (!refused)
        return true;
    const std::string request_id = parts_.request_ids.next();
    fail_event({.event = kSend, .request_id = request_id, .socket = &socket}, *refused, std::move(ack));
    if (parts_.throttles.is_flooding(socket.number()))
        socket.disconnect(true);
    return false;
}

void ChatEvents::on_send(sio::Socket& socket, const sio::Arguments& arguments, sio::Reply ack)
{
    if (!may_say_more(socket, ack))
        return;
    std::string request_id = parts_.request_ids.next();
    const About about{.event = kSend, .request_id = request_id, .socket = &socket};
    const std::string payload = payload_of(arguments);
    auto caller = check(socket);
    if (!caller)
        return refuse(about, caller.error(), payload, std::move(ack));
    auto request = read(chat::kSendRequest, payload, parts_.limits);
    if (!request)
        return fail_event(about, request.error(), std::move(ack));
    const auto user_id = require_user_id(*caller);
    if (!user_id)
        return fail_event(about, user_id.error(), std::move(ack));
    if (static_cast<std::int64_t>(request->content.size()) > parts_.limits.content_bytes)
        return fail_event(about, Errc::too_large, std::move(ack));

    if (draining_)
        return fail_event(about, Errc::draining, std::move(ack));
    if (const auto refused = parts_.throttles.send(*user_id, request->room_id))
        return fail_event(about, *refused, std::move(ack));

    // Of the connection, not of the socket: one that leaves and joins again starts with what it has under way.
    auto& sends = sends_[socket.connection()];
    sends.socket = socket.number();
    if (++sends.under_way >= parts_.limits.unacked)
        socket.pause();
    caller->origin.request_id = request_id;
    chat::Send send{std::move(request->content), std::move(request->client_msg_id)};
    parts_.chat.submit(
        request->room_id, *caller, std::move(send),
        [this, connection = socket.connection(), number = socket.number(), room = request->room_id,
         request_id = std::move(request_id), began_us = parts_.loop.now_us(),
         ack = std::move(ack)](Result<chat::Outcome> outcome) mutable {
            parts_.counts.ack_us.observe(static_cast<std::uint64_t>(parts_.loop.now_us() - began_us));
            on_answered(connection);
            if (!outcome)
                parts_.throttles.not_sent(room);
            const About sent{kSend, request_id, parts_.sockets.find(number), room};
            on_sent(sent, std::move(outcome), std::move(ack));
        }
    );
}

void ChatEvents::on_answered(std::uint64_t connection)
{
    const auto found = sends_.find(connection);
    auto& sends = found->second;
    if (--sends.under_way < parts_.limits.unacked)
        if (auto* socket = parts_.sockets.find(sends.socket))
            socket->resume();
    if (sends.under_way == 0)
        sends_.erase(found);
}

void ChatEvents::on_sent(const About& about, Result<chat::Outcome> outcome, sio::Reply ack)
{
    if (!outcome)
        return fail_event(about, outcome.error(), std::move(ack));
    parts_.counts.sends.add({});
    if (about.socket == nullptr || !ack.is_wanted())
        return;
    std::string data;
    chat::write_send_ack(data, outcome->entry, outcome->duplicate);
    ack(sio::Json(envelope(true, parts_.clock.now(), data)));
}

void ChatEvents::refuse(const About& about, const Failure& failure, std::string_view payload, sio::Reply ack)
{
    parts_.counts.sends.add(failure.code);
    note(about, failure);
    std::string out = R"({"status":"error","message":)";
    append_json_string(out, failure.text());
    out += R"(,"cause":{"pattern":)";
    append_json_string(out, about.event);
    if (!payload.empty()) {
        out += R"(,"data":)";
        out += payload;
    }
    out += "}}";
    about.socket->emit(kException.name, sio::Json(out));
    if (ack.is_wanted())
        ack(sio::Json(envelope(false, parts_.clock.now(), failure_data(failure, about.request_id))));
}

void ChatEvents::fail_event(const About& about, const Failure& failure, sio::Reply ack)
{
    parts_.counts.sends.add(failure.code);
    note(about, failure);
    const std::string data = failure_data(failure, about.request_id);
    if (about.socket != nullptr)
        about.socket->emit(kErrorReceive.name, sio::Json(data));
    if (ack.is_wanted())
        ack(sio::Json(envelope(false, parts_.clock.now(), data)));
}

/// What a client is told that is not let in.
sio::ConnectError ChatEvents::refusal(const About& about, const Failure& failure)
{
    parts_.counts.connects.add(failure.code);
    note(about, failure);
    // Also of what is broken: so that the client comes back.
    const Failure told = failure.code == Errc::internal ? Failure(Errc::unavailable) : failure;
    return {std::string(told.text()), envelope(false, parts_.clock.now(), failure_data(told, about.request_id))};
}

void ChatEvents::note(const About& about, const Failure& failure)
{
    const bool failed = failure.code == Errc::internal;
    const auto level = failed ? log::Level::error : log::Level::debug;
    if (!log::is_on(level))
        return;
    log::write(
        level, failed ? "An event failed." : "An event was refused.",
        {
            {"request_id", about.request_id                                                 },
            {"sid",        about.socket != nullptr ? about.socket->id() : std::string_view()},
            {"user_id",    about.socket != nullptr ? user_of(*about.socket) : std::string() },
            {"event",      about.event                                                      },
            {"code",       row(failure.code).name                                           },
            {"room_id",    about.room.empty() ? std::string() : about.room.hex()            },
            {"what",       failure.cause                                                    },
    }
    );
}

std::string ChatEvents::user_of(const sio::Socket& socket)
{
    const auto* client = std::any_cast<Client>(&socket.data);
    return client == nullptr || client->user.empty() ? std::string() : client->user.hex();
}

}  // namespace wgw::gateway
