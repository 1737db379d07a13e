#include "gateway/paging.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

TEST(AQuery, BecomesMembersOfWhatIsAsked)
{
    EXPECT_EQ(*page_members("", Places::seqs), "");
    EXPECT_EQ(*page_members("x=1", Places::seqs), "");
    EXPECT_EQ(*page_members("limit=900&after=07&x=1", Places::seqs), R"("limit":900,"after":7)");
    const std::string id = "65F000000000000000000001";
    EXPECT_EQ(*page_members("before=" + id, Places::ids), R"("before":"65f000000000000000000001")");
}

TEST(AQuery, ThatIsNoNumberIsRefused)
{
    for (const auto* query :
         {"limit=0", "limit=-1", "after=-0", "limit=x", "before=", "after=1.5", "before=99999999999999999999"})
        EXPECT_FALSE(page_members(query, Places::seqs).has_value()) << query;
    for (const auto* query : {"before=7", "after=", "after=65f00000000000000000000g", "limit=x"})
        EXPECT_FALSE(page_members(query, Places::ids).has_value()) << query;
}

}  // namespace
}  // namespace wgw::gateway
