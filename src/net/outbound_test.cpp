// The bound on what all peers together have not taken yet, and the pace at which one has to.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::Le;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::size_t kMiB = std::size_t{1} << 20;

struct UnreadAnswers : testing::Test {
    UnreadAnswers()
    {
        server.handler.on_next = [this](const HttpRequest& request, Exchange exchange) {
            server.http.respond(exchange, text_response(std::string(std::stoul(request.target.substr(1)), 'x')));
        };
    }

    Peer& ask(std::size_t bytes)
    {
        auto& peer = *peers.emplace_back(std::make_unique<Peer>(net, server.port, 4'096));
        peer.send(get("/" + std::to_string(bytes)));
        net.settle();
        return peer;
    }

    TestNet net;
    TestServer server{net};
    std::vector<std::unique_ptr<Peer>> peers;
};

TEST_F(UnreadAnswers, AreCountedUntilTheyAreTaken)
{
    Peer& peer = ask(20 * kMiB);
    const std::size_t before = net.loop.backlog().bytes();
    EXPECT_THAT(before, AllOf(Ge(10 * kMiB), Le(20 * kMiB + 1'000)));
    ask(20 * kMiB);
    EXPECT_GT(net.loop.backlog().bytes(), before + 10 * kMiB);
    peers.back()->hang_up();
    net.settle();
    EXPECT_EQ(net.loop.backlog().bytes(), before);
    EXPECT_THAT(answers(net, peer, 1), SizeIs(1));
    EXPECT_EQ(net.loop.backlog().bytes(), 0U);
}

TEST_F(UnreadAnswers, OverTheBoundCostTheLargestItsConnection)
{
    net.loop.backlog().bound(60 * kMiB);
    Peer& small = ask(10 * kMiB);
    Peer& large = ask(30 * kMiB);
    ASSERT_EQ(server.http.connections(), 2U);
    ask(29 * kMiB);
    EXPECT_EQ(server.http.connections(), 2U);
    EXPECT_LE(net.loop.backlog().bytes(), 60 * kMiB);
    EXPECT_TRUE(has_closed(net, large));
    EXPECT_THAT(bodies(large.received()), SizeIs(0));
    EXPECT_THAT(answers(net, small, 1), Each(SizeIs(10 * kMiB)));
    EXPECT_THAT(answers(net, *peers.back(), 1), Each(SizeIs(29 * kMiB)));
}

/// Whoever reads is not harmed by many who do not.
TEST_F(UnreadAnswers, OfManyStayUnderTheBoundAndDisturbNobodyWhoReads)
{
    net.loop.backlog().bound(10 * kMiB);
    for (int i = 0; i < 20; ++i) {
        ask(6 * kMiB);
        EXPECT_LE(net.loop.backlog().bytes(), 10 * kMiB);
        Peer reader(net, server.port);
        reader.send(get("/" + std::to_string(kMiB)));
        EXPECT_THAT(answers(net, reader, 1), Each(SizeIs(kMiB)));
    }
    EXPECT_LT(server.http.connections(), 20U);
}

struct UnreadFrames : testing::Test {
    TestNet net;
    StreamServer server{net};
};

/// The first part of a frame is with the kernel, and the rest is not the stream's any more.
TEST_F(UnreadFrames, CountWhenTheyAreCut)
{
    auto peer = server.open(4'096);
    server.stream().send(std::string(20 * kMiB, 'x'));
    net.settle();
    ASSERT_TRUE(server.stream().queue.empty());
    EXPECT_GE(net.loop.backlog().bytes(), 20 * kMiB);
    EXPECT_THAT(server.frames(*peer, 1), SizeIs(1));
    EXPECT_EQ(net.loop.backlog().bytes(), 0U);
}

TEST_F(UnreadFrames, CountOnceForAllWhoShareThem)
{
    const Frame frame = Frame::text(std::string(20 * kMiB, 'x'));
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 5; ++i) {
        peers.push_back(server.open(4'096));
        server.stream().queue.push_back(frame);
        server.stream().socket->touch();
        net.settle();
    }
    EXPECT_THAT(net.loop.backlog().bytes(), AllOf(Ge(20 * kMiB), Le(20 * kMiB + 1'000)));
    peers.clear();
    net.settle();
    EXPECT_EQ(net.loop.backlog().bytes(), 0U);
}

/// Ending those who share a frame frees nothing.
TEST_F(UnreadFrames, OverTheBoundCostWhoeverHoldsTheMostAlone)
{
    net.loop.backlog().bound(30 * kMiB);
    const Frame shared = Frame::text(std::string(20 * kMiB, 'x'));
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 4; ++i) {
        peers.push_back(server.open(4'096));
        server.stream().queue.push_back(shared);
        server.stream().socket->touch();
        net.settle();
    }
    auto alone = server.open(4'096);
    server.stream().send(std::string(15 * kMiB, 'y'));
    net.settle();
    EXPECT_TRUE(server.stream().closed && server.stream().broken);
    EXPECT_TRUE(has_closed(net, *alone));
    for (std::size_t i = 0; i < peers.size(); ++i)
        EXPECT_FALSE(server.streams[i]->closed) << i;
    EXPECT_THAT(net.loop.backlog().bytes(), AllOf(Ge(20 * kMiB), Le(20 * kMiB + 1'000)));
}

// The pace

TEST_F(UnreadAnswers, OfAPeerThatTricklesEndItsConnection)
{
    Peer& peer = ask(20 * kMiB);
    for (int i = 0; i < 29; ++i) {
        net.clock.advance(1s);
        peer.receive(512);
        net.settle();
    }
    ASSERT_EQ(server.http.connections(), 1U);
    net.clock.advance(1s);
    net.settle();
    EXPECT_EQ(server.http.connections(), 0U);
}

/// The kernel says "writable" only when it has room for much more than that.
TEST_F(UnreadAnswers, OfAPeerThatTakesTwoKilobytesASecondWait)
{
    Peer& peer = ask(20 * kMiB);
    for (int i = 0; i < 120; ++i) {
        net.clock.advance(1s);
        peer.receive(2'048);
        net.settle();
        ASSERT_EQ(server.http.connections(), 1U) << i;
    }
    net.clock.advance(60s);
    net.settle();
    EXPECT_EQ(server.http.connections(), 0U);
}

}  // namespace
}  // namespace wgw::net
