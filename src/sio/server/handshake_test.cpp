#include "sio/server/handshake.hpp"

#include <gmock/gmock.h>

namespace wgw::sio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(AHandshake, FindsTheFirstOfEachNameAndGivesAllBack)
{
    const Handshake handshake(
        {
            {"host",   "a:80"},
            {"cookie", ""    },
            {"host",   "b"   }
    },
        "EIO=4&t=%00x&EIO=3"
    );
    EXPECT_EQ(handshake.header("host"), "a:80");
    EXPECT_EQ(handshake.header("cookie"), "");
    EXPECT_EQ(handshake.header("EIO"), std::nullopt);
    EXPECT_EQ(handshake.parameter("EIO"), "4");
    EXPECT_EQ(handshake.parameter("t"), std::string_view("\0x", 2));
    EXPECT_EQ(handshake.parameter("host"), std::nullopt);
    EXPECT_THAT(handshake.headers(), ElementsAre(Pair("host", "a:80"), Pair("cookie", ""), Pair("host", "b")));
    EXPECT_THAT(handshake.query(), testing::SizeIs(3));
}

TEST(AHandshake, KeepsNothingOfTheUpgrade)
{
    const Handshake handshake(
        {
            {"connection",        "Upgrade"  },
            {"upgrade",           "websocket"},
            {"sec-websocket-key", "k"        },
            {"origin",            "http://a" }
    },
        ""
    );
    EXPECT_THAT(handshake.headers(), ElementsAre(Pair("origin", "http://a")));
}

TEST(AHandshake, OfNothingHasNothing)
{
    const Handshake handshake({}, "");
    EXPECT_EQ(handshake.header(""), std::nullopt);
    EXPECT_THAT(handshake.headers(), IsEmpty());
    EXPECT_THAT(handshake.query(), IsEmpty());
}

}  // namespace
}  // namespace wgw::sio
