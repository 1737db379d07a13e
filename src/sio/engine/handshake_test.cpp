#include "sio/engine/handshake.hpp"

#include <gmock/gmock.h>

namespace wgw::sio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

HttpRequest request(std::string target, std::vector<std::pair<std::string, std::string>> headers)
{
    HttpRequest request;
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.peer = "10.0.0.1";
    return request;
}

TEST(AHandshake, FindsTheFirstOfEachNameAndGivesAllBack)
{
    const Handshake handshake(
        request(
            "/socket.io/?EIO=4&t=%00x&EIO=3",
            {
                {"host",   "a:80"},
                {"cookie", ""    },
                {"host",   "b"   }
    }
        ),
        Timestamp{7}
    );
    EXPECT_EQ(handshake.header("host"), "a:80");
    EXPECT_EQ(handshake.header("cookie"), "");
    EXPECT_EQ(handshake.header("EIO"), std::nullopt);
    EXPECT_EQ(handshake.parameter("EIO"), "4");
    EXPECT_EQ(handshake.parameter("t"), std::string_view("\0x", 2));
    EXPECT_EQ(handshake.parameter("host"), std::nullopt);
    EXPECT_THAT(handshake.headers(), ElementsAre(Pair("host", "a:80"), Pair("cookie", ""), Pair("host", "b")));
    EXPECT_THAT(handshake.query(), testing::SizeIs(3));
    EXPECT_EQ(handshake.url(), "/socket.io/?EIO=4&t=%00x&EIO=3");
    EXPECT_EQ(handshake.address(), "10.0.0.1");
    EXPECT_EQ(handshake.time(), Timestamp{7});
}

TEST(AHandshake, KeepsNothingOfTheUpgrade)
{
    const Handshake handshake(
        request(
            "/",
            {
                {"connection",        "Upgrade"  },
                {"upgrade",           "websocket"},
                {"sec-websocket-key", "k"        },
                {"origin",            "http://a" }
    }
        ),
        {}
    );
    EXPECT_THAT(handshake.headers(), ElementsAre(Pair("origin", "http://a")));
    EXPECT_TRUE(handshake.has_origin());
}

TEST(AHandshake, OfNothingHasNothing)
{
    const Handshake handshake(request("", {}), {});
    EXPECT_EQ(handshake.header(""), std::nullopt);
    EXPECT_THAT(handshake.headers(), IsEmpty());
    EXPECT_THAT(handshake.query(), IsEmpty());
    EXPECT_FALSE(handshake.has_origin());
}

}  // namespace
}  // namespace wgw::sio
