#include "codec/compress.hpp"
#include "sio/client/client_files.hpp"

#include <gmock/gmock.h>

namespace wgw::sio {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

HttpRequest get(std::vector<std::pair<std::string, std::string>> headers = {})
{
    HttpRequest request;
    request.method = "GET";
    request.headers = std::move(headers);
    return request;
}

TEST(ClientFiles, AreTheScriptsOfTheClientAndTheirMaps)
{
    for (const auto* name : {"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"}) {
        const auto script = client_file(name, get());
        ASSERT_TRUE(script) << name;
        EXPECT_EQ(script->status, 200);
        EXPECT_EQ(script->content_type, "application/javascript; charset=utf-8");
        EXPECT_THAT(script->headers, Contains(Pair("cache-control", "public, max-age=0")));
        EXPECT_THAT(script->headers, Contains(Pair("etag", "\"" + std::string(client_version()) + "\"")));
        EXPECT_THAT(script->body, HasSubstr("Socket.IO v" + std::string(client_version())));
        const auto map = client_file(std::string(name) + ".map", get());
        ASSERT_TRUE(map) << name;
        EXPECT_EQ(map->content_type, "application/json; charset=utf-8");
        EXPECT_TRUE(map->body.starts_with('{'));
    }
}

TEST(ClientFiles, AreNothingElse)
{
    for (const auto* name : {"", "socket.io", "socket.io.js.", "../server.hpp", "socket.io.js.map.map", "package.json"})
        EXPECT_FALSE(client_file(name, get())) << name;
    auto post = get();
    post.method = "POST";
    EXPECT_FALSE(client_file("socket.io.js", post));
}

TEST(ClientFiles, AreSentPackedToWhoeverTakesThat)
{
    const auto plain = client_file("socket.io.js", get());
    const auto packed = client_file(
        "socket.io.js", get({
                            {"accept-encoding", "gzip, br"}
    })
    );
    EXPECT_THAT(packed->headers, Contains(Pair("content-encoding", "gzip")));
    EXPECT_THAT(plain->headers, Not(Contains(Pair("content-encoding", testing::_))));
    EXPECT_LT(packed->body.size(), plain->body.size() / 2);
    EXPECT_EQ(gunzip(packed->body), plain->body);
}

TEST(ClientFiles, AreNotSentAgainToWhoHasThem)
{
    const std::string etag = "\"" + std::string(client_version()) + "\"";
    for (const auto& known : {etag, "W/" + etag}) {
        const auto answer = client_file(
            "socket.io.js", get({
                                {"if-none-match", known}
        })
        );
        EXPECT_EQ(answer->status, 304);
        EXPECT_EQ(answer->body, "");
    }
    EXPECT_EQ(
        client_file(
            "socket.io.js", get({
                                {"if-none-match", "\"1.0.0\""}
    })
        )
            ->status,
        200
    );
}

}  // namespace
}  // namespace wgw::sio
