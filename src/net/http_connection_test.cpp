#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

struct AnHttpConnection : testing::Test {
    TestNet net;
};

// Requests and answers

TEST_F(AnHttpConnection, AnswersOneRequestAfterTheOther)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a"));
    EXPECT_THAT(answers(net, peer, 1), ElementsAre("/a"));
    EXPECT_THAT(peer.received(), HasSubstr("\r\nConnection: keep-alive\r\n"));
    peer.send(get("/b"));
    EXPECT_THAT(answers(net, peer, 2), ElementsAre("/a", "/b"));
    EXPECT_EQ(server.handler.exchanges[0].connection, server.handler.exchanges[1].connection);
    EXPECT_EQ(server.handler.requests[1].peer, "127.0.0.1");
}

TEST_F(AnHttpConnection, TakesARequestInSinglePieces)
{
    TestServer server(net);
    Peer peer(net, server.port);
    for (const char c : post("/a", 2) + "hi") {
        peer.send(std::string_view(&c, 1));
        net.turn();
    }
    EXPECT_THAT(answers(net, peer, 1), ElementsAre("/a"));
    EXPECT_EQ(server.handler.requests[0].body, "hi");
}

TEST_F(AnHttpConnection, AnswersPipelinedRequestsInOrder)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a") + post("/b", 3) + "abc" + get("/c"));
    EXPECT_THAT(answers(net, peer, 3), ElementsAre("/a", "/b", "/c"));
}

TEST_F(AnHttpConnection, HandsOverAPipelinedRequestOnlyAfterTheAnswerToTheOneBefore)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a") + get("/b"));
    net.settle();
    ASSERT_THAT(server.handler.exchanges, SizeIs(1));
    server.http.respond(server.handler.exchanges[0], text_response("one"));
    ASSERT_THAT(server.handler.exchanges, SizeIs(2));
    server.http.respond(server.handler.exchanges[1], text_response("two"));
    EXPECT_THAT(answers(net, peer, 2), ElementsAre("one", "two"));
}

TEST_F(AnHttpConnection, AnswersManyThousandPipelinedRequests)
{
    TestServer server(net, {.keep_alive_requests = 100'000});
    Peer peer(net, server.port);
    std::string all;
    for (int i = 1; i < 20'000; ++i)
        all += get("/");
    all += get("/last");
    // It reads while it sends: somebody who does not is the next tests' business.
    std::string_view rest = all;
    ASSERT_TRUE(net.until([&] {
        rest.remove_prefix(peer.send_some(rest));
        return rest.empty() || peer.closed();
    }));
    EXPECT_TRUE(net.until([&] { return peer.received().ends_with("/last"); }));
    EXPECT_THAT(bodies(peer.received()), SizeIs(20'000));
}

/// Whoever pipelines and does not read makes the answers wait, not pile up.
TEST_F(AnHttpConnection, StopsAnsweringAPeerThatDoesNotRead)
{
    TestServer server(net, {.keep_alive_requests = 1'000'000});
    server.handler.on_next = [&](const HttpRequest&, Exchange exchange) {
        server.http.respond(exchange, text_response(std::string(100'000, 'x')));
    };
    Peer peer(net, server.port, 4'096);
    std::string many;
    for (int i = 0; i < 200; ++i)
        many += get("/");
    peer.send(many);
    std::size_t answered = 0;
    ASSERT_TRUE(net.until([&] {  // until the kernel's buffer is full
        net.settle();
        return std::exchange(answered, server.handler.requests.size()) == server.handler.requests.size();
    }));
    EXPECT_LT(answered, 100u);
    EXPECT_TRUE(net.until([&] { return peer.received().size() > 200u * 100'000; }));  // it reads now
    EXPECT_THAT(bodies(peer.received()), SizeIs(200));
}

/// Each answer took up reading once more, whatever was unread already.
TEST_F(AnHttpConnection, ReadsAheadOnlyToABound)
{
    TestServer server(net, {.pipeline_bytes = 10'000});
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    const std::string filler = post("/", 900) + std::string(900, 'b');
    std::string many;
    while (many.size() < 30'000'000)
        many += filler;
    std::size_t sent = 0;
    const auto pour = [&] {
        for (int i = 0; i < 40; ++i) {
            sent += peer.send_some(std::string_view(many).substr(sent));
            net.turn();
        }
    };
    pour();
    const auto before = sent;
    for (int i = 0; i < 20; ++i) {
        server.http.respond(server.handler.exchanges.back(), text_response("ok"));
        pour();
    }
    EXPECT_LT(sent - before, 1'000'000u);
}

TEST_F(AnHttpConnection, ClosesBehindTheAnswerWhenTheRequestAsksForIt)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get("/b"));
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(bodies(peer.received()), ElementsAre("/a"));
    EXPECT_THAT(peer.received(), HasSubstr("\r\nConnection: close\r\n\r\n"));
    EXPECT_THAT(server.handler.requests, SizeIs(1));
}

/// Contract §3.2
TEST_F(AnHttpConnection, ClosesBehindTheAnswerToHttp10WhateverItAsksFor)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n\r\n")));
}

TEST_F(AnHttpConnection, ClosesBehindTheLastRequestItMayHave)
{
    TestServer server(net, {.keep_alive_requests = 2});
    Peer peer(net, server.port);
    peer.send(get("/a") + get("/b") + get("/c"));
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(bodies(peer.received()), ElementsAre("/a", "/b"));
}

TEST_F(AnHttpConnection, AnswersHeadWithTheLengthAndWithoutTheBody)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("HEAD /abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), AllOf(HasSubstr("\r\ncontent-length: 4\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(AnHttpConnection, RefusesAHeadWithoutABodyToo)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("\r\n\r\n")));
}

/// RFC 9110 §8.6, §15.4.5
TEST_F(AnHttpConnection, SendsNoBodyAndNoLengthWhereTheStatusHasNone)
{
    for (const int status : {204, 304}) {
        TestServer server(net);
        server.handler.on_next = [&](const HttpRequest&, Exchange exchange) {
            HttpResponse response;
            response.status = status;
            response.body = "none of this";
            server.http.respond(exchange, std::move(response));
        };
        Peer peer(net, server.port);
        peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        ASSERT_TRUE(has_closed(net, peer));
        EXPECT_THAT(peer.received(), AllOf(Not(HasSubstr("content-length")), EndsWith("\r\n\r\n"))) << status;
    }
}

TEST_F(AnHttpConnection, SaysContinueBeforeABodyThatWaitsForIt)
{
    TestServer server(net);
    Peer peer(net, server.port);
    const std::string head = "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
    peer.send(head + "2\r\n\r\n");
    ASSERT_TRUE(net.until([&] { return peer.received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
    peer.clear();
    peer.send("hi");
    EXPECT_THAT(answers(net, peer, 1), ElementsAre("/a"));
    peer.clear();
    peer.send(head + "1001\r\n\r\n");
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(AnHttpConnection, TakesABodyAtTheLimitAndRefusesOneByteMore)
{
    for (const bool chunked : {false, true}) {
        TestServer server(net);
        const auto request = [&](std::size_t size) {
            return chunked ? "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                                 std::string(1'000, 'b') + (size > 1'000 ? "\r\n1\r\nb" : "") + "\r\n0\r\n\r\n"
                           : post("/", size) + std::string(size, 'b');
        };
        Peer peer(net, server.port);
        peer.send(request(1'000));
        EXPECT_THAT(answers(net, peer, 1), ElementsAre("/"));
        peer.clear();
        peer.send(request(1'001));
        ASSERT_TRUE(has_closed(net, peer));
        EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 413 "));
        EXPECT_THAT(server.handler.requests, SizeIs(1));
    }
}

/// It is still sending when it is refused: the answer must not be lost to a reset.
TEST_F(AnHttpConnection, LetsThePeerReadARefusalAlthoughItIsStillSending)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(post("/", 5'000'000));
    EXPECT_TRUE(peer.send(std::string(3'000'000, 'b')));
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 413 "));
    EXPECT_FALSE(peer.was_reset());
}

TEST_F(AnHttpConnection, ClosesBehindBytesThatAreNoRequestAndReadsNothingBehindThem)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send("NONSENSE\r\n\r\n" + get("/health"));
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(server.handler.requests, IsEmpty());
    net.clock.advance(2s);
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
}

// Who is there

TEST_F(AnHttpConnection, KnowsTheAddressOfItsPeer)
{
    for (const std::string address : {"127.0.0.1", "::1"}) {
        TestHandler handler;
        HttpServer http(net.loop, handler, {});
        handler.server = &http;
        std::uint16_t port = 0;
        try {
            port = http.listen(address, 0);
        } catch (const std::runtime_error&) {
            ASSERT_EQ(address, "::1");  // a machine without IPv6
            continue;
        }
        Peer peer(net, port, 0, address);
        peer.send(get("/a"));
        EXPECT_THAT(answers(net, peer, 1), SizeIs(1));
        EXPECT_EQ(handler.requests[0].peer, address);
    }
}

// Who has gone

TEST_F(AnHttpConnection, TellsWhenThePeerOfADueAnswerHasGone)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 1; }));
    peer.hang_up();
    ASSERT_TRUE(net.until([&] { return !server.handler.gone.empty(); }));
    EXPECT_EQ(server.handler.gone, server.handler.exchanges);
    EXPECT_FALSE(server.http.respond(server.handler.exchanges[0], text_response("late")));
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(AnHttpConnection, DoesNotTakeAnAnswerTwiceNorForAnotherRequest)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer a(net, server.port);
    Peer b(net, server.port);
    a.send(get("/a"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 1; }));
    b.send(get("/b"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 2; }));
    const auto [first, second] = std::pair(server.handler.exchanges[0], server.handler.exchanges[1]);
    EXPECT_FALSE(server.http.respond({first.connection, first.request + 1}, text_response("no")));
    EXPECT_FALSE(server.http.respond({second.connection + 1, second.request}, text_response("no")));
    EXPECT_TRUE(server.http.respond(second, text_response("for b")));
    EXPECT_FALSE(server.http.respond(second, text_response("again")));
    EXPECT_TRUE(server.http.respond(first, text_response("for a")));
    EXPECT_THAT(answers(net, a, 1), ElementsAre("for a"));
    EXPECT_THAT(answers(net, b, 1), ElementsAre("for b"));
    a.send(get("/c"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 3; }));
    EXPECT_FALSE(server.http.respond(first, text_response("of before")));
}

/// `printf … | nc -N`: the end of its sending comes with the request.
TEST_F(AnHttpConnection, WritesAnswersThatAreReadyToAPeerThatHasEndedItsSending)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a") + get("/b"));
    peer.end_sending();
    EXPECT_THAT(answers(net, peer, 2), ElementsAre("/a", "/b"));
    EXPECT_TRUE(has_closed(net, peer));
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(AnHttpConnection, WritesALongAnswerToTheEndAlthoughThePeerHasEndedItsSending)
{
    TestServer server(net);
    server.handler.on_next = [&](const HttpRequest&, Exchange exchange) {
        server.http.respond(exchange, text_response(std::string(20'000'000, 'x')));
    };
    Peer peer(net, server.port, 4'096);
    peer.send(get("/a"));
    peer.end_sending();
    net.settle();
    EXPECT_THAT(answers(net, peer, 1), ElementsAre(SizeIs(20'000'000)));
}

TEST_F(AnHttpConnection, TakesAnEndOfSendingForGoneWhileAnAnswerIsDue)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a"));
    peer.end_sending();
    ASSERT_TRUE(has_closed(net, peer));
    EXPECT_EQ(server.handler.gone, server.handler.exchanges);
}

TEST_F(AnHttpConnection, SurvivesAPeerThatResetsBeforeItsAnswerIsWritten)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port);
    peer.send(get("/a"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 1; }));
    peer.reset();
    server.http.respond(server.handler.exchanges[0], text_response("late"));
    net.settle();
    EXPECT_EQ(server.http.connections(), 0u);
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

// Shutting down

TEST_F(AnHttpConnection, IsClosedAtOnceBetweenTwoRequestsAndElseBehindItsAnswer)
{
    TestServer server(net);
    Peer idle(net, server.port);
    idle.send(get("/a"));
    answers(net, idle, 1);
    server.handler.answer = TestHandler::Answer::later;
    Peer waiting(net, server.port);
    waiting.send(get("/b"));
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 2; }));
    server.http.close_idle();
    EXPECT_TRUE(has_closed(net, idle));
    EXPECT_FALSE(waiting.closed());
    server.http.respond(server.handler.exchanges[1], text_response("done"));
    EXPECT_TRUE(has_closed(net, waiting));
    EXPECT_THAT(waiting.received(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(AnHttpConnection, IsNotIdleWhenItsNextRequestIsHereAlready)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(get("/a"));
    answers(net, peer, 1);
    peer.send(get("/b"));  // and the loop has not turned
    server.http.close_idle();
    EXPECT_THAT(answers(net, peer, 2), ElementsAre("/a", "/b"));
    EXPECT_TRUE(has_closed(net, peer));
}

TEST_F(AnHttpConnection, IsClosedBehindAnAnswerThatIsStillBeingReadWhenTheServerShutsDown)
{
    TestServer server(net);
    server.handler.on_next = [&](const HttpRequest&, Exchange exchange) {
        server.http.respond(exchange, text_response(std::string(20'000'000, 'x')));
    };
    Peer peer(net, server.port, 4'096);
    peer.send(get("/"));
    net.settle();
    server.http.close_idle();
    EXPECT_THAT(answers(net, peer, 1), ElementsAre(SizeIs(20'000'000)));
    EXPECT_TRUE(has_closed(net, peer));
}

}  // namespace
}  // namespace wgw::net
