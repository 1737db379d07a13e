#include "gateway/paging.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

TEST(AQuery, BecomesMembersOfWhatIsAsked)
{
    EXPECT_EQ(*page_members("", Places::seqs), "");
    EXPECT_EQ(*page_members("x=1", Places::seqs), "");
    EXPECT_EQ(*page_members("limit=900&after=07&x=1", Places::seqs), R"("limit":900,"after":7)");
    EXPECT_EQ(*page_members("limit=9&after=07", Places::texts), R"("limit":9,"after":"07")");
    const std::string id = "65F000000000000000000001";
    EXPECT_EQ(*page_members("before=" + id, Places::ids), R"("before":"65f000000000000000000001")");
}

TEST(AQuery, ThatIsNoNumberIsRefused)
{
    for (const auto* query :
         {"limit=0", "limit=-1", "after=-0", "limit=x", "before=", "after=1.5", "before=99999999999999999999"})
        EXPECT_FALSE(page_members(query, Places::seqs).has_value()) << query;
    for (const auto* query : {"before=x", "after=", "before=1.5", "limit=x"})
        EXPECT_FALSE(page_members(query, Places::texts).has_value()) << query;
    for (const auto* query : {"before=7", "after=", "after=65f00000000000000000000g", "limit=x"})
        EXPECT_FALSE(page_members(query, Places::ids).has_value()) << query;
}

TEST(AQuery, IsToldWhatIsWrongAsTheFieldsOfABodyAre)
{
    EXPECT_EQ(
        page_members("limit=0", Places::ids).error().errors,
        R"([{"property":"limit","children":[],"constraints":{"min":"limit must not be less than 1"}}])"
    );
    EXPECT_EQ(
        page_members("before=7&limit=x", Places::ids).error().errors,
        R"([{"property":"limit","children":[],"constraints":{"isInt":"limit must be an integer number","min":"limit must not be less than 1"}},)"
        R"({"property":"before","children":[],"constraints":{"isMongoId":"before must be a mongodb id"}}])"
    );
    EXPECT_EQ(
        page_members("after=1.5", Places::seqs).error().errors,
        R"([{"property":"after","children":[],"constraints":{"isInt":"after must be an integer number"}}])"
    );
}

TEST(AQuery, MayAskForMoreThanAnyNumberHolds)
{
    EXPECT_EQ(*page_members("limit=99999999999999999999", Places::ids), R"("limit":9223372036854775807)");
}

TEST(AQuery, CountsWithTheLastOfARepeatedName)
{
    EXPECT_EQ(*page_members("limit=x&limit=4&after=3&after=5", Places::seqs), R"("limit":4,"after":5)");
}

}  // namespace
}  // namespace wgw::gateway
