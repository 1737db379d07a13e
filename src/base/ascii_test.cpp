#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

using namespace std::string_view_literals;

TEST(AHexDigit, HasAValueInEitherCase)
{
    EXPECT_EQ(hex_digit('0'), 0);
    EXPECT_EQ(hex_digit('9'), 9);
    EXPECT_EQ(hex_digit('a'), 10);
    EXPECT_EQ(hex_digit('f'), 15);
    EXPECT_EQ(hex_digit('A'), 10);
    EXPECT_EQ(hex_digit('F'), 15);
    for (const char c : "/:@G`g\xe4"sv)
        EXPECT_EQ(hex_digit(c), -1) << c;
}

TEST(Bytes, AreAppendedAsTwoDigitsEach)
{
    std::string out = "x";
    append_hex(out, "\x00\x0a\x7f\xff"sv);
    EXPECT_EQ(out, "x000a7fff");
}

TEST(Lower, LeavesWhatIsNotALetterOfAscii) { EXPECT_EQ(lower("@AZ[`az{ÄÖ"), "@az[`az{ÄÖ"); }

}  // namespace
}  // namespace wgw
