// What a WebSocket writes, to peers that read and to peers that do not.

#include "net/test_stream.hpp"

#include <gmock/gmock.h>

#include <random>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

struct AWriter : testing::Test {
    TestNet net;
    StreamServer server{net};
};

TEST_F(AWriter, WritesManyFramesInTheirOrder)
{
    auto peer = server.open();
    for (int i = 0; i < 5'000; ++i)
        server.stream().send(std::to_string(i));
    const auto got = server.frames(*peer, 5'000);
    ASSERT_THAT(got, SizeIs(5'000));
    for (int i = 0; i < 5'000; ++i)
        ASSERT_EQ(got[static_cast<std::size_t>(i)], (ServerFrame{0x81, std::to_string(i)}));
}

/// Fewer system calls per message is what makes it fast.
TEST_F(AWriter, WritesAllOfATurnWithOneCall)
{
    auto peer = server.open();
    net.loop.post([&] {
        for (int i = 0; i < 200; ++i)
            server.stream().send("a");
    });
    server.frames(*peer, 200);
    EXPECT_THAT(server.stream().writes, ElementsAre(200));
}

/// A frame is cut where the kernel's buffer ends; pongs go between frames, never into one.
TEST_F(AWriter, KeepsFramesWholeAndInOrderAcrossPartialWrites)
{
    std::mt19937 random(7);
    auto peer = server.open(4'096);
    std::vector<std::string> sent;
    for (int i = 0; i < 400; ++i) {
        sent.push_back(std::to_string(i) + std::string(random() % 60'000, 'x'));
        server.stream().send(sent.back());
    }
    std::string all;
    for (int i = 0; i < 100; ++i) {
        net.clock.advance(100ms);
        peer->send(client_frame(kPing, std::to_string(i)));
        net.turn();
        all += peer->received();
        peer->clear();
    }
    sent.emplace_back("end");
    server.stream().send("end");
    ASSERT_TRUE(net.until([&] {
        all += peer->received();
        peer->clear();
        return all.ends_with("end");
    }));
    std::vector<std::string> texts;
    std::vector<std::string> pongs;
    for (const auto& frame : server_frames(all))
        (frame.first == kPong ? pongs : texts).push_back(frame.payload);
    EXPECT_EQ(texts, sent);
    EXPECT_TRUE(std::ranges::is_sorted(pongs, {}, [](const std::string& text) { return std::stoi(text); }));
    EXPECT_THAT(pongs, testing::Not(IsEmpty()));
}

TEST_F(AWriter, TakesNoMoreFromTheQueueOfAPeerThatDoesNotRead)
{
    auto peer = server.open(4'096);
    for (int i = 0; i < 1'000; ++i)
        server.stream().send(std::string(100'000, 'x'));
    net.settle();
    const auto left = server.stream().queue.size();
    EXPECT_GT(left, 900u);
    for (int i = 0; i < 200; ++i) {  // nor do pongs pile up: 60 are kept
        net.clock.advance(100ms);
        peer->send(client_frame(kPing, std::string(125, 'p')));
        net.settle();
    }
    EXPECT_EQ(server.stream().queue.size(), left);
    std::string all;
    ASSERT_TRUE(net.until([&] {
        all += peer->received();
        peer->clear();
        return server.stream().queue.empty() && all.ends_with("xx");
    }));
    net.settle();
    all += peer->received();
    const auto got = server_frames(all);
    EXPECT_EQ(std::ranges::count(got, kPong, &ServerFrame::first), 60);
}

/// The owner of the queue may empty it at any time, as a session does that ends.
TEST_F(AWriter, WritesAFrameToItsEndEvenIfItsQueueIsGone)
{
    auto peer = server.open(4'096);
    const std::string big(20'000'000, 'x');
    server.stream().send(big);
    net.settle();
    server.stream().queue.clear();
    server.stream().send("next");
    std::string all;
    ASSERT_TRUE(net.until([&] {
        all += peer->received();
        peer->clear();
        return all.ends_with("next");
    }));
    EXPECT_EQ(
        server_frames(all), (std::vector<ServerFrame>{
                                {0x81, big   },
                                {0x81, "next"}
    })
    );
}

TEST_F(AWriter, WritesAtOnceWhenItIsAskedToAndSaysWhetherThatHelped)
{
    auto peer = server.open(4'096);
    server.stream().send("now");
    EXPECT_TRUE(server.stream().socket->flush_now());
    EXPECT_THAT(server.stream().queue, IsEmpty());
    for (int i = 0; i < 200; ++i)
        server.stream().send(std::string(100'000, 'x'));
    net.settle();
    EXPECT_FALSE(server.stream().socket->flush_now());
}

TEST_F(AWriter, DoesNotEndUnderTheFeetOfWhoeverAsksForAWrite)
{
    auto peer = server.open();
    peer->reset();
    server.stream().send("late");
    EXPECT_FALSE(server.stream().socket->flush_now());
    EXPECT_FALSE(server.stream().closed);
    net.settle();
    EXPECT_TRUE(server.stream().closed);
}

}  // namespace
}  // namespace wgw::net
