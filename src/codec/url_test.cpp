#include "codec/url.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

using namespace std::string_literals;

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
    for (const auto* broken : {"%", "%4", "%zz", "a%4", "%%41x"})
        EXPECT_EQ(form_pairs(broken).front().first, broken == std::string_view("%%41x") ? "%Ax" : broken);
}

TEST(AForm, IsUtf8WhateverCame)
{
    EXPECT_EQ(form_pairs("a%ff=%c3%a9\xc3").front(), std::pair("a\xef\xbf\xbd"s, "\xc3\xa9\xef\xbf\xbd"s));
}

TEST(AForm, HasABoundedNumberOfPairs)
{
    std::string form;
    for (std::size_t i = 0; i < 2 * kMaxFormPairs; ++i)
        form += "a&";
    EXPECT_EQ(form_pairs(form).size(), kMaxFormPairs);
}

}  // namespace
}  // namespace wgw
