#include "codec/trace_context.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wgw {
namespace {

constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string field(std::string_view version, std::string_view trace, std::string_view more = "-00f067aa0ba902b7-01")
{
    return std::string(version) + "-" + std::string(trace) + std::string(more);
}

TEST(ATraceparent, NamesItsTrace)
{
    EXPECT_EQ(trace_id_of(field("00", kTrace)), kTrace);
    EXPECT_EQ(trace_id_of(field("cc", kTrace)), kTrace) << "of a later version";
    EXPECT_EQ(trace_id_of(field("cc", kTrace) + "-what-comes"), kTrace);
}

TEST(ATraceparent, IsNoneIfAnythingOfItIsWrong)
{
    const std::string bad[] = {
        "",
        std::string(kTrace),
        field("00", kTrace) + "-more",
        field("00", kTrace) + ".",
        field("cc", kTrace) + ".",
        field("ff", kTrace),
        field("0g", kTrace),
        field("00", "4BF92F3577B34DA6A3CE929D0E0E4736"),
        field("00", std::string(32, '0')),
        field("00", kTrace, "-0000000000000000-01"),
        field("00", kTrace, "-00f067aa0ba902b7-0x"),
        field("00", kTrace, "-00f067aa0ba902b7_01"),
        field("00", kTrace, "-00f067aa0ba902b7-1"),
        field("00", std::string("\"\n") + std::string(kTrace.substr(2))),
    };
    for (const auto& text : bad)
        EXPECT_EQ(trace_id_of(text), "") << text;
}

}  // namespace
}  // namespace wgw
