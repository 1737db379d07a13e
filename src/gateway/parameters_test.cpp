#include "chat/api.hpp"
#include "gateway/parameters.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

constexpr std::string_view kId = "0123456789abcdef01234567";

TEST(AParameter, IsReadByTheRulesOfItsField)
{
    const auto id = read_parameter(chat::kRoomRequest, "room_id", std::string(kId), Limits{});
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->room_id.hex(), kId);
    for (const auto* text : {"", "join", "0123456789abcdef0123456", "0x0123456789abcdef012345"}) {
        const auto bad = read_parameter(chat::kRoomRequest, "room_id", text, Limits{});
        ASSERT_FALSE(bad.has_value()) << text;
        EXPECT_EQ(bad.error().code, Errc::validation_failed) << text;
        EXPECT_NE(bad.error().errors.find("room_id must be a mongodb id"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace wgw::gateway
