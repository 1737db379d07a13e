#include "codec/server_url.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

using Error = ServerUrlError;

TEST(ServerUrlTest, AllPartsAreRead)
{
    const auto url = parse_server_url("redis://grace:p%40ss%2Fword@redis.example:6380/2");
    ASSERT_TRUE(url);
    EXPECT_EQ(
        *url, (ServerUrl{
                  .scheme = "redis",
                  .user = "grace",
                  .password = "p@ss/word",
                  .host = "redis.example",
                  .port = 6380,
                  .path = "2"
              })
    );
}

TEST(ServerUrlTest, WhatIsLeftOutIsNotThere)
{
    EXPECT_EQ(*parse_server_url("amqp://host"), (ServerUrl{.scheme = "amqp", .host = "host"}));
    EXPECT_EQ(*parse_server_url("amqp://host/"), (ServerUrl{.scheme = "amqp", .host = "host"}));
    EXPECT_EQ(
        *parse_server_url("redis://:secret@host"),
        (ServerUrl{.scheme = "redis", .user = "", .password = "secret", .host = "host"})
    );
    EXPECT_EQ(*parse_server_url("redis://grace@host"), (ServerUrl{.scheme = "redis", .user = "grace", .host = "host"}));
    EXPECT_EQ(parse_server_url("amqp://host/%2f")->path, "/");
}

TEST(ServerUrlTest, AnIpv6AddressStandsInBrackets)
{
    EXPECT_EQ(*parse_server_url("redis://[::1]:6379"), (ServerUrl{.scheme = "redis", .host = "::1", .port = 6379}));
    EXPECT_EQ(parse_server_url("redis://[::1]")->host, "::1");
}

TEST(ServerUrlTest, EachWrongPartIsNamed)
{
    const std::pair<std::string_view, Error> rows[] = {
        {"",                          Error::no_url          },
        {"localhost:6379",            Error::no_url          },
        {"://host",                   Error::no_url          },
        {"redis://",                  Error::host            },
        {"redis://user@",             Error::host            },
        {"redis://:6379",             Error::host            },
        {"redis://[::1",              Error::host            },
        {"redis://[::1]6379",         Error::host            },
        {"redis://ho st",             Error::host            },
        {"redis://host:",             Error::port            },
        {"redis://host:0",            Error::port            },
        {"redis://host:65536",        Error::port            },
        {"redis://host:6379x",        Error::port            },
        {"redis://host:-1",           Error::port            },
        {"redis://::1",               Error::host            },
        {"redis://a:%zz@host",        Error::user_or_password},
        {"redis://a:%00@host",        Error::user_or_password},
        {"redis://%ff@host",          Error::user_or_password},
        {"redis://host/%2",           Error::path            },
        {"redis://host?db=1",         Error::query           },
        {"redis://a:what?@host:6379", Error::query           },
        {"redis://a:#1@host:6379",    Error::query           },
    };
    for (const auto& [text, error] : rows) {
        const auto url = parse_server_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error(), error) << text;
        EXPECT_FALSE(advice(url.error()).empty());
    }
}

}  // namespace
}  // namespace wgw
