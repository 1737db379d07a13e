#include "loadgen/stamp.hpp"

#include <gtest/gtest.h>

namespace wgw::loadgen {
namespace {

constexpr Stamp kStamp{0x1234abcd, 5000, 0xffffffff, 0x0123456789abcdef};

TEST(AStamp, IsFoundInsideOtherText)
{
    std::string text = R"(42["chat.message.receive",{"content":")";
    append_stamp(text, kStamp, 120);
    text += R"(","seq":7}])";
    EXPECT_EQ(find_stamp(text), kStamp);
}

TEST(AStamp, HasTheSizeThatWasAskedFor)
{
    std::string text;
    append_stamp(text, kStamp, 120);
    EXPECT_EQ(text, "@wgw1234abcd00001388ffffffff0123456789abcdef" + std::string(76, '.'));
}

TEST(AStamp, IsNeverCutToFit)
{
    std::string text;
    append_stamp(text, kStamp, 10);
    EXPECT_EQ(text.size(), kStampBytes);
    EXPECT_EQ(find_stamp(text), kStamp);
}

TEST(AStamp, IsNotReadFromHalfOfOneOrFromAnythingElse)
{
    std::string text;
    append_stamp(text, kStamp, 0);
    EXPECT_EQ(find_stamp(text.substr(0, text.size() - 1)), std::nullopt);
    EXPECT_EQ(find_stamp("no mark"), std::nullopt);
    EXPECT_EQ(find_stamp(""), std::nullopt);
    text[20] = 'x';
    EXPECT_EQ(find_stamp(text), std::nullopt);
}

}  // namespace
}  // namespace wgw::loadgen
