#include "net/test_handler.hpp"
#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

struct AWebSocket : testing::Test {
    TestNet net;
    StreamServer server{net, {.max_payload = 100'000}};
};

// The upgrade

TEST_F(AWebSocket, IsOpenedByTheUpgradeRequest)
{
    Peer peer(net, server.port);
    peer.send(kUpgrade);
    ASSERT_TRUE(net.until([&] { return peer.received().ends_with("\r\n\r\n"); }));
    EXPECT_THAT(
        peer.received(), AllOf(
                             StartsWith("HTTP/1.1 101 Switching Protocols\r\n"),
                             HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                         )
    );
    EXPECT_EQ(server.http.connections(), 1u);
}

TEST_F(AWebSocket, HearsWhatCameRightBehindTheUpgradeRequest)
{
    Peer peer(net, server.port);
    const std::string late = client_text("two");
    peer.send(std::string(kUpgrade) + client_text("one") + late.substr(0, 3));
    net.settle();
    peer.send(late.substr(3));
    ASSERT_TRUE(net.until([&] { return server.stream().heard.size() == 2; }));
    EXPECT_THAT(server.stream().heard, ElementsAre("one", "two"));
}

TEST_F(AWebSocket, ComesBehindTheAnswersToTheRequestsInFrontOfItsUpgrade)
{
    Peer peer(net, server.port);
    peer.send("GET /before HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kUpgrade));
    ASSERT_TRUE(net.until([&] { return peer.received().contains(" 101 "); }));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(bodies(peer.received()), ElementsAre("/before"));
}

TEST_F(AWebSocket, MayBeClosedOrDroppedAsSoonAsItIsOpen)
{
    for (const bool drop : {false, true}) {
        server.on_new_stream = [&](TestStream& stream) {
            stream.when_open = [&, drop] { drop ? stream.socket->drop() : stream.socket->close(1001); };
        };
        Peer peer(net, server.port);
        peer.send(std::string(kUpgrade) + client_text("unheard"));
        ASSERT_TRUE(has_closed(net, peer));
        net.clock.advance(3s);
        net.settle();
        EXPECT_TRUE(server.stream().closed);
        EXPECT_EQ(server.stream().broken, drop);
        EXPECT_THAT(server.stream().heard, IsEmpty());
        EXPECT_EQ(server.http.connections(), 0u);
        if (!drop)
            EXPECT_THAT(peer.received(), EndsWith("\r\n\r\n\x88\x02" + close_code(1001)));
    }
}

// Messages

TEST_F(AWebSocket, HearsMessagesWholeInPiecesAndInFragments)
{
    auto peer = server.open();
    peer->send(client_text("whole"));
    for (const char c : client_text("piece by piece")) {
        peer->send(std::string_view(&c, 1));
        net.turn();
    }
    peer->send(client_frame(0x01, "frag") + client_frame(kPing, "in between") + client_frame(0x80, "ments"));
    peer->send(client_frame(0x82, "binary"));
    ASSERT_TRUE(net.until([&] { return server.stream().heard.size() == 4; }));
    EXPECT_THAT(server.stream().heard, ElementsAre("whole", "piece by piece", "fragments", "binary"));
    EXPECT_THAT(server.frames(*peer, 1), ElementsAre(ServerFrame{kPong, "in between"}));
}

TEST_F(AWebSocket, TakesAMessageAtTheLimitAndEndsWith1009OneByteOver)
{
    auto peer = server.open();
    peer->send(client_frame(0x82, std::string(100'000, 'x')));
    ASSERT_TRUE(net.until([&] { return server.stream().heard.size() == 1; }));
    // It goes on sending: the reason must not be lost to a reset.
    EXPECT_TRUE(peer->send(client_frame(0x82, std::string(3'000'000, 'x'))));
    EXPECT_THAT(server.frames(*peer, 1), ElementsAre(ServerFrame{kClose, close_code(1009)}));
    EXPECT_TRUE(has_closed(net, *peer));
    EXPECT_FALSE(peer->was_reset());
    EXPECT_TRUE(server.stream().closed && server.stream().broken);
    peer->hang_up();
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

TEST_F(AWebSocket, HearsNothingBehindAFrameThatBreaksTheRules)
{
    auto peer = server.open();
    peer->send(client_text("before") + client_frame(0x83, "") + client_text("behind"));
    EXPECT_THAT(server.frames(*peer, 1), ElementsAre(ServerFrame{kClose, close_code(1002)}));
    EXPECT_THAT(server.stream().heard, ElementsAre("before"));
    net.clock.advance(3s);
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(AWebSocket, GivesAMessageThirtySecondsFromItsFirstByte)
{
    auto peer = server.open();
    const std::string message = client_text("slow");
    peer->send(message.substr(0, 2));
    net.settle();
    net.clock.advance(29'999ms);
    peer->send(message.substr(2, 3));
    net.settle();
    EXPECT_FALSE(server.stream().closed);
    net.clock.advance(1ms);
    EXPECT_THAT(server.frames(*peer, 1), ElementsAre(ServerFrame{kClose, close_code(1008)}));
    EXPECT_TRUE(server.stream().closed && server.stream().broken);
}

TEST_F(AWebSocket, GivesEachMessageItsOwnTime)
{
    auto peer = server.open();
    const std::string message = client_text("busy");
    peer->send(message.substr(0, 4));
    for (int i = 0; i < 10; ++i) {  // every read ends inside of a message
        net.settle();
        net.clock.advance(20s);
        peer->send(message.substr(4) + message.substr(0, 4));
    }
    net.settle();
    EXPECT_FALSE(server.stream().closed);
    EXPECT_THAT(server.stream().heard, SizeIs(10));
}

TEST_F(AWebSocket, HasNoTimerBetweenTwoMessages)
{
    auto peer = server.open();
    peer->send(client_text("a").substr(0, 3));
    net.settle();
    EXPECT_EQ(net.loop.timers().size(), 1u);
    peer->send(client_text("a").substr(3));
    net.settle();
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

/// One read may bring 40,000 messages: a turn is over after 20 ms all the same, and nothing is lost or out of order.
TEST_F(AWebSocket, PutsOffWhatDoesNotFitIntoATurn)
{
    auto peer = server.open();
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += client_text(std::to_string(i));
    net.clock.tick = 1ms;
    std::size_t most = 0;
    std::size_t before = 0;
    std::size_t sent = 0;
    ASSERT_TRUE(net.until([&] {
        sent += peer->send_some(std::string_view(many).substr(sent));
        most = std::max(most, server.stream().heard.size() - before);
        before = server.stream().heard.size();
        return sent == many.size() && before >= 10'000;
    }));
    EXPECT_LE(most, 1'000u);
}

// Control frames

TEST_F(AWebSocket, AnswersPingsAndTakesPongs)
{
    auto peer = server.open();
    peer->send(client_frame(kPong, "unasked") + client_frame(kPing, "") + client_frame(kPing, std::string(125, 'p')));
    EXPECT_THAT(
        server.frames(*peer, 2), ElementsAre(ServerFrame{kPong, ""}, ServerFrame{kPong, std::string(125, 'p')})
    );
}

TEST_F(AWebSocket, TakesSixtyControlFramesAtOnceAndEndsOneOver)
{
    auto peer = server.open();
    for (int i = 0; i < 60; ++i)
        peer->send(client_frame(kPing, ""));
    EXPECT_THAT(server.frames(*peer, 60), SizeIs(60));
    for (int i = 0; i < 100; ++i) {  // ten a second for ten seconds
        net.clock.advance(100ms);
        peer->send(client_frame(kPong, ""));
        net.settle();
    }
    EXPECT_FALSE(server.stream().closed);
    peer->send(client_frame(kPong, ""));
    ASSERT_TRUE(has_closed(net, *peer));
    EXPECT_TRUE(server.stream().closed && server.stream().broken);
}

// Closing

TEST_F(AWebSocket, AnswersTheClosingHandshakeAndSaysNothingBehindIt)
{
    auto peer = server.open();
    peer->send(client_frame(kClose, close_code(4000) + "bye"));
    server.stream().send("too late");
    ASSERT_TRUE(has_closed(net, *peer));
    const auto got = server_frames(peer->received());
    ASSERT_THAT(got, testing::Not(IsEmpty()));
    EXPECT_EQ(got.back(), (ServerFrame{kClose, close_code(4000)}));
    EXPECT_TRUE(server.stream().closed);
    EXPECT_FALSE(server.stream().broken);
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(AWebSocket, AnswersTheClosingHandshakeInFrontOfAQueueThatIsNotRead)
{
    auto peer = server.open(4'096);
    for (int i = 0; i < 100; ++i)
        server.stream().send(std::string(100'000, 'x'));
    net.settle();
    peer->send(client_frame(kClose, close_code(1000)));
    net.settle();
    EXPECT_TRUE(server.stream().closed);
    EXPECT_FALSE(server.stream().broken);
}

TEST_F(AWebSocket, ClosesBehindWhatIsQueuedAndWaitsForThePeersAnswer)
{
    auto peer = server.open(4'096);
    for (int i = 0; i < 200; ++i)
        server.stream().send(std::string(100'000, 'x'));
    net.settle();  // the kernel's buffer is full
    server.stream().socket->close(1001);
    std::string all;
    ASSERT_TRUE(net.until([&] {
        all += peer->received();
        peer->clear();
        return peer->closed();
    }));
    all += peer->received();
    const auto got = server_frames(all);
    ASSERT_THAT(got, SizeIs(201));
    EXPECT_EQ(got.back(), (ServerFrame{kClose, close_code(1001)}));
    EXPECT_FALSE(server.stream().closed);
    peer->send(client_text("not heard any more") + client_frame(kClose, close_code(1001)));
    ASSERT_TRUE(net.until([&] { return server.stream().closed; }));
    EXPECT_FALSE(server.stream().broken);
    EXPECT_THAT(server.stream().heard, IsEmpty());
}

TEST_F(AWebSocket, WaitsThreeSecondsForTheAnswerToItsClose)
{
    auto peer = server.open();
    server.stream().socket->close({});
    EXPECT_THAT(server.frames(*peer, 1), ElementsAre(ServerFrame{kClose, ""}));
    net.clock.advance(2'999ms);
    net.settle();
    EXPECT_FALSE(server.stream().closed);
    net.clock.advance(1ms);
    net.settle();
    EXPECT_TRUE(server.stream().closed);
    EXPECT_EQ(server.http.connections(), 0u);
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

TEST_F(AWebSocket, IsClosedByAPeerThatHangsUpAndBrokenByOneThatBreaksTheRules)
{
    auto peer = server.open();
    peer->hang_up();
    ASSERT_TRUE(net.until([&] { return server.stream().closed; }));
    EXPECT_FALSE(server.stream().broken);
    auto other = server.open();
    other->send("\x83\x80"
                "aaaa");  // no opcode
    ASSERT_TRUE(net.until([&] { return server.stream().closed; }));
    EXPECT_TRUE(server.stream().broken);
}

TEST_F(AWebSocket, MayBeClosedOrDroppedByWhoeverHearsAMessage)
{
    for (const bool drop : {false, true}) {
        auto peer = server.open();
        server.stream().on_message = [&] {
            drop ? server.stream().socket->drop() : server.stream().socket->close(4001);
        };
        peer->send(client_text("one") + client_text("two"));
        ASSERT_TRUE(has_closed(net, *peer));
        EXPECT_THAT(server.stream().heard, ElementsAre("one"));
        EXPECT_EQ(server.stream().closed, drop);
        EXPECT_EQ(peer->received(), drop ? "" : "\x88\x02" + close_code(4001));
    }
}

TEST_F(AWebSocket, DroppedSaysNothing)
{
    auto peer = server.open();
    server.stream().send("unsent");
    server.stream().socket->drop();
    EXPECT_TRUE(server.stream().closed && server.stream().broken);
    ASSERT_TRUE(has_closed(net, *peer));
    EXPECT_EQ(peer->received(), "");
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(AWebSocket, EndsWithItsServer)
{
    auto peer = server.open();
    server.http.close_all();
    EXPECT_TRUE(server.stream().closed);
    EXPECT_TRUE(has_closed(net, *peer));
}

}  // namespace
}  // namespace wgw::net
