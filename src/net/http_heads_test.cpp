// Heads of requests whose body is still on its way.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

struct AConnectionThatReadsABody : testing::Test {
    TestNet net;
};

TEST_F(AConnectionThatReadsABody, AnnouncesARequestOnceWhoseBodyIsNotThereYet)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(post("/a", 3));
    net.settle();
    EXPECT_THAT(server.handler.heads, ElementsAre("/a"));
    for (const auto* const part : {"x", "y", "z"}) {
        EXPECT_THAT(server.handler.requests, IsEmpty());
        peer.send(part);
        net.settle();
    }
    EXPECT_THAT(answers(net, peer, 1), ElementsAre("/a"));
    EXPECT_THAT(server.handler.heads, SizeIs(1));
    EXPECT_EQ(server.handler.announced, server.handler.exchanges);
    peer.send(post("/b", 1));
    net.settle();
    EXPECT_THAT(server.handler.heads, ElementsAre("/a", "/b"));
    peer.send("b");
    EXPECT_THAT(answers(net, peer, 2), ElementsAre("/a", "/b"));
    EXPECT_EQ(server.handler.announced, server.handler.exchanges);
}

TEST_F(AConnectionThatReadsABody, AnnouncesNothingThatIsThereAtOnce)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a") + post("/b", 3) + "abc" + post("/c", 0));
    EXPECT_THAT(answers(net, peer, 3), SizeIs(3));
    peer.send("POST /half HTTP/1.1\r\nContent-Length: 3\r\n");  // of the head
    net.settle();
    EXPECT_THAT(server.handler.heads, IsEmpty());
    EXPECT_THAT(server.handler.gone, IsEmpty());
}

/// A request behind one that is being answered is not read yet, its head neither.
TEST_F(AConnectionThatReadsABody, AnnouncesAPipelinedRequestBehindTheAnswerToTheOneBefore)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a") + post("/b", 3) + "ab");
    net.settle();
    EXPECT_THAT(server.handler.heads, IsEmpty());
    server.http.respond(server.handler.exchanges[0], text_response("one"));
    net.settle();
    EXPECT_THAT(server.handler.heads, ElementsAre("/b"));
    EXPECT_THAT(server.handler.exchanges, SizeIs(1));
    peer.send("c");
    net.settle();
    ASSERT_THAT(server.handler.exchanges, SizeIs(2));
    EXPECT_EQ(server.handler.announced[0], server.handler.exchanges[1]);
}

TEST_F(AConnectionThatReadsABody, TellsThatThePeerOfAnAnnouncedRequestHasGone)
{
    for (const bool reset : {false, true}) {
        TestServer server(net);
        Peer peer(net, server.port);
        peer.send(post("/a", 3) + "a");
        net.settle();
        ASSERT_THAT(server.handler.announced, SizeIs(1));
        reset ? peer.reset() : peer.hang_up();
        net.settle();
        EXPECT_EQ(server.handler.gone, server.handler.announced);
        EXPECT_THAT(server.handler.requests, IsEmpty());
    }
}

/// It is told once it is clear that no body follows: the answer is out, and the peer heard out.
TEST_F(AConnectionThatReadsABody, TellsThatAnAnnouncedRequestIsTooSlow)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(post("/a", 3) + "a");
    net.settle();
    net.clock.advance(31s);
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 408 "));
    net.clock.advance(2s);
    net.settle();
    EXPECT_EQ(server.handler.gone, server.handler.announced);
    EXPECT_EQ(server.http.connections(), 0u);
}

/// Where the length is not said, the head is announced before it is known.
TEST_F(AConnectionThatReadsABody, RefusesAnAnnouncedRequestThatTurnsOutTooLargeInsteadOfTellingThatItHasGone)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    net.settle();
    ASSERT_THAT(server.handler.announced, SizeIs(1));
    peer.send("400\r\n" + std::string(1'024, 'b'));
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(server.handler.refused, server.handler.announced);
    peer.hang_up();
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
    EXPECT_THAT(server.handler.gone, IsEmpty());
}

TEST_F(AConnectionThatReadsABody, NamesTheRequestThatIsTooLargeAlthoughItWasNeverAnnounced)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a") + post("/b", 1'001));
    ASSERT_TRUE(has_closed(net, peer));
    ASSERT_THAT(server.handler.refused, SizeIs(1));
    EXPECT_THAT(server.handler.heads, IsEmpty());
    EXPECT_EQ(server.handler.refused[0], (Exchange{server.handler.exchanges[0].connection, 2}));
}

TEST_F(AConnectionThatReadsABody, AnnouncesNothingOnceItIsAWebSocket)
{
    StreamServer server(net);
    auto peer = server.open();
    peer->send(client_text(post("/a", 3)));
    net.settle();
    EXPECT_THAT(server.stream().heard, SizeIs(1));
    peer->hang_up();
    net.settle();
    EXPECT_THAT(server.handler.heads, IsEmpty());
    EXPECT_THAT(server.handler.gone, IsEmpty());
}

}  // namespace
}  // namespace wgw::net
