#include "gateway/paging.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

TEST(APage, IsTheBareListWhenNothingIsAsked)
{
    const auto paging = read_paging("x=1", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_FALSE(paging->asked);
    EXPECT_EQ(paging->page.limit, 1'000U);
}

TEST(APage, HasItsBoundsAndAGreatestLimit)
{
    const auto paging = read_paging("limit=900&after=7", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_EQ(paging->page.limit, 200U);
    EXPECT_EQ(paging->page.after, 7);
    EXPECT_EQ(read_paging("before=9", Limits{})->page.limit, 50U);
}

TEST(APage, ThatIsNoNumberIsRefused)
{
    for (const auto* query : {"limit=0", "limit=-1", "limit=x", "before=", "after=1.5", "before=99999999999999999999"})
        EXPECT_FALSE(read_paging(query, Limits{}).has_value()) << query;
}

TEST(AListReply, SaysHowToGoOnInTheDirectionOfThePage)
{
    const auto bare = *read_paging("", Limits{});
    const auto before = *read_paging("before=9", Limits{});
    const auto after = *read_paging("after=1", Limits{});
    EXPECT_EQ(list_reply("1,2", bare, true, 5, 6).data, "[1,2]");
    EXPECT_EQ(list_reply("1,2", bare, true, 5, 6).headers.front().second, "5");
    EXPECT_EQ(list_reply("1,2", before, true, 5, 6).data, R"({"items":[1,2],"next":5})");
    EXPECT_EQ(list_reply("1,2", after, true, 5, 6).data, R"({"items":[1,2],"next":6})");
    EXPECT_EQ(list_reply("", after, false, 0, 0).data, R"({"items":[],"next":null})");
}

}  // namespace
}  // namespace wgw::gateway
