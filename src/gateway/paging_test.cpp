#include "gateway/paging.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

TEST(APage, IsTheBareListWhenNothingIsAsked)
{
    const auto paging = read_paging<chat::Seq>("x=1", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_FALSE(paging->asked);
    EXPECT_EQ(paging->page.limit, 1'000U);
}

TEST(APage, HasItsBoundsAndAGreatestLimit)
{
    const auto paging = read_paging<chat::Seq>("limit=900&after=7", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_EQ(paging->page.limit, 200U);
    EXPECT_EQ(paging->page.after, 7);
    EXPECT_EQ(read_paging<chat::Seq>("before=9", Limits{})->page.limit, 50U);
}

TEST(APage, IsAskedForInAnyCaseWhereTheOriginalHasNoSuchList)
{
    EXPECT_TRUE(read_page<chat::Seq>("", Limits{})->asked);
    EXPECT_EQ(read_page<chat::Seq>("", Limits{})->page.limit, 50U);
    EXPECT_EQ(read_page<chat::Seq>("limit=7", Limits{})->page.limit, 7U);
    EXPECT_EQ(read_page<chat::Seq>("limit=900", Limits{})->page.limit, 200U);
    EXPECT_FALSE(read_page<chat::Seq>("limit=x", Limits{}).has_value());
}

TEST(APage, ThatIsNoNumberIsRefused)
{
    for (const auto* query :
         {"limit=0", "limit=-1", "after=-0", "limit=x", "before=", "after=1.5", "before=99999999999999999999"})
        EXPECT_FALSE(read_paging<chat::Seq>(query, Limits{}).has_value()) << query;
}

TEST(AListReply, SaysHowToGoOnInTheDirectionOfThePage)
{
    const auto bare = *read_paging<chat::Seq>("", Limits{});
    const auto before = *read_paging<chat::Seq>("before=9", Limits{});
    const auto after = *read_paging<chat::Seq>("after=1", Limits{});
    EXPECT_EQ(list_reply<chat::Seq>("1,2", bare, true, 5, 6).data, "[1,2]");
    EXPECT_EQ(list_reply<chat::Seq>("1,2", bare, true, 5, 6).headers.front().second, "5");
    EXPECT_EQ(list_reply<chat::Seq>("1,2", before, true, 5, 6).data, R"({"items":[1,2],"next":5})");
    EXPECT_EQ(list_reply<chat::Seq>("1,2", after, true, 5, 6).data, R"({"items":[1,2],"next":6})");
    EXPECT_EQ(list_reply<chat::Seq>("", after, false, 0, 0).data, R"({"items":[],"next":null})");
}

TEST(APage, OfRoomsHasTheirIdsForPlaces)
{
    const std::string id = "65f000000000000000000001";
    const auto paging = read_paging<RoomId>("limit=2&before=" + id, Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_EQ(paging->page.before, RoomId::parse(id));
    const RoomId place = *RoomId::parse(id);
    EXPECT_EQ(list_reply("1,2", *paging, true, place, place).data, R"({"items":[1,2],"next":")" + id + R"("})");
    const auto bare = *read_paging<RoomId>("", Limits{});
    EXPECT_EQ(list_reply("1,2", bare, true, place, place).headers.front().second, id);
    for (const auto* query : {"before=7", "after=", "after=65f00000000000000000000g"})
        EXPECT_FALSE(read_paging<RoomId>(query, Limits{}).has_value()) << query;
}

}  // namespace
}  // namespace wgw::gateway
