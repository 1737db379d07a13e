// The bound on what all peers together have not taken yet, and the pace at which one has to.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr int kBuffer = 256 * 1024;  // of a peer; the kernel keeps up to 4 MiB more on our side

struct UnreadAnswers : testing::Test {
    UnreadAnswers()
    {
        server.handler.on_next = [this](const HttpRequest& request, Exchange exchange) {
            server.http.respond(exchange, text_response(std::string(std::stoul(request.target.substr(1)), 'x')));
        };
    }

    Peer& ask(std::size_t bytes, int buffer = kBuffer)
    {
        auto& peer = *peers.emplace_back(std::make_unique<Peer>(net, server.port, buffer));
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
    Peer& peer = ask(8 * kMiB);
    const std::size_t before = net.loop.backlog().bytes();
    EXPECT_THAT(before, AllOf(Ge(2 * kMiB), Le(8 * kMiB + 1'000)));
    ask(8 * kMiB);
    EXPECT_GT(net.loop.backlog().bytes(), before + 2 * kMiB);
    peers.back()->hang_up();
    net.settle();
    EXPECT_EQ(net.loop.backlog().bytes(), before);
    EXPECT_THAT(answers(net, peer, 1), SizeIs(1));
    EXPECT_EQ(net.loop.backlog().bytes(), 0U);
}

TEST_F(UnreadAnswers, OverTheBoundCostTheLargestItsConnection)
{
    Peer& small = ask(7 * kMiB);
    Peer& large = ask(18 * kMiB);
    const std::size_t bound = net.loop.backlog().bytes() + kMiB;
    net.loop.backlog().bound(bound);
    ask(10 * kMiB);
    EXPECT_EQ(server.http.connections(), 2U);
    EXPECT_LE(net.loop.backlog().bytes(), bound);
    EXPECT_TRUE(has_closed(net, large));
    EXPECT_THAT(bodies(large.received()), SizeIs(0));
    EXPECT_THAT(answers(net, small, 1), ElementsAre(SizeIs(7 * kMiB)));
    EXPECT_THAT(answers(net, *peers.back(), 1), ElementsAre(SizeIs(10 * kMiB)));
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
        EXPECT_THAT(answers(net, reader, 1), ElementsAre(SizeIs(kMiB)));
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
    auto peer = server.open(kBuffer);
    server.stream().send(std::string(8 * kMiB, 'x'));
    net.settle();
    ASSERT_TRUE(server.stream().queue.empty());
    EXPECT_GE(net.loop.backlog().bytes(), 8 * kMiB);
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
    Peer& peer = ask(20 * kMiB, 4'096);
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
    Peer& peer = ask(20 * kMiB, 4'096);
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
