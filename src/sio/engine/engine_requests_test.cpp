#include "base/random.hpp"
#include "net/test_peer.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/engine/test_wire.hpp"

#include <gmock/gmock.h>

namespace wgw::sio {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// Keeps what it hears.
class Listener final : public EngineConnection {
public:
    Listener(Opening opening, std::vector<std::string>& heard) : EngineConnection(std::move(opening)), heard_(heard) {}

private:
    void on_message(const Message& message) override { heard_.emplace_back(message.data); }
    void on_closed(CloseReason reason) override { heard_.emplace_back(text_of(reason)); }

    std::vector<std::string>& heard_;
};

struct AnEngineServer : testing::Test {
    AnEngineServer() { engine.attach(wire); }

    /// A session on polling; its sid.
    std::string open()
    {
        const auto number = wire.request("GET", "/socket.io/?EIO=4&transport=polling");
        return wire.answers.at(number).body.substr(std::string_view("0{\"sid\":\"").size(), kSidSize);
    }
    static std::string target(std::string_view sid)
    {
        return "/socket.io/?EIO=4&transport=polling&sid=" + std::string(sid);
    }

    /// The head of a POST, whose body is not there yet.
    net::Exchange announce(std::string_view sid)
    {
        HttpRequest head;
        head.method = "POST";
        head.target = target(sid);
        const net::Exchange exchange{++wire.exchanges, 1};
        engine.on_head(head, exchange);
        return exchange;
    }

    net::TestClock clock;
    net::Loop loop{clock};
    SystemRandom random;
    std::vector<std::string> heard;
    std::vector<EngineConnection*> connections;
    EngineServer engine{loop, random, {}, [this](EngineConnection::Opening opening) {
                            auto made = std::make_unique<Listener>(std::move(opening), heard);
                            connections.push_back(made.get());
                            return made;
                        }};
    TestWire wire{loop, [this](HttpRequest request, net::Exchange exchange) {
                      engine.on_request(std::move(request), exchange);
                  }};
};

// Requests that outlive their session

TEST_F(AnEngineServer, RefusesABodyWhoseSessionHasEndedMeanwhile)
{
    const auto sid = open();
    const auto exchange = announce(sid);
    connections[0]->close(CloseReason::forced_close);
    wire.request("GET", target(sid));
    wire.turn();
    ASSERT_EQ(engine.connections(), 0U);
    HttpRequest request;
    request.method = "POST";
    request.target = target(sid);
    request.body = "4late";
    engine.on_request(request, exchange);
    EXPECT_THAT(wire.answers.at(exchange.connection).body, HasSubstr("Session ID unknown"));
    EXPECT_EQ(engine.waiting(), 0U);
    engine.on_gone(exchange);
    EXPECT_THAT(heard, ElementsAre("forced close"));
}

TEST_F(AnEngineServer, IsNotMovedByTheEndOfARequestWhoseSessionHasEnded)
{
    const auto sid = open();
    const auto gone = announce(sid);
    connections[0]->close(CloseReason::forced_close);
    wire.request("GET", target(sid));
    wire.turn();
    ASSERT_EQ(engine.connections(), 0U);
    engine.on_gone(gone);
    EXPECT_EQ(engine.waiting(), 0U);
    EXPECT_EQ(engine.too_large({}, gone).status, 413);
}

TEST_F(AnEngineServer, EndsASessionWhosePollOrPostHangsUp)
{
    const auto polling = open();
    const auto poll = wire.request("GET", target(polling));
    engine.on_gone({poll, 1});
    const auto posting = open();
    engine.on_gone(announce(posting));
    wire.turn();
    wire.turn();
    EXPECT_THAT(heard, ElementsAre("transport error", "transport error"));
    EXPECT_EQ(engine.connections(), 0U);
}

TEST_F(AnEngineServer, ForgetsAnAnnouncedPostThatWasTooLarge)
{
    const auto sid = open();
    const auto exchange = announce(sid);
    EXPECT_EQ(engine.too_large({}, exchange).status, 413);
    engine.on_gone(exchange);
    const auto next = wire.request("POST", target(sid), "4small");
    EXPECT_EQ(wire.answers.at(next).body, "ok");
    EXPECT_THAT(heard, ElementsAre("small"));
}

// The last poll of a client that has left, read behind its close packet

struct APollBehindTheEnd : AnEngineServer {
    /// Its answer, on a connection of its own.
    std::string poll(std::string_view sid)
    {
        const auto& answer = wire.answers.at(wire.request("GET", target(sid)));
        return std::to_string(answer.status) + " " + answer.body;
    }
    static constexpr std::string_view kUnknown = R"(400 {"code":1,"message":"Session ID unknown"})";
};

TEST_F(APollBehindTheEnd, IsAnsweredAsTheOneThatWasHeldAndOnlyOnce)
{
    const auto sid = open();
    wire.request("POST", target(sid), "1");
    const auto& answer = wire.answers.at(wire.request("GET", target(sid)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "6");
    EXPECT_EQ(answer.content_type, "text/plain; charset=UTF-8");
    EXPECT_THAT(answer.headers, ElementsAre(std::pair("cache-control", "no-store")));
    EXPECT_EQ(poll(sid), kUnknown);
    EXPECT_EQ(engine.connections(), 0U);
    EXPECT_THAT(heard, ElementsAre("transport close"));
}

TEST_F(APollBehindTheEnd, IsUnknownWhenOneHasBeenAnswered)
{
    const auto held = open();
    wire.request("GET", target(held));
    wire.request("POST", target(held), "1");
    EXPECT_EQ(poll(held), kUnknown);

    const auto same_turn = open();
    HttpRequest post;
    post.method = "POST";
    post.target = target(same_turn);
    post.body = "1";
    engine.on_request(post, {++wire.exchanges, 1});
    EXPECT_EQ(poll(same_turn), "200 6");
    EXPECT_EQ(poll(same_turn), kUnknown);
}

TEST_F(APollBehindTheEnd, IsAnsweredWhileItsSessionGoes)
{
    const auto sid = open();
    HttpRequest request;
    request.method = "POST";
    request.target = target(sid);
    request.body = "1";
    engine.on_request(request, {++wire.exchanges, 1});
    loop.post([&] {  // behind the flush, before the session is taken out of the table
        HttpRequest get;
        get.method = "GET";
        get.target = target(sid);
        engine.on_request(get, {++wire.exchanges, 1});
    });
    wire.turn();
    wire.turn();
    EXPECT_EQ(wire.answers.at(wire.exchanges).body, "6");
    EXPECT_EQ(poll(sid), kUnknown);
}

TEST_F(APollBehindTheEnd, IsUnknownLaterOrOnTheSameConnectionOrWhenItIsNone)
{
    const auto sid = open();
    const auto connection = wire.request("POST", target(sid), "1");
    HttpRequest get;
    get.method = "GET";
    get.target = target(sid);
    engine.on_request(get, {connection, 2});
    EXPECT_THAT(wire.answers.at(connection).body, HasSubstr("Session ID unknown"));
    EXPECT_THAT(wire.answers.at(wire.request("POST", target(sid), "4a")).body, HasSubstr("Session ID unknown"));
    EXPECT_THAT(
        wire.answers.at(wire.request("GET", "/socket.io/?EIO=4&transport=websocket&sid=" + sid)).body,
        HasSubstr("Session ID unknown")
    );
    clock.advance(LatePolls::kWait);
    wire.turn();
    EXPECT_EQ(poll(sid), kUnknown);
}

TEST_F(APollBehindTheEnd, IsNotAwaitedOfAClientThatWasCutOff)
{
    const auto sid = open();
    wire.request("POST", target(sid), "x");
    wire.turn();
    EXPECT_EQ(poll(sid), kUnknown);
}

// The bound on what nobody takes

TEST_F(AnEngineServer, EndsThoseWhoNeverPollWhenTheyLeaveTooMuch)
{
    loop.backlog().bound(1'000'000);
    const auto quiet = open();
    const auto greedy = open();
    const auto polls = open();
    const auto poll = wire.request("GET", target(polls));
    for (int i = 0; i < 100; ++i) {
        for (std::size_t j = 0; j < 20; ++j)
            connections[1]->send(Frame::text("4" + std::string(10'000, 'x')));
        connections[0]->send(Frame::text("4" + std::string(100, 'q')));
        wire.turn();
        ASSERT_LE(loop.backlog().bytes(), 1'000'000U);
        if (engine.connections() == 2)
            break;
    }
    EXPECT_EQ(engine.connections(), 2U);
    EXPECT_THAT(heard, ElementsAre("transport error"));
    connections[2]->send(Frame::text("4still here"));
    wire.turn();
    EXPECT_EQ(wire.answers.at(poll).body, "4still here");
    EXPECT_THAT(wire.answers.at(wire.request("GET", target(quiet))).body, StartsWith("4qqq"));
    EXPECT_EQ(loop.backlog().bytes(), 0U);
}

TEST_F(AnEngineServer, KnowsWhetherAPollIsAwaited)
{
    EXPECT_FALSE(engine.awaits_poll());
    const auto session = open();
    EXPECT_TRUE(engine.awaits_poll());
    wire.request("GET", target(session));
    wire.turn();
    EXPECT_FALSE(engine.awaits_poll()) << "it is held, and can be answered";
    connections[0]->send(Frame::text("4late"));
    wire.turn();
    EXPECT_TRUE(engine.awaits_poll()) << "it was answered";
    wire.request("GET", target(session));
    wire.turn();
    auto& client = wire.open("/socket.io/?EIO=4&transport=websocket");
    connections[1]->send(Frame::text("4now"));
    EXPECT_FALSE(engine.awaits_poll()) << "a WebSocket has it written to it";
    client.drop();
    wire.turn();
}

TEST_F(AnEngineServer, CutsAWebSocketThatLeavesTooMuchWithoutWaitingForIt)
{
    loop.backlog().bound(100'000);
    auto& client = wire.open("/socket.io/?EIO=4&transport=websocket");
    client.received();
    connections[0]->send(Frame::text("4" + std::string(99'000, 'x')));
    wire.turn();
    EXPECT_NE(client.stream, nullptr);
    connections[0]->send(Frame::text("4" + std::string(2'000, 'x')));
    wire.turn();
    EXPECT_EQ(client.stream, nullptr);
    EXPECT_EQ(loop.backlog().bytes(), 0U);
    wire.turn();
    EXPECT_EQ(engine.connections(), 0U);
    EXPECT_THAT(heard, ElementsAre("transport error"));
}

/// Ending one of many who were sent the same frees nothing.
TEST_F(AnEngineServer, CountsWhatManyAreSentOnceAndEndsNoneOfThem)
{
    loop.backlog().bound(150'000);
    for (int i = 0; i < 50; ++i)
        open();
    const Frame shared = Frame::text("4" + std::string(100'000, 'x'));
    for (auto* connection : connections)
        connection->send(shared);
    wire.turn();
    EXPECT_EQ(engine.connections(), 50U);
    open();
    for (int i = 0; i < 4; ++i)
        connections.back()->send(Frame::text("4" + std::string(20'000, 'x')));
    wire.turn();
    wire.turn();
    EXPECT_EQ(engine.connections(), 50U);
    EXPECT_THAT(heard, SizeIs(1));
}

}  // namespace
}  // namespace wgw::sio
