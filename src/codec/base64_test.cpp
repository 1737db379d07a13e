#include "codec/base64.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(Base64Text, IsThatOfTheStandard)
{
    constexpr std::pair<std::string_view, std::string_view> kRows[] = {
        {"",         ""        },
        {"f",        "Zg=="    },
        {"fo",       "Zm8="    },
        {"foo",      "Zm9v"    },
        {"foobar",   "Zm9vYmFy"},
        {"\xfb\xff", "+/8="    },
    };
    for (const auto& [bytes, text] : kRows) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
    }
    EXPECT_EQ(base64_encode("\xfb\xff", Base64::url), "-_8");
    EXPECT_EQ(base64_decode("-_8", Base64::url), "\xfb\xff");
}

TEST(Base64Text, ThatIsDamagedIsRefused)
{
    for (const auto* bad : {"Zg", "Zg=", "Z", "Zm9v!", "Zh==", "Zg==Zg==", "Z g=", "-_8=", "===="})
        EXPECT_FALSE(base64_decode(bad).has_value()) << bad;
    for (const auto* bad : {"Zg==", "+/8", "Zh", "Zm9vY"})
        EXPECT_FALSE(base64_decode(bad, Base64::url).has_value()) << bad;
}

}  // namespace
}  // namespace wgw
