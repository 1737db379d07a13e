#pragma once
/// For tests: a whole gateway without a socket. Chat and users are stand-ins that the test answers for.
///
///     TestGateway gateway;
///     auto& client = gateway.connect({.auth = gateway.token_auth(user)});
///     client.send(R"(420["chat.message.send",{…}])");
///     gateway.turn();
///     client.received()         packets since the last call

#include "auth/operations.hpp"
#include "bus/services.hpp"
#include "chat/operations.hpp"
#include "chat/room_keys.hpp"
#include "gateway/gateway.hpp"
#include "gateway/test_revocations.hpp"
#include "sio/engine/test_wire.hpp"
#include "user/operations.hpp"
#include "user/test_users.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wgw::gateway {

using user::test_id;
using user::TestUsers;

/// Keeps what is submitted until the test answers; its rooms are those that the test says.
class TestChat final : public chat::ChatApi {
public:
    struct Submitted {
        RoomId room;
        UserId caller;
        chat::Command command;
        chat::Reply reply;
    };

    void submit(RoomId room, const Caller& caller, chat::Command command, chat::Reply reply) override
    {
        submit_as({}, room, caller.user_id, std::move(command), std::move(reply));
    }
    void submit_as(Id, RoomId room, UserId caller, chat::Command command, chat::Reply reply) override
    {
        submitted.push_back({room, caller, std::move(command), std::move(reply)});
    }
    void set_listener(chat::Listener listener) override { tell = std::move(listener); }
    Task<std::vector<chat::RoomHead>> rooms_of(Caller caller) override
    {
        if (hold) {
            auto wait = [this](auto done) { held.emplace_back([done]() mutable { done(true); }); };
            co_await callback<bool>(wait);
        }
        if (broken)
            throw std::runtime_error("no rooms today");
        co_return rooms_by_user[caller.user_id];
    }

    Task<Result<chat::RoomInfo>> create_room(UserId, std::string) override { co_return fail(Errc::internal); }
    Task<Result<chat::RoomInfo>> create_room_as(RoomId, UserId, std::string) override
    {
        co_return fail(Errc::internal);
    }
    Task<Result<chat::MemberInfo>> join(RoomId, UserId) override { co_return fail(Errc::internal); }
    Task<chat::Listed<chat::RoomInfo>> rooms(chat::Page<RoomId>) override { co_return chat::Listed<chat::RoomInfo>{}; }
    Task<std::optional<chat::RoomInfo>> room(RoomId) override { co_return std::nullopt; }
    Task<Result<chat::Listed<chat::MemberInfo>>> members(RoomId, UserId, chat::Page<chat::Seq>) override
    {
        co_return fail(Errc::internal);
    }
    Task<Result<chat::Listed<chat::MessageInfo>>> messages(RoomId, UserId, chat::Page<chat::Seq>) override
    {
        co_return fail(Errc::internal);
    }

    /// Answers the oldest submitted command.
    void answer(Result<chat::Outcome> outcome)
    {
        auto oldest = std::move(submitted.front());
        submitted.pop_front();
        oldest.reply(std::move(outcome));
    }

    std::deque<Submitted> submitted;
    chat::Listener tell;
    std::map<UserId, std::vector<chat::RoomHead>> rooms_by_user;
    bool hold = false;
    bool broken = false;
    std::vector<std::function<void()>> held;  ///< Look-ups of rooms that wait.
};

/// A store that is not there.
class NoRows final : public store::Collection {
public:
    Task<std::optional<store::Document>> get(Id) override { throw store::Full("no rows"); }
    Task<std::optional<store::Document>> find(std::string_view, store::Value) override { throw store::Full("no rows"); }
    Task<std::vector<store::Document>> list(std::string_view, store::Value, Id, std::size_t, store::Order) override
    {
        throw store::Full("no rows");
    }
    Task<std::vector<store::Document>> get_all(std::vector<Id>) override { throw store::Full("no rows"); }
    Task<std::optional<std::string>> insert(store::Document) override { throw store::Full("no rows"); }
    Task<bool> replace(store::Document, store::Document) override { throw store::Full("no rows"); }
    Task<bool> remove(Id) override { throw store::Full("no rows"); }
};

class TestAuth final : public auth::AuthApi {
public:
    Task<Result<TokenPair>> sign_up(auth::SignUp, auth::Peer) override { co_return TokenPair{"a", "r"}; }
    Task<Result<TokenPair>> sign_in(auth::SignIn, auth::Peer) override { co_return fail(Errc::internal); }
    Task<Result<TokenPair>> refresh(auth::Refresh, auth::Peer) override { co_return TokenPair{"a2", "r2"}; }
    Task<Result<void>> sign_out(Caller, auth::SignOut request) override
    {
        signed_out_all = request.all;
        co_return Result<void>();
    }
    Task<Result<void>> change_password(Caller, auth::ChangePassword) override { co_return Result<void>(); }
    Task<Result<auth::SessionList>> sessions(Caller, auth::SessionPage page) override
    {
        asked = page;
        co_return listed;
    }
    Task<Result<void>> describe_session(Caller, auth::Peer) override { co_return Result<void>(); }
    Task<Result<void>> end_session(Caller, Id) override { co_return fail(Errc::not_found, "Session is not found!"); }
    Task<Result<void>> reset_password(UserId, std::string) override { co_return fail(Errc::internal); }
    Task<Result<void>> set_disabled(UserId, bool) override { co_return fail(Errc::internal); }
    Task<bool> is_disabled(UserId) override { co_return false; }

    bool signed_out_all = false;
    auth::SessionPage asked;
    auth::SessionList listed;
};

class TestGateway final {
public:
    struct Connect {
        std::string auth;           ///< Of the CONNECT packet, as JSON.
        std::string authorization;  ///< Of the handshake; empty: no such header.
        std::string query;          ///< More of it: `&room_id=…`.
    };

    /// No rate of sending unless the test is about it.
    TestGateway() : TestGateway(without_rates()) {}
    /// `its_services`: of other processes, over these calls; nothing: they are in this one.
    explicit TestGateway(const Limits& its, bus::Calls* its_services = nullptr) : limits(its), calls(its_services)
    {
        gateway.attach(wire);
    }
    ~TestGateway() { wire.hang_up(); }
    TestGateway(const TestGateway&) = delete;
    TestGateway& operator=(const TestGateway&) = delete;

    void turn() { wire.turn(); }

    /// Lets time pass, and what was waiting for it run.
    void advance(Duration span)
    {
        clock.advance(span);
        loop.timers().run(clock.monotonic());
        turn();
    }

    HttpResponse call(HttpRequest request) { return wire.answers[wire.request(std::move(request))]; }

    sio::TestClient& open(const Connect& connect)
    {
        sio::TestWire::Headers headers;
        if (!connect.authorization.empty())
            headers.emplace_back("authorization", connect.authorization);
        auto& client = wire.open("/socket.io/?EIO=4&transport=websocket" + connect.query, std::move(headers));
        client.received();
        return client;
    }

    sio::TestClient& connect(const Connect& connect)
    {
        auto& client = open(connect);
        client.send("40" + connect.auth);
        turn();
        return client;
    }

    /// The same, when it is accepted: what that says has been read.
    sio::TestClient& join(const Connect& connect)
    {
        auto& client = this->connect(connect);
        client.received();
        return client;
    }

    std::string token(UserId user) const { return tokens.sign(user, "name").access; }
    std::string token_auth(UserId user) const { return R"({"token":")" + token(user) + R"("})"; }

    static Limits without_rates()
    {
        Limits limits;
        limits.send = limits.send_room = limits.events = {};
        return limits;
    }

    bus::Operations operations()
    {
        bus::Operations all = auth::operations(auth, limits);
        std::ranges::move(user::operations(users, ids, limits), std::back_inserter(all));
        std::ranges::move(chat::operations(chat, user_cache, room_keys, limits), std::back_inserter(all));
        return all;
    }

    ManualClock clock{Timestamp{1'795'352'738'051}};  // 2026-11-22T13:05:38.051Z
    SeededRandom random{1};
    Limits limits;
    bus::Calls* calls = nullptr;
    Tokens tokens{{.current = std::string(32, 'k')}, clock};
    TestAuth auth;
    TestRevocations revocations;
    TestUsers users;
    user::UserCache user_cache{users};
    TestChat chat;
    IdSource ids{clock, random};
    NoRows no_rows;
    chat::RoomKeys room_keys{no_rows, ids, clock};
    std::unique_ptr<bus::Services> services =
        calls != nullptr ? bus::make_remote_services(*calls) : bus::make_local_services(operations());
    net::Loop loop{clock};
    Throttles throttles{limits, {}, loop, random};
    sio::Server sockets{loop, random, {}};
    sio::TestWire wire{loop, [this](HttpRequest request, net::Exchange exchange) {
                           gateway.on_request(std::move(request), exchange);
                       }};
    Gateway gateway{
        {*services, user_cache, chat, sockets, loop, tokens, revocations, limits, throttles, clock, "node", "1.2.3",
         RequestIds("test"), calls != nullptr ? Guard::Keep::authorization : Guard::Keep::no}
    };
};

inline chat::Entry message(RoomId room, chat::Seq seq, UserId user, std::string_view content)
{
    chat::Entry entry;
    entry.room_id = room;
    entry.seq = seq;
    entry._id = test_id(1'000 + static_cast<unsigned>(seq));
    entry.user_id = user;
    entry.at = Timestamp{1'795'352'738'051};
    entry.body = R"({"content":")" + std::string(content) + R"("})";
    return entry;
}

}  // namespace wgw::gateway
