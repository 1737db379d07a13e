#include "sio/protocol/frame_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wgw::sio {
namespace {

TEST(FrameQueue, IsFirstInFirstOut)
{
    FrameQueue queue;
    for (const auto* text : {"a", "b", "c"})
        queue.push(Frame::text(text));
    queue.pop(1);
    queue.push(Frame::text("d"));
    ASSERT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.frames()[0].packet(), "b");
    EXPECT_EQ(queue.frames()[2].packet(), "d");
}

TEST(FrameQueue, CountsTheBytesOnTheWire)
{
    FrameQueue queue;
    queue.push(Frame::text("abc"));
    queue.push(Frame::text("d"));
    EXPECT_EQ(queue.bytes(), 8U);
    queue.pop(1);
    EXPECT_EQ(queue.bytes(), 3U);
    queue.clear();
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_TRUE(queue.empty());
}

TEST(FrameQueue, SharesAFrameAndDoesNotCopyIt)
{
    const auto frame = Frame::text("shared");
    FrameQueue queue;
    queue.push(frame);
    EXPECT_EQ(queue.frames()[0].wire().data(), frame.wire().data());
}

/// The bytes of a frame in two queues are in memory once.
TEST(FrameQueue, CountsInWhatAllHoldUntilTheLastHasLetGo)
{
    const auto before = Frame::queued_bytes();
    const auto frame = Frame::text(std::string(1'000, 'x'));
    {
        FrameQueue first;
        first.push(frame);
        const auto one = Frame::queued_bytes();
        EXPECT_GE(one, before + 1'000);
        FrameQueue second;
        second.push(Frame::text("other"));
        second.push(frame);
        EXPECT_LT(Frame::queued_bytes(), one + 100);
        EXPECT_EQ(frame.queues(), 2U);
        first.pop(1);
        EXPECT_GE(Frame::queued_bytes(), before + 1'000);
    }
    EXPECT_EQ(frame.queues(), 0U);
    EXPECT_EQ(Frame::queued_bytes(), before);
}

TEST(FrameQueue, IsTheSameWhetherItHoldsOneOrMany)
{
    FrameQueue queue;
    for (const std::size_t count : {1U, 2U, 1U, 9U, 1U}) {
        EXPECT_TRUE(queue.empty());
        EXPECT_TRUE(queue.frames().empty());
        queue.pop(0);
        for (std::size_t i = 0; i < count; ++i)
            queue.push(Frame::text(std::to_string(i)));
        queue.pop(0);
        ASSERT_EQ(queue.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(queue.frames()[0].packet(), std::to_string(i));
            queue.pop(1);
        }
    }
}

/// Each of ten thousand idle connections has one.
TEST(FrameQueue, IsSmall) { EXPECT_LE(sizeof(FrameQueue), 24U); }

TEST(FrameQueue, ThatIsNeverEmptyKeepsItsOrder)
{
    FrameQueue queue;
    std::size_t next = 0;
    queue.push(Frame::text("first"));
    for (int i = 0; i < 10'000; ++i) {
        queue.push(Frame::text(std::to_string(i)));
        if (i == 0) {
            queue.pop(1);
            continue;
        }
        ASSERT_EQ(queue.frames()[0].packet(), std::to_string(next++));
        queue.pop(1);
        ASSERT_EQ(queue.size(), 1U);
    }
}

}  // namespace
}  // namespace wgw::sio
