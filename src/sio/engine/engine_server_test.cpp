#include "sio/engine/test_engine.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(AnEngine, CarriesMessagesOverEitherTransport)
{
    auto& client = wire_.open(kWebSocket);
    EXPECT_THAT(client.received(), ElementsAre(HasSubstr(R"("upgrades":[])")));
    client.send("4hello");
    client.stream->on_binary("bytes");
    wire_.turn();
    EXPECT_THAT(client.received(), ElementsAre("4hello", "bytes"));

    const auto session = open();
    EXPECT_EQ(
        line(
            ask("POST", session, {},
                "4one\x1e"
                "4two")
        ),
        "200 ok"
    );
    EXPECT_EQ(
        line(ask("GET", session)), "200 4one\x1e"
                                   "4two"
    );
    EXPECT_EQ(engine_->connections(), 2U);
}

TEST_F(AnEngine, TellsItsConnectionsOnceWhyTheyEnd)
{
    wire_.open(kWebSocket).drop();
    wire_.turn();
    auto& thrown = wire_.open(kWebSocket);
    thrown.send("4throw");
    auto& closed = wire_.open(kWebSocket);
    closed.send("4close");
    wire_.turn();
    EXPECT_THAT(closed.received(), ElementsAre(StartsWith("0{"), "4close"));
    EXPECT_TRUE(thrown.closed && closed.closed);
    EXPECT_THAT(ends_, ElementsAre("transport error", "forced close", "forced server close"));
}

// Transports

TEST_F(AnEngine, OffersNoUpgradeWhereItIsSwitchedOff)
{
    start({.upgrades = false});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":[])"));
    start({.websocket = false});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":[])"));
    start({});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":["websocket"])"));
}

TEST_F(AnEngine, DoesNotKnowATransportThatIsSwitchedOff)
{
    const std::string kUnknown = R"({"code":0,"message":"Transport unknown"})";
    start({.polling = false});
    EXPECT_EQ(line(ask("GET", kPolling)), "400 " + kUnknown);
    EXPECT_THAT(wire_.open(kWebSocket).received(), ElementsAre(StartsWith("0{")));
    wire_.hang_up();
    start({.websocket = false});
    EXPECT_EQ(line(ask("GET", kWebSocket, kUpgrade)), "400 Transport unknown");
    EXPECT_EQ(ask("GET", kPolling).status, 200);
}

TEST_F(AnEngine, LivesUnderAPathOfItsOwn)
{
    start({.path = "/live/"});
    EXPECT_TRUE(engine_->serves("/live/") && engine_->serves("/live/x") && engine_->serves("/l%69ve/"));
    EXPECT_FALSE(engine_->serves("/live") || engine_->serves("/socket.io/") || engine_->serves("/l%zzve/"));
    start({.path = "live"});
    EXPECT_TRUE(engine_->serves("/live/"));
    EXPECT_FALSE(engine_->serves("/lively") || engine_->serves("live/"));
}

// Answers

TEST_F(AnEngine, CompressesLongAnswersForThoseWhoTakeThat)
{
    start({.compressed_from = 100});
    const TestWire::Headers gzip{
        {"accept-encoding", "gzip"}
    };
    const auto session = open();
    const auto coding = [&](std::size_t size, const TestWire::Headers& headers) {
        ask("POST", session, {}, "4" + std::string(size - 1, 'x'));
        return header(ask("GET", session, headers), "content-encoding");
    };
    EXPECT_EQ(coding(100, gzip), "gzip");
    EXPECT_EQ(coding(99, gzip), "");
    EXPECT_EQ(coding(1'000, {}), "");
    start({.compressed_from = 0});
    const auto other = open();
    ask("POST", other, {}, "4" + std::string(5'000, 'x'));
    EXPECT_EQ(header(ask("GET", other, gzip), "content-encoding"), "");
}

TEST_F(AnEngine, TakesAPostAgainThatWasTooLarge)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});
    EXPECT_EQ(engine_->too_large(head, {500, 1}).status, 413);
    EXPECT_EQ(line(ask("POST", session, {}, "4less")), "200 ok");
    EXPECT_EQ(engine_->body_limit(), 1'000'000U);
}

TEST_F(AnEngine, EndsASessionWhosePostsOverlap)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});  // its body is on its way
    EXPECT_EQ(ask("POST", session, {}, "4x").status, 400);
    EXPECT_THAT(ends_, ElementsAre("transport error"));
    EXPECT_EQ(line(ask("GET", session)), R"(400 {"code":1,"message":"Session ID unknown"})");
}

TEST_F(AnEngine, EndsASessionWhosePostDoesNotCome)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});
    engine_->on_gone({500, 1});
    wire_.turn();
    EXPECT_THAT(ends_, ElementsAre("transport error"));
}

// The end

TEST_F(AnEngine, DrainsEvenlyAndTakesNobodyNew)
{
    const auto session = open();
    HttpRequest poll;
    poll.method = "GET";
    poll.target = session;
    const auto waiting = wire_.request(poll);
    auto& client = wire_.open(kWebSocket);
    EXPECT_FALSE(engine_->drained());
    engine_->drain(40ms);
    wire_.turn();
    EXPECT_FALSE(engine_->drained());
    EXPECT_EQ(ask("GET", kPolling).status, 503);
    advance(20ms);
    EXPECT_EQ(line(answer_to(waiting)), "200 1");
    EXPECT_EQ(client.close_code, 1001);
    client.drop();
    wire_.turn();
    EXPECT_TRUE(engine_->drained());
    EXPECT_THAT(ends_, ElementsAre("server shutting down", "server shutting down"));
}

}  // namespace
}  // namespace wgw::sio
