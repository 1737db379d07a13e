#include "bus/operation.hpp"
#include "bus/paging.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using Seq = std::int64_t;

TEST(APage, IsTheBareListWhenNothingIsAsked)
{
    for (const auto* data : {"{}", R"({"room_id":"x"})", "null", "", "[]", R"({"limit":null})"}) {
        const auto paging = read_paging<Seq>(data, Limits{});
        ASSERT_TRUE(paging.has_value()) << data;
        EXPECT_FALSE(paging->asked) << data;
        EXPECT_EQ(paging->limit, 1'000U) << data;
    }
}

TEST(APage, HasItsBoundsAndAGreatestLimit)
{
    const auto paging = read_paging<Seq>(R"({"limit":900,"after":7})", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_TRUE(paging->asked);
    EXPECT_EQ(paging->limit, 200U);
    EXPECT_EQ(paging->after, 7);
    EXPECT_EQ(read_paging<Seq>(R"({"before":9})", Limits{})->limit, 50U);
}

TEST(APage, IsAskedForInAnyCaseWhereTheOriginalHasNoSuchList)
{
    EXPECT_TRUE(read_page<Seq>("{}", Limits{})->asked);
    EXPECT_EQ(read_page<Seq>("{}", Limits{})->limit, 50U);
    EXPECT_EQ(read_page<Seq>(R"({"limit":7})", Limits{})->limit, 7U);
    EXPECT_EQ(read_page<Seq>(R"({"limit":900})", Limits{})->limit, 200U);
}

TEST(APage, ThatCannotBeReadIsRefused)
{
    for (const auto* data : {R"({"limit":0})", R"({"limit":"7"})", R"({"before":"x"})", R"({"after":1.5})"})
        EXPECT_FALSE(read_paging<Seq>(data, Limits{}).has_value()) << data;
    EXPECT_FALSE(read_paging<Id>(R"({"before":7})", Limits{}).has_value());
}

TEST(AList, SaysHowToGoOnInTheDirectionOfThePage)
{
    const auto bare = *read_paging<Seq>("{}", Limits{});
    const auto before = *read_paging<Seq>(R"({"before":9})", Limits{});
    const auto after = *read_paging<Seq>(R"({"after":1})", Limits{});
    EXPECT_EQ(list_answer<Seq>("1,2", bare, true, 5, 6).json, "[1,2]");
    EXPECT_EQ(header_of(list_answer<Seq>("1,2", bare, true, 5, 6).headers, kNextHeader), "5");
    EXPECT_TRUE(list_answer<Seq>("1,2", bare, false, 5, 6).headers.empty());
    EXPECT_EQ(list_answer<Seq>("1,2", before, true, 5, 6).json, R"({"items":[1,2],"next":5})");
    EXPECT_EQ(list_answer<Seq>("1,2", after, true, 5, 6).json, R"({"items":[1,2],"next":6})");
    EXPECT_EQ(list_answer<Seq>("", after, false, 0, 0).json, R"({"items":[],"next":null})");
}

TEST(APage, OfRoomsHasTheirIdsForPlaces)
{
    const std::string id = "65f000000000000000000001";
    const auto paging = read_paging<Id>(R"({"limit":2,"before":")" + id + "\"}", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_EQ(paging->before, Id::parse(id));
    const Id place = *Id::parse(id);
    EXPECT_EQ(list_answer("1,2", *paging, true, place, place).json, R"({"items":[1,2],"next":")" + id + R"("})");
    const auto bare = *read_paging<Id>("{}", Limits{});
    EXPECT_EQ(header_of(list_answer("1,2", bare, true, place, place).headers, kNextHeader), id);
}

TEST(APage, OfMembersHasTextsForPlaces)
{
    const auto paging = read_paging<Place>(R"({"limit":2,"after":"7"})", Limits{});
    ASSERT_TRUE(paging.has_value());
    EXPECT_EQ(paging->after, Place{7});
    EXPECT_EQ(list_answer<Place>("1,2", *paging, true, {8}, {9}).json, R"({"items":[1,2],"next":"9"})");
    EXPECT_EQ(list_answer<Place>("1,2", *paging, false, {8}, {9}).json, R"({"items":[1,2],"next":null})");
    const auto bare = *read_paging<Place>("{}", Limits{});
    EXPECT_EQ(header_of(list_answer<Place>("1,2", bare, true, {8}, {9}).headers, kNextHeader), "8");
    for (const auto* wrong : {R"({"before":7})", R"({"before":""})", R"({"before":"7x"})", R"({"before":"-7"})"})
        EXPECT_FALSE(read_paging<Place>(wrong, Limits{}).has_value()) << wrong;
    EXPECT_EQ(
        read_paging<Place>(R"({"after":"x"})", Limits{}).error().errors,
        R"([{"property":"after","children":[],"constraints":{"isPlace":"after must be the next of a page of this list"}}])"
    );
}

}  // namespace
}  // namespace wgw::bus
