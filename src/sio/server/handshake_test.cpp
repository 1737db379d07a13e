#include "sio/server/server.hpp"

#include <gmock/gmock.h>

namespace wgw::sio {
namespace {

using testing::Pair;

TEST(AHandshake, FindsTheFirstOfEachNameAndGivesAllBack)
{
    const Handshake handshake(
        {
            {"host",   "a"},
            {"cookie", "" },
            {"host",   "b"}
    },
        {{"EIO", "4"}, {"t", std::string("\0x", 2)}}
    );
    EXPECT_EQ(handshake.header("host"), "a");
    EXPECT_EQ(handshake.header("cookie"), "");
    EXPECT_EQ(handshake.header("EIO"), std::nullopt);
    EXPECT_EQ(handshake.parameter("EIO"), "4");
    EXPECT_EQ(handshake.parameter("t"), std::string_view("\0x", 2));
    EXPECT_EQ(handshake.parameter("host"), std::nullopt);
    EXPECT_THAT(handshake.headers(), testing::ElementsAre(Pair("host", "a"), Pair("cookie", ""), Pair("host", "b")));
    EXPECT_EQ(handshake.query().size(), 2U);
}

TEST(AHandshake, OfNothingHasNothing)
{
    const Handshake handshake({}, {});
    EXPECT_EQ(handshake.header(""), std::nullopt);
    EXPECT_TRUE(handshake.headers().empty());
}

}  // namespace
}  // namespace wgw::sio
