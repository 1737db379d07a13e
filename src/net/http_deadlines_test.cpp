// How long an HTTP connection may take for what.

#include "net/test_handler.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

struct ASlowPeer : testing::Test {
    TestNet net;

    /// Not a millisecond earlier.
    bool ends_after(Duration time, Peer& peer)
    {
        net.clock.advance(time - 1ms);
        net.settle();
        if (peer.closed())
            return false;
        net.clock.advance(1ms);
        return has_closed(net, peer);
    }
};

TEST_F(ASlowPeer, EndsWithoutAWordWhenNothingComes)
{
    TestServer server(net);
    Peer peer(net, server.port);
    net.settle();
    ASSERT_TRUE(ends_after(10s, peer));
    EXPECT_EQ(peer.received(), "");
}

TEST_F(ASlowPeer, GivesAHeaderBlockTenSecondsHoweverSlowlyItComes)
{
    TestServer server(net);
    Peer peer(net, server.port);
    net.settle();
    net.clock.advance(3s);
    peer.send("GET / HTTP/1.1\r\n");
    net.settle();
    net.clock.advance(3s);
    peer.send("Host: x\r\n");
    net.settle();
    net.clock.advance(3s);
    peer.send("X-Slow: y");
    net.settle();
    EXPECT_FALSE(peer.closed());
    net.clock.advance(1s);
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ASlowPeer, GivesTheNextHeaderBlockItsTimeFromItsFirstByte)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a"));
    answers(net, peer, 1);
    net.clock.advance(60s);
    peer.send("G");
    net.settle();
    ASSERT_TRUE(ends_after(10s, peer));
    EXPECT_THAT(peer.received(), HasSubstr("HTTP/1.1 408 "));
}

TEST_F(ASlowPeer, GivesABodyThirtySecondsAndThenASecondPerKilobyte)
{
    TestServer server(net);
    server.handler.limit = 100'000;
    Peer peer(net, server.port);
    peer.send(post("/", 20'000));
    net.settle();
    net.clock.advance(29s);
    peer.send(std::string(10'240, 'b'));
    net.settle();
    ASSERT_TRUE(ends_after(11s, peer));  // 30 s and 10 for 10 KiB
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ASlowPeer, WaitsForTheNextRequestAndThenEndsWithoutAWord)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a"));
    answers(net, peer, 1);
    peer.clear();
    ASSERT_TRUE(ends_after(72s, peer));
    EXPECT_EQ(peer.received(), "");
}

TEST_F(ASlowPeer, HasNoDeadlineWhileAnAnswerIsDue)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 1; }));
    net.clock.advance(1h);
    net.settle();
    EXPECT_FALSE(peer.closed());
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

/// The deadline of the answer that was slow to be read must not end the request behind it.
TEST_F(ASlowPeer, HasNoDeadlineLeftOfASlowlyReadAnswer)
{
    TestServer server(net);
    server.handler.on_next = [&](const HttpRequest& request, Exchange exchange) {
        if (request.target == "/big")
            server.http.respond(exchange, text_response(std::string(20'000'000, 'x')));
    };
    Peer peer(net, server.port, 4'096);
    peer.send(get("/big") + get("/later"));
    net.settle();
    net.clock.advance(5s);
    EXPECT_THAT(answers(net, peer, 1), SizeIs(1));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 2; }));
    net.clock.advance(1h);
    net.settle();
    EXPECT_FALSE(peer.closed());
    EXPECT_TRUE(server.http.respond(server.handler.exchanges[1], text_response("still here")));
}

TEST_F(ASlowPeer, EndsWhenItsAnswerIsNotRead)
{
    TestServer server(net);
    server.handler.on_next = [&](const HttpRequest&, Exchange exchange) {
        server.http.respond(exchange, text_response(std::string(20'000'000, 'x')));
    };
    Peer peer(net, server.port, 4'096);
    peer.send(get("/"));
    net.settle();
    net.clock.advance(29'999ms);
    net.settle();
    EXPECT_EQ(server.http.connections(), 1u);
    net.clock.advance(1ms);
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
}

}  // namespace
}  // namespace wgw::net
