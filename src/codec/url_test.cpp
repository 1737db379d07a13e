#include "codec/url.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(PercentEncoding, IsUndoneOrRefused)
{
    EXPECT_EQ(percent_decode("a%20b%2Fc"), "a b/c");
    EXPECT_EQ(percent_decode("%c3%a9"), "\xc3\xa9");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode(""), "");
    EXPECT_EQ(percent_decode("%41"), "A");
    for (const auto* bad : {"%", "%4", "%zz", "a%2", "%ff", "%c3"})
        EXPECT_FALSE(percent_decode(bad).has_value()) << bad;
}

TEST(AForm, IsSplitIntoItsPairs)
{
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(
        form_pairs("a=1&b=x+y%21&c&=d&&e=f=g"), (Pairs{
                                                    {"a", "1"   },
                                                    {"b", "x y!"},
                                                    {"c", ""    },
                                                    {"",  "d"   },
                                                    {"e", "f=g" }
    })
    );
    EXPECT_EQ(
        form_pairs("a=%zz"), (Pairs{
                                 {"a", "%zz"}
    })
    );
    EXPECT_TRUE(form_pairs("").empty());
}

}  // namespace
}  // namespace wgw
