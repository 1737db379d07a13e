#include "net/counts.hpp"
#include "net/test_handler.hpp"
#include "net/test_peer.hpp"

#include <gtest/gtest.h>

namespace wgw::net {
namespace {

using namespace std::chrono_literals;

TEST(APulse, RemembersTheWorstOfTheLastSecondsAndThenForgetsIt)
{
    Pulse pulse;
    Instant now{100'000};
    pulse.turned(now, 700'000);
    pulse.turned(now + 1s, 1'000);
    EXPECT_EQ(pulse.worst(now + 1s), 700ms);
    pulse.turned(now + 6s, 2'000);
    EXPECT_EQ(pulse.worst(now + 6s), 700ms) << "between five and ten seconds ago";
    pulse.turned(now + 12s, 3'000);
    EXPECT_EQ(pulse.worst(now + 12s), 3ms);
    EXPECT_EQ(pulse.worst(now + 18s), 3ms);
    EXPECT_EQ(pulse.worst(now + 23s), 0ms) << "a server that sleeps is in time";
    EXPECT_EQ(pulse.turns().count(), 4U);
}

TEST(APulse, CountsLateTimersToo)
{
    Pulse pulse;
    pulse.was_late(Instant{1'000}, 1'500ms);
    EXPECT_EQ(pulse.worst(Instant{1'000}), 1'500ms);
    EXPECT_EQ(pulse.lag().sum(), 1'500'000U);
    EXPECT_EQ(pulse.turns().count(), 0U);
}

struct TheLoopsCounts : testing::Test {
    TestNet net;
    TestServer server{net};
};

TEST_F(TheLoopsCounts, AreOfItsTurnsAndOfWhatItsTimersHadToWait)
{
    struct Late final : Timer {
        void on_timer(Instant) override {}
    } timer;
    net.loop.timers().arm(timer, net.clock.monotonic() + 10ms);
    const auto before = net.loop.pulse().turns().count();
    net.clock.advance(3'010ms);
    net.turn();
    EXPECT_EQ(net.loop.pulse().turns().count(), before + 1);
    EXPECT_EQ(net.loop.pulse().lag().sum(), 3'000'000U);
    EXPECT_EQ(net.loop.pulse().worst(net.clock.monotonic()), 3'000ms);
}

TEST_F(TheLoopsCounts, AreOfBytesAndOfTheCallsThatMovedThem)
{
    Peer peer(net, server.port);
    const std::string request = get("/a");
    peer.send(request);
    ASSERT_EQ(answers(net, peer, 1).size(), 1U);
    const auto& traffic = net.loop.traffic();
    EXPECT_EQ(traffic.received_bytes.value(), request.size());
    EXPECT_EQ(traffic.sent_bytes.value(), peer.received().size());
    EXPECT_EQ(traffic.writes.value(), 1U);
    EXPECT_GE(traffic.reads.value(), 1U);
    EXPECT_EQ(server.http.counts().accepted.value(), 1U);
}

TEST_F(TheLoopsCounts, AreOfWhatNeverBecameARequest)
{
    struct Row {
        std::string bytes;
        const Counter& counter;
    };
    const auto& counts = server.http.counts();
    const Row rows[] = {
        {"NONSENSE\r\n\r\n", counts.bad_requests},
        {"GET / HTTP/1.1\r\n\r\n", counts.bad_requests},
        {"GET /" + std::string(20'000, 'a'), counts.large_headers},
        {post("/", 999'999'999), counts.large_bodies},
    };
    for (const auto& row : rows) {
        const auto before = row.counter.value();
        Peer peer(net, server.port);
        peer.send(row.bytes);
        EXPECT_TRUE(has_closed(net, peer));
        EXPECT_EQ(row.counter.value(), before + 1) << row.bytes.substr(0, 20);
    }
}

}  // namespace
}  // namespace wgw::net
