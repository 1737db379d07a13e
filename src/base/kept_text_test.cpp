#include "base/kept_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace wgw {
namespace {

using namespace std::string_view_literals;

TEST(AKeptText, IsWhatItWasMadeOf)
{
    for (const auto text : {""sv, "a"sv, "with\0nul"sv})
        EXPECT_EQ(KeptText(text).view(), text);
    EXPECT_EQ(KeptText().view(), "");
    const std::string large(100'000, 'x');
    EXPECT_EQ(KeptText(large).view(), large);
}

TEST(AKeptText, IsOnePointerThatMovesAndIsCopied)
{
    static_assert(sizeof(KeptText) == sizeof(void*));
    KeptText from("text");
    KeptText to("other");
    to = std::move(from);
    EXPECT_EQ(to.view(), "text");
    const KeptText copy = to;  // NOLINT(performance-unnecessary-copy-initialization): that is what is tested
    to = {};
    EXPECT_EQ(to.view(), "");
    EXPECT_EQ(copy.view(), "text");
}

}  // namespace
}  // namespace wgw
