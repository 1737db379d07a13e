#include "codec/ws_handshake.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

HttpRequest upgrade()
{
    HttpRequest request;
    request.method = "GET";
    request.target = "/socket.io/";
    request.headers = {
        {"host",                  "x"                       },
        {"connection",            "keep-alive, Upgrade"     },
        {"upgrade",               "WebSocket"               },
        {"sec-websocket-version", "13"                      },
        {"sec-websocket-key",     "dGhlIHNhbXBsZSBub25jZQ=="},
    };
    return request;
}

TEST(AnUpgrade, IsAnsweredWithTheKeyOfTheRfc)
{
    ASSERT_TRUE(is_ws_upgrade(upgrade()));
    EXPECT_EQ(
        ws_accept(upgrade()), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    );
}

TEST(AnUpgrade, GetsTheFirstOfItsSubprotocols)
{
    const auto protocol = [](const std::string& names) {
        auto request = upgrade();
        request.headers.emplace_back("sec-websocket-protocol", names);
        const auto answer = ws_accept(request);
        const std::string field = "Sec-WebSocket-Protocol: ";
        const auto at = answer.find(field);
        return at == std::string::npos ? "none"
                                       : answer.substr(at + field.size(), answer.find("\r\n", at) - at - field.size());
    };
    EXPECT_EQ(protocol("v1"), "v1");
    EXPECT_EQ(protocol("v2.x , v1"), "v2.x");
    for (const auto* bad : {"", ",v1", "a b", "a\"b", "\xfc"})
        EXPECT_EQ(protocol(bad), "none") << bad;
}

TEST(AnUpgrade, ThatBreaksARuleIsNone)
{
    auto request = upgrade();
    request.method = "POST";
    EXPECT_FALSE(is_ws_upgrade(request));
    request = upgrade();
    request.minor = 0;
    EXPECT_FALSE(is_ws_upgrade(request));
    request = upgrade();
    request.body = "x";
    EXPECT_FALSE(is_ws_upgrade(request));
    for (const auto& [at, value] : {
             std::pair{1, "keep-alive"             },
             std::pair{2, "h2c"                    },
             std::pair{3, "8"                      },
             std::pair{4, "dGhlIHNhbXBsZSBub25jZQ="},
             std::pair{4, "c2hvcnQ="               },
             std::pair{4, ""                       },
    }) {
        request = upgrade();
        request.headers[static_cast<std::size_t>(at)].second = value;
        EXPECT_FALSE(is_ws_upgrade(request)) << at << value;
    }
}

}  // namespace
}  // namespace wgw
