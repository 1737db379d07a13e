#pragma once
/// For tests: a whole gateway without a socket. Chat and users are stand-ins that the test answers for; requests come
/// from calls, and a client is what would be at the other end of a WebSocket.
///
///     TestGateway gateway;
///     auto& client = gateway.connect({.auth = gateway.token_auth(user)});
///     client.send(R"(420["chat.message.send",{…}])");
///     gateway.turn();
///     client.received()         packets since the last call

#include "gateway/gateway.hpp"
#include "gateway/test_users.hpp"

#include <deque>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wgw::gateway {

class TestClient final : public net::WebSocket {
public:
    void touch() override {}
    bool flush_now() override { return take(); }
    void close(std::optional<std::uint16_t>) override { closed = true; }
    void drop() override
    {
        if (stream != nullptr)
            std::exchange(stream, nullptr)->on_closed(true);
    }
    void pause() override { paused = true; }
    void resume() override { paused = false; }

    void send(std::string_view packet) { stream->on_text(packet); }

    std::vector<std::string> received()
    {
        take();
        return std::exchange(packets_, {});
    }

    net::Stream* stream = nullptr;
    bool closed = false;
    bool paused = false;

private:
    bool take()
    {
        const std::size_t before = packets_.size();
        while (stream != nullptr && !stream->queued().empty()) {
            packets_.emplace_back(stream->queued().front().packet());
            stream->written(1);
        }
        return packets_.size() > before;
    }

    std::vector<std::string> packets_;
};

/// Keeps what is submitted until the test answers; its rooms are those that the test says.
class TestChat final : public chat::ChatApi {
public:
    struct Submitted {
        RoomId room;
        UserId caller;
        chat::Command command;
        chat::Reply reply;
    };

    void submit(RoomId room, UserId caller, chat::Command command, chat::Reply reply) override
    {
        submitted.push_back({room, caller, std::move(command), std::move(reply)});
    }
    void set_listener(chat::Listener listener) override { tell = std::move(listener); }
    Task<std::vector<chat::RoomHead>> rooms_of(UserId user) override
    {
        if (hold) {
            auto wait = [this](auto done) { held.emplace_back([done]() mutable { done(true); }); };
            co_await callback<bool>(wait);
        }
        if (broken)
            throw std::runtime_error("no rooms today");
        co_return rooms_by_user[user];
    }

    Task<Result<chat::RoomInfo>> create_room(UserId, std::string) override { co_return fail(Errc::internal); }
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

class TestAuth final : public auth::AuthApi {
public:
    Task<Result<TokenPair>> sign_up(auth::SignUp) override { co_return TokenPair{"a", "r"}; }
    Task<Result<TokenPair>> sign_in(auth::SignIn) override { co_return fail(Errc::internal); }
};

class TestGateway final : public net::Responder {
public:
    struct Connect {
        std::string auth;           ///< Of the CONNECT packet, as JSON.
        std::string authorization;  ///< Of the handshake; empty: no such header.
        std::string query;          ///< More of it: `&room_id=…`.
    };

    TestGateway() { gateway.attach(*this); }
    ~TestGateway()
    {
        turn();
        for (auto& client : clients)
            client.drop();
        turn();
    }
    TestGateway(const TestGateway&) = delete;
    TestGateway& operator=(const TestGateway&) = delete;

    /// Ends a turn of the loop: what was posted runs, and what was touched is flushed.
    void turn()
    {
        loop.stop();
        loop.run();
    }

    /// Lets time pass, and what was waiting for it run.
    void advance(Duration span)
    {
        clock.advance(span);
        loop.timers().run(clock.monotonic());
        turn();
    }

    HttpResponse call(HttpRequest request)
    {
        gateway.on_request(std::move(request), {++exchanges, 1});
        turn();
        return answers[exchanges];
    }

    TestClient& open(const Connect& connect)
    {
        HttpRequest request;
        request.method = "GET";
        request.target = "/socket.io/?EIO=4&transport=websocket" + connect.query;
        request.headers = {
            {"connection",            "Upgrade"                 },
            {"upgrade",               "websocket"               },
            {"sec-websocket-version", "13"                      },
            {"sec-websocket-key",     "AAAAAAAAAAAAAAAAAAAAAA=="},
        };
        if (!connect.authorization.empty())
            request.headers.emplace_back("authorization", connect.authorization);
        gateway.on_request(std::move(request), {++exchanges, 1});
        turn();
        clients.back().received();
        return clients.back();
    }

    TestClient& connect(const Connect& connect)
    {
        auto& client = open(connect);
        client.send("40" + connect.auth);
        turn();
        return client;
    }

    /// The same, when it is accepted: what that says has been read.
    TestClient& join(const Connect& connect)
    {
        auto& client = this->connect(connect);
        client.received();
        return client;
    }

    std::string token(UserId user) const { return tokens.sign(user, "name").access; }
    std::string token_auth(UserId user) const { return R"({"token":")" + token(user) + R"("})"; }

    bool respond(net::Exchange exchange, HttpResponse response) override
    {
        answers[exchange.connection] = std::move(response);
        return true;
    }
    bool upgrade(net::Exchange, const HttpRequest&, net::Stream& stream) override
    {
        auto& client = clients.emplace_back();
        client.stream = &stream;
        stream.on_open(client);
        return true;
    }

    std::map<std::uint64_t, HttpResponse> answers;
    std::list<TestClient> clients;
    std::uint64_t exchanges = 0;

    ManualClock clock{Timestamp{1'795'352'738'051}};  // 2026-11-22T13:05:38.051Z
    SeededRandom random{1};
    Limits limits;
    Tokens tokens{{.current = std::string(32, 'k')}, clock};
    TestAuth auth;
    TestUsers users;
    TestChat chat;
    net::Loop loop{clock};
    sio::Server sockets{loop, random, {}};
    Gateway gateway{
        {auth, users, chat, sockets, loop, tokens, limits, clock, "node", "1.2.3"}
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
