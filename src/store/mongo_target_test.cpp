#include "store/mongo_target.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace wgw::store {
namespace {

std::string error_of(const MongoSettings& settings)
{
    const auto target = mongo_target(settings);
    return target ? "" : target.error();
}

TEST(AMongoTarget, IsMadeOfPartsAsTheOriginalHasThem)
{
    const auto target = mongo_target({.host = "db", .port = "27018", .user = "grace", .pass = "p:@/%", .name = "chat"});
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->url, "mongodb://db:27018");
    EXPECT_EQ(target->user, "grace");
    EXPECT_EQ(target->pass, "p:@/%");
    EXPECT_EQ(target->database, "chat");
    EXPECT_EQ(target->shown, "db:27018/chat");
}

TEST(AMongoTarget, HasDefaultsForPortAndDatabase)
{
    const auto target = mongo_target({.host = "::1"});
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->url, "mongodb://[::1]:27017");
    EXPECT_EQ(target->database, "wegowhere");
}

TEST(AMongoTarget, IsTheUrlBeforeTheParts)
{
    const auto target = mongo_target(
        {.url = "mongodb://ann:s%40crt@a:1,b:2/rooms?replicaSet=r&authSource=x",
         .host = "c",
         .port = "no",
         .user = "bob",
         .pass = "other",
         .name = "chat"}
    );
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->user, "") << "the URL has its own";
    EXPECT_EQ(target->database, "rooms");
    EXPECT_EQ(target->shown, "a:1,b:2/rooms");
}

TEST(AMongoTarget, TakesFromThePartsWhatTheUrlDoesNotSay)
{
    const auto target = mongo_target({.url = "mongodb://a", .user = "bob", .pass = "other", .name = "chat"});
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->user, "bob");
    EXPECT_EQ(target->database, "chat");
}

struct Refused {
    std::string_view name;
    MongoSettings settings;
    std::string_view begins;

    friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

class ARefusedMongoTarget : public testing::TestWithParam<Refused> {};

TEST_P(ARefusedMongoTarget, IsNamedWithWhatToDoAndWithoutThePassword)
{
    const auto error = error_of(GetParam().settings);
    EXPECT_TRUE(error.starts_with(GetParam().begins)) << error;
    EXPECT_EQ(error.find("s3cret"), std::string::npos) << error;
}

const Refused kRefused[] = {
    {"nothing",           {},                                                       "DB_HOST is not set"        },
    {"scheme",            {.url = "http://u:s3cret@db"},                            "DB_URL has to begin with"  },
    {"url",               {.url = "mongodb://u:s3cret@/%zz"},                       "DB_URL cannot be read"     },
    {"no_host",           {.url = "mongodb://"},                                    "DB_URL cannot be read"     },
    {"port",              {.host = "db", .port = "65536"},                          "DB_PORT=65536 is no port"  },
    {"port_text",         {.host = "db", .port = "27017 "},                         "DB_PORT=27017  is no port" },
    {"host_with_options", {.host = "db/x?y"},                                       "DB_HOST=db/x?y is no host" },
    {"hosts",             {.host = "a,b"},                                          "DB_HOST=a,b is no host"    },
    {"user_alone",        {.host = "db", .user = "u"},                              "DB_USER is set and DB_PASS"},
    {"pass_alone",        {.host = "db", .pass = "s3cret"},                         "DB_PASS is set and DB_USER"},
    {"name",              {.host = "db", .name = "a b"},                            "DB_NAME is no name"        },
    {"long_name",         {.host = "db", .name = std::string(64, 'x')},             "DB_NAME is no name"        },
    {"name_in_url",       {.url = "mongodb://u:s3cret@db/" + std::string(64, 'x')}, "The database of DB_URL"    },
};

INSTANTIATE_TEST_SUITE_P(Table, ARefusedMongoTarget, testing::ValuesIn(kRefused), [](const auto& row) {
    return std::string(row.param.name);
});

}  // namespace
}  // namespace wgw::store
