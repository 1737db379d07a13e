#include "bus/amqp_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wgw::bus {
namespace {

struct Row {
    std::string_view name;
    std::string_view url;
    AmqpAddress address;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"all_parts",
     "amqp://wegowhere:secret@rabbit.internal:5673/chat",           {"rabbit.internal", 5673, "wegowhere", "secret", "chat"}},
    {"host_alone",              "amqp://rabbit",                    {"rabbit", 5672, "guest", "guest", "/"}                 },
    {"slash_at_the_end",        "amqp://rabbit/",                   {"rabbit", 5672, "guest", "guest", "/"}                 },
    {"root_vhost",              "amqp://rabbit/%2f",                {"rabbit", 5672, "guest", "guest", "/"}                 },
    {"user_alone",              "amqp://me@rabbit",                 {"rabbit", 5672, "me", "guest", "/"}                    },
    {"empty_password",          "amqp://me:@rabbit",                {"rabbit", 5672, "me", "", "/"}                         },
    {"encoded_password",        "amqp://me:a%3ab%40c%2f%25@rabbit", {"rabbit", 5672, "me", "a:b@c/%", "/"}                  },
    {"at_sign_in_the_password", "amqp://me:a@b@rabbit",             {"rabbit", 5672, "me", "a@b", "/"}                      },
    {"ipv4",                    "amqp://127.0.0.1:25672",           {"127.0.0.1", 25672, "guest", "guest", "/"}             },
    {"ipv6",                    "amqp://[::1]:5673/x",              {"::1", 5673, "guest", "guest", "x"}                    },
    {"ipv6_without_port",       "amqp://me:secret@[fe80::2]",       {"fe80::2", 5672, "me", "secret", "/"}                  },
};

class Url : public testing::TestWithParam<Row> {};

TEST_P(Url, IsRead) { EXPECT_EQ(parse_amqp_url(GetParam().url).value(), GetParam().address); }

INSTANTIATE_TEST_SUITE_P(, Url, testing::ValuesIn(kRows), [](const auto& row) { return std::string(row.param.name); });

TEST(AUrlThatIsWrong, IsToldWithoutItsPassword)
{
    for (const std::string_view url :
         {"",
          "rabbit",
          "http://me:s3cret@rabbit",
          "amqps://me:s3cret@rabbit",
          "amqp://",
          "amqp://me:s3cret@",
          "amqp://:s3cret@rabbit",
          "amqp://me:s3cret%zz@rabbit",
          "amqp://me:s3cret@rabbit:x",
          "amqp://me:s3cret@rabbit:0",
          "amqp://me:s3cret@rabbit:65536",
          "amqp://me:s3cret@rabbit:",
          "amqp://me:s3cret@rabbit/a/b",
          "amqp://me:s3cret@rabbit/%zz",
          "amqp://me:s3cret@rabbit/v?heartbeat=5",
          "amqp://me:s3cret#@rabbit",
          "amqp://me:s3/cret@rabbit",
          "amqp://me:s3cret@[::1",
          "amqp://me:s3cret@[::1]x",
          "amqp://me:s3cret%00@rabbit"}) {
        const auto address = parse_amqp_url(url);
        ASSERT_FALSE(address) << url;
        EXPECT_TRUE(address.error().starts_with("RMQ_URL") || address.error().contains("RMQ_URL")) << address.error();
        EXPECT_FALSE(address.error().contains("s3")) << address.error();
        EXPECT_TRUE(address.error().ends_with('.')) << address.error();
    }
}

TEST(Parts, HaveTheDefaultsOfTheOriginal)
{
    EXPECT_EQ(amqp_address("", "", "", "").value(), (AmqpAddress{"localhost", 5672, "wegowhere", "wegowhere", "/"}));
    EXPECT_EQ(amqp_address("rabbit", "5673", "me", "a:b@c").value(), (AmqpAddress{"rabbit", 5673, "me", "a:b@c", "/"}));
}

TEST(Parts, ThatAreWrongAreTold)
{
    EXPECT_TRUE(amqp_address("rabbit", "56x", "", "").error().starts_with("RMQ_PORT"));
    EXPECT_TRUE(amqp_address(std::string(256, 'x'), "", "", "").error().starts_with("RMQ_HOST"));
}

TEST(AnAddress, IsShownWithoutThePassword)
{
    EXPECT_EQ(parse_amqp_url("amqp://me:secret@rabbit").value().text(), "rabbit:5672");
    EXPECT_EQ(parse_amqp_url("amqp://me:secret@[::1]").value().text(), "[::1]:5672");
}

}  // namespace
}  // namespace wgw::bus
