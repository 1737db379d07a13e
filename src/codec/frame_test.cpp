#include "codec/frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wgw {
namespace {

TEST(AFrame, HoldsTheShortestHeaderAndThePacket)
{
    EXPECT_EQ(
        Frame::text("4", "2[]").wire(), std::string_view("\x81\x04"
                                                         "42[]")
    );
    EXPECT_EQ(Frame::text("4", "2[]").packet(), "42[]");
    EXPECT_EQ(
        Frame::binary("ab").wire(), std::string_view("\x82\x02"
                                                     "ab")
    );
    EXPECT_TRUE(Frame::binary("ab").is_binary());
    EXPECT_EQ(Frame::text("").wire(), std::string_view("\x81\0", 2));
}

TEST(AFrame, WritesItsLengthIn7Or16Or64Bits)
{
    const std::string bytes(70'000, 'x');
    const auto header = [&](std::size_t length) {
        const auto frame = Frame::text(std::string_view(bytes).substr(0, length));
        EXPECT_EQ(frame.packet().size(), length);
        return std::string(frame.wire().substr(1, frame.size() - length - 1));
    };
    EXPECT_EQ(header(125), "\x7d");
    EXPECT_EQ(header(126), std::string("\x7e\x00\x7e", 3));
    EXPECT_EQ(header(65'535), "\x7e\xff\xff");
    EXPECT_EQ(header(65'536), std::string("\x7f\0\0\0\0\0\x01\0\0", 9));
}

TEST(AFrame, IsSharedNotCopied)
{
    const Frame first = Frame::text("hello");
    const Frame second = first;  // NOLINT(performance-unnecessary-copy-initialization): sharing is what is tested
    EXPECT_EQ(first.wire().data(), second.wire().data());
    EXPECT_FALSE(Frame());
}

}  // namespace
}  // namespace wgw
