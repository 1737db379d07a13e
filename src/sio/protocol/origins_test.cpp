#include "sio/protocol/origins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Origins, ConnectIfTheyAreOwnListedOrLoopback)
{
    const OriginOptions none;
    const OriginOptions listed{
        .allowed = {"https://a.example", "https://b.example:8443"}
    };
    const OriginOptions loopback{.allowed = {}, .loopback = true};
    const OriginOptions any{.allowed = {"*"}};

    EXPECT_TRUE(may_connect(none, {}, "site.example")) << "not a browser";
    EXPECT_TRUE(may_connect(none, "https://site.example", "site.example"));
    EXPECT_TRUE(may_connect(none, "http://site.example:3000", "site.example:3000"));
    EXPECT_TRUE(may_connect(any, "https://evil.example", "site.example"));
    EXPECT_TRUE(may_connect(listed, "https://a.example", "site.example"));
    EXPECT_TRUE(may_connect(listed, "https://b.example:8443", "site.example"));
    for (const auto* origin : {"http://localhost", "http://localhost:5173", "http://127.0.0.1:1", "http://[::1]:3000"})
        EXPECT_TRUE(may_connect(loopback, origin, "site.example")) << origin;

    for (const auto* origin :
         {"https://a.example.evil.example", "https://a.example:444", "http://a.example", "null", "",
          "https://A.example", "https://a.example/", "a.example", "https://site.example:1"})
        EXPECT_FALSE(may_connect(listed, origin, "site.example")) << origin;
    for (const auto* origin : {"http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://[::1].evil"})
        EXPECT_FALSE(may_connect({.allowed = {}, .loopback = false}, origin, "site.example")) << origin;
    EXPECT_FALSE(may_connect(loopback, "http://localhost.evil.example", "site.example"));
    EXPECT_FALSE(may_connect(loopback, "http://127.0.0.1.evil.example", "site.example"));
    EXPECT_FALSE(may_connect(none, "https://site.example", "")) << "no Host to compare with";
}

// The Swift client names the port in `Host` and not in `Origin`; a user may write it into the address of a page.
TEST(Origins, AreTheServersOwnWithAndWithoutTheDefaultPort)
{
    struct Row {
        const char* origin;
        const char* host;
        bool own;
    };
    const Row rows[] = {
        {"wss://site.example",      "site.example:443",     true },
        {"https://site.example",    "site.example:443",     true },
        {"ws://site.example",       "site.example:80",      true },
        {"http://site.example:80",  "site.example",         true },
        {"https://[::1]",           "[::1]:443",            true },
        {"https://site.example",    "site.example:80",      false},
        {"http://site.example",     "site.example:443",     false},
        {"http://site.example",     "site.example:8080",    false},
        {"https://site.example:80", "site.example",         false},
        {"app://site.example",      "site.example:443",     false},
        {"https://site.example",    "site.example:443:443", false},
        {"https://",                ":443",                 false},
        {"https://",                "",                     false},
    };
    for (const auto& [origin, host, own] : rows)
        EXPECT_EQ(may_connect({}, origin, host), own) << origin << " of " << host;
}

TEST(Cors, IsOffUnlessAskedFor)
{
    EXPECT_THAT(cors_fields({.allowed = {"*"}}, "https://a.example"), IsEmpty());
    EXPECT_THAT(preflight_fields({.allowed = {"*"}}, "https://a.example", "x-a"), IsEmpty());
}

TEST(Cors, NamesTheOriginThatIsAllowedAndNoOther)
{
    const OriginOptions options{.allowed = {"https://a.example"}, .loopback = false, .cors = CorsOptions{}};
    EXPECT_THAT(
        cors_fields(options, "https://a.example"),
        ElementsAre(Pair("access-control-allow-origin", "https://a.example"), Pair("vary", "Origin"))
    );
    EXPECT_THAT(cors_fields(options, "https://b.example"), ElementsAre(Pair("vary", "Origin")));
    EXPECT_THAT(cors_fields(options, {}), ElementsAre(Pair("vary", "Origin")));
}

TEST(Cors, AllowsCredentialsOnlyToAnOriginByName)
{
    OriginOptions options{.allowed = {"*"}, .loopback = false, .cors = CorsOptions{}};
    EXPECT_THAT(cors_fields(options, "https://a.example"), ElementsAre(Pair("access-control-allow-origin", "*")));
    options.cors->credentials = true;
    EXPECT_THAT(
        cors_fields(options, "https://a.example"),
        ElementsAre(
            Pair("access-control-allow-origin", "https://a.example"), Pair("vary", "Origin"),
            Pair("access-control-allow-credentials", "true")
        )
    );
}

TEST(Cors, AnswersAPreflightWithWhatItAsksFor)
{
    const OriginOptions options{
        .allowed = {"https://a.example"},
          .loopback = false, .cors = CorsOptions{.credentials = false, .max_age_s = 60}
    };
    EXPECT_THAT(
        preflight_fields(options, "https://a.example", "authorization,x-custom"),
        ElementsAre(
            Pair("access-control-allow-origin", "https://a.example"),
            Pair("vary", "Origin, Access-Control-Request-Headers"),
            Pair("access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE"),
            Pair("access-control-allow-headers", "authorization,x-custom"), Pair("access-control-max-age", "60")
        )
    );
    EXPECT_THAT(preflight_fields(options, "https://b.example", "x-custom"), ElementsAre(Pair("vary", "Origin")));
}

}  // namespace
}  // namespace wgw::sio
