// Pausing and resuming a WebSocket: whoever does it, and whenever, nothing is lost.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

#include <random>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

struct APause : testing::Test {
    TestNet net;
    StreamServer server{net, {.max_payload = 100'000}};
};

TEST_F(APause, KeepsMessagesFromBeingHeardAndLosesNothing)
{
    auto peer = server.open();
    server.stream().on_message = [&] { server.stream().socket->pause(); };
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += client_text(std::to_string(i));
    peer->send(many);
    for (std::size_t i = 1; i <= 300; ++i) {
        net.settle();
        ASSERT_THAT(server.stream().heard, SizeIs(i));
        ASSERT_EQ(server.stream().heard.back(), std::to_string(i - 1));
        server.stream().socket->resume();
    }
}

/// What was read before the pause goes ahead of what is still in the kernel, whoever pauses and resumes, and when.
TEST_F(APause, KeepsTheOrderHoweverOftenItIsTakenBack)
{
    std::mt19937 random(7);
    auto peer = server.open();
    bool paused = false;
    const auto set = [&](bool wanted) {
        paused = wanted;
        wanted ? server.stream().socket->pause() : server.stream().socket->resume();
    };
    server.stream().on_message = [&] {
        for (auto times = random() % 4; times > 0; --times)
            set(random() % 2 == 0);
    };
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += client_text(std::to_string(i) + std::string(random() % 100, 'x'));
    std::string_view rest = many;
    ASSERT_TRUE(net.until([&] {
        rest.remove_prefix(peer->send_some(rest.substr(0, random() % 10'000)));
        if (paused && random() % 2 == 0)
            set(false);
        return server.stream().closed || server.stream().heard.size() == 20'000;
    }));
    ASSERT_THAT(server.stream().heard, SizeIs(20'000));
    for (std::size_t i = 0; i < 20'000; ++i)
        ASSERT_EQ(std::stoul(server.stream().heard[i]), i);
}

TEST_F(APause, LetsThePeerWait)
{
    auto peer = server.open();
    server.stream().socket->pause();
    const std::string message = client_frame(0x82, std::string(60'000, 'x'));
    std::size_t sent = 0;
    for (int i = 0; i < 2'000; ++i) {
        sent += peer->send_some(message);
        net.turn();
    }
    EXPECT_LT(sent, 20'000'000u);  // what the kernel's buffers hold
    EXPECT_THAT(server.stream().heard, IsEmpty());
}

TEST_F(APause, MayComeAsSoonAsTheConnectionIsOpen)
{
    server.on_new_stream = [](TestStream& stream) { stream.when_open = [&] { stream.socket->pause(); }; };
    Peer peer(net, server.port);
    peer.send(std::string(kUpgrade) + client_text("early"));
    net.settle();
    EXPECT_THAT(server.stream().heard, IsEmpty());
    server.stream().socket->resume();
    net.settle();
    EXPECT_THAT(server.stream().heard, ElementsAre("early"));
}

/// It is we who do not read: the peer is not to blame for a message that is not complete.
TEST_F(APause, DoesNotCountAsTimeOfAMessage)
{
    auto peer = server.open();
    peer->send(client_text("half").substr(0, 5));
    net.settle();
    server.stream().socket->pause();
    peer->send(client_text("half").substr(5));
    net.settle();
    net.clock.advance(1min);
    net.settle();
    ASSERT_FALSE(server.stream().closed);
    server.stream().socket->resume();
    net.settle();
    EXPECT_THAT(server.stream().heard, ElementsAre("half"));
}

TEST_F(APause, IsEndedByACloseWhichStaysInOrder)
{
    auto peer = server.open();
    server.stream().on_message = [&] { server.stream().socket->pause(); };
    peer->send(client_text("one") + client_text("two"));
    net.settle();
    server.stream().send("last");
    server.stream().socket->close(1001);
    ASSERT_TRUE(has_closed(net, *peer));
    EXPECT_EQ(
        server_frames(peer->received()), (std::vector<ServerFrame>{
                                             {0x81,   "last"          },
                                             {kClose, close_code(1001)}
    })
    );
    peer->send(client_frame(kClose, close_code(1001)));
    ASSERT_TRUE(net.until([&] { return server.stream().closed; }));
    EXPECT_FALSE(server.stream().broken);
    EXPECT_THAT(server.stream().heard, ElementsAre("one"));
}

/// Nothing is awaited of the kernel then: only the server's table holds it.
TEST_F(APause, MayBeFollowedByACloseWhenThePeerHasGone)
{
    auto peer = server.open();
    server.stream().on_message = [&] { server.stream().socket->pause(); };
    peer->send(client_text("one"));
    net.settle();
    peer->reset();
    server.stream().send("a");
    server.stream().send("b");
    server.stream().socket->flush_now();
    server.stream().socket->close(1001);
    net.settle();
    EXPECT_TRUE(server.stream().closed);
    EXPECT_EQ(server.http.connections(), 0u);
}

TEST_F(APause, MayBeFollowedByADropWhileWhatWasReadWaits)
{
    auto peer = server.open();
    server.stream().on_message = [&] { server.stream().socket->pause(); };
    peer->send(client_text("one") + client_text("two"));
    net.settle();
    server.stream().socket->resume();
    server.stream().socket->drop();
    net.settle();
    EXPECT_THAT(server.stream().heard, ElementsAre("one"));
    EXPECT_EQ(server.http.connections(), 0u);
}

}  // namespace
}  // namespace wgw::net
