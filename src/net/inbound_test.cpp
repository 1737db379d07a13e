// The bound on what all connections together hold of messages that have not come to their end.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

/// The header and the first `size` bytes of a longer message.
std::string half_message(std::size_t size) { return client_frame(0x82, std::string(50'000, 'x')).substr(0, 8 + size); }

std::string half_body(std::size_t size)
{
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n" + std::string(size, 'b');
}

struct HalfReceivedMessages : testing::Test {
    HalfReceivedMessages() { server.handler.limit = 100'000; }

    TestNet net;
    StreamServer server{net, {.inbound_bytes = 30'000}};
};

TEST_F(HalfReceivedMessages, AreCountedUntilTheyAreComplete)
{
    auto peer = server.open();
    EXPECT_EQ(server.http.inbound_bytes(), 0u);
    peer->send(half_message(20'000));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 20'000u);
    Peer http(net, server.port);
    http.send(half_body(10'000));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 30'000u);
    http.hang_up();
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 20'000u);
    peer->hang_up();
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 0u);
}

TEST_F(HalfReceivedMessages, CountNothingOnceTheyAreWhole)
{
    auto peer = server.open();
    const std::string message = client_frame(0x82, std::string(20'000, 'x'));
    peer->send(message.substr(0, 15'000));
    net.settle();
    EXPECT_GT(server.http.inbound_bytes(), 0u);
    peer->send(message.substr(15'000));
    net.settle();
    EXPECT_EQ(server.stream().heard.size(), 1u);
    EXPECT_EQ(server.http.inbound_bytes(), 0u);

    Peer http(net, server.port);
    http.send("POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + std::string(19'999, 'b'));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 19'999u);
    http.send("b");
    net.settle();
    EXPECT_THAT(bodies(http.received()), ElementsAre("/whole"));
    EXPECT_EQ(server.http.inbound_bytes(), 0u);
}

TEST_F(HalfReceivedMessages, AtTheLimitDisturbNobody)
{
    auto a = server.open();
    auto b = server.open();
    a->send(half_message(20'000));
    b->send(half_message(10'000));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 30'000u);
    EXPECT_FALSE(a->closed() || b->closed());
}

TEST_F(HalfReceivedMessages, OneByteOverCostTheLargestItsConnection)
{
    auto large = server.open();
    auto& large_stream = server.stream();
    auto small = server.open();
    auto& small_stream = server.stream();
    large->send(half_message(20'000));
    small->send(half_message(10'001));
    net.settle();
    EXPECT_EQ(
        server_frames(large->received()), (std::vector<ServerFrame>{
                                              {0x88, "\x03\xf5"}
    })
    );  // 1013
    EXPECT_TRUE(large_stream.closed && large_stream.broken);
    EXPECT_FALSE(small->closed() || small_stream.closed);
    EXPECT_EQ(server.http.inbound_bytes(), 10'001u);
    small->send(client_frame(0x82, std::string(50'000, 'x')).substr(8 + 10'001));
    net.settle();
    EXPECT_EQ(small_stream.heard.size(), 1u);
}

TEST_F(HalfReceivedMessages, OfTheOneThatGoesOverItMayBeTheLargest)
{
    auto small = server.open();
    small->send(half_message(10'000));
    net.settle();
    Peer http(net, server.port);
    http.send(half_body(20'001));
    ASSERT_TRUE(net.until([&] { return http.closed(); }));
    EXPECT_THAT(http.received(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_THAT(server.handler.requests.size(), 1u);  // the upgrade
    EXPECT_FALSE(small->closed());
}

TEST_F(HalfReceivedMessages, AreAlsoWhatAPausedConnectionHasReadButNotHeard)
{
    auto paused = server.open();
    server.stream().on_message = [&] { server.stream().socket->pause(); };
    auto& stream = server.stream();
    paused->send(client_text("one") + client_frame(0x82, std::string(30'000 - 8, 'x')));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 30'000u);
    EXPECT_FALSE(stream.closed);
    auto other = server.open();
    other->send(half_message(100));
    net.settle();
    EXPECT_TRUE(stream.closed);
    EXPECT_THAT(stream.heard, ElementsAre("one"));
}

/// It is neither reading nor may it be answered out of turn.
TEST_F(HalfReceivedMessages, AreAlsoTheRequestsBehindOneThatIsBeingAnswered)
{
    server.handler.on_next = nullptr;
    server.handler.answer = TestHandler::Answer::later;
    Peer http(net, server.port);
    http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(30'000, 'x'));
    net.settle();
    EXPECT_EQ(server.http.inbound_bytes(), 30'000u);
    EXPECT_THAT(server.handler.gone, IsEmpty());
    http.send("x");
    ASSERT_TRUE(net.until([&] { return http.closed(); }));
    EXPECT_EQ(server.handler.gone, server.handler.exchanges);
    EXPECT_EQ(server.http.inbound_bytes(), 0u);
}

}  // namespace
}  // namespace wgw::net
