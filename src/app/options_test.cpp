#include "app/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace wgw::app {
namespace {

using Map = std::map<std::string, std::string>;

constexpr const char* kKey = "a key of forty characters for all tests.";

Options read(const Map& environment, const Map& flags = {}, std::string_view dotenv = {})
{
    return read_options(flags, environment, dotenv);
}

std::string refusal(const Map& environment)
{
    try {
        read(environment);
        return "";
    } catch (const OptionError& error) {
        return error.what();
    }
}

Options read(const std::string& name, const std::string& value)
{
    return read(Map{
        {name, value}
    });
}

std::string refusal(const std::string& name, const std::string& value)
{
    return refusal(Map{
        {name, value}
    });
}

TEST(Options, HaveTheDefaultsOfTheTable)
{
    const Options options = read({});
    EXPECT_EQ(options.host, "localhost");
    EXPECT_EQ(options.port, 3000);
    EXPECT_EQ(options.data, "./data");
    EXPECT_EQ(options.admin_port, 9464);
    EXPECT_EQ(options.drain, Duration(10'000));
    EXPECT_TRUE(options.jwt_secret.empty());
}

TEST(Options, AreTakenFromFlagsThenEnvironmentThenDotenv)
{
    EXPECT_EQ(read({}, {}, "GATEWAY_PORT=1").port, 1);
    EXPECT_EQ(
        read(
            {
                {"GATEWAY_PORT", "2"}
    },
            {}, "GATEWAY_PORT=1"
        )
            .port,
        2
    );
    EXPECT_EQ(
        read(
            {
                {"GATEWAY_PORT", "2"}
    },
            {{"GATEWAY_PORT", "3"}}, "GATEWAY_PORT=1"
        )
            .port,
        3
    );
}

TEST(Options, CountAsAbsentWhenEmpty)
{
    EXPECT_EQ(
        read(
            {
                {"GATEWAY_PORT", ""}
    },
            {}, "GATEWAY_PORT=7"
        )
            .port,
        3000
    );
}

TEST(Options, AreEachTakenFromTheirOwnVariable)
{
    const Options options = read({
        {"GATEWAY_HOST",            "0.0.0.0"  },
        {"GATEWAY_PORT",            "1"        },
        {"WGW_ADMIN_HOST",          "127.0.0.2"},
        {"WGW_ADMIN_PORT",          "2"        },
        {"WGW_DATA",                "/data"    },
        {"WGW_LOG_LEVEL",           "warn"     },
        {"WGW_LOG_FORMAT",          "json"     },
        {"WGW_SHUTDOWN_DELAY",      "3"        },
        {"WGW_DRAIN",               "4"        },
        {"WGW_LIMITS",              "bench"    },
        {"WGW_TRUSTED_PROXIES",     "10.0.0.1" },
        {"WGW_JWT_ISS",             "a, b"     },
        {"WGW_LIMIT_USERNAME_MIN",  "5"        },
        {"WGW_LIMIT_PASSWORD_MIN",  "7"        },
        {"WGW_LIMIT_CONTENT_BYTES", "8"        },
    });
    EXPECT_EQ(options.host, "0.0.0.0");
    EXPECT_EQ(options.port, 1);
    EXPECT_EQ(options.admin_host, "127.0.0.2");
    EXPECT_EQ(options.admin_port, 2);
    EXPECT_EQ(options.data, "/data");
    EXPECT_EQ(options.log_level, log::Level::warn);
    EXPECT_EQ(options.log_format, log::Format::json);
    EXPECT_EQ(options.shutdown_delay, Duration(3'000));
    EXPECT_EQ(options.drain, Duration(4'000));
    EXPECT_TRUE(options.bench_limits);
    EXPECT_THAT(options.issuers, testing::ElementsAre("a", "b"));
    EXPECT_THAT(options.trusted_proxies, testing::ElementsAre(*IpNetwork::parse("10.0.0.1")));
    EXPECT_EQ(options.limits.username_min, 5);
    EXPECT_EQ(options.limits.password_min, 7);
    EXPECT_EQ(options.limits.content_bytes, 8);
    EXPECT_EQ(read("WGW_LOG_LEVEL", "debug").log_level, log::Level::debug);
    EXPECT_EQ(read("WGW_LOG_LEVEL", "error").log_level, log::Level::error);
    EXPECT_EQ(read("WGW_LOG_FORMAT", "text").log_format, log::Format::text);
    EXPECT_EQ(read({}).log_format, std::nullopt);
    EXPECT_FALSE(read({}).bench_limits);
}

TEST(ANumber, HasALeastAndAGreatestValue)
{
    EXPECT_EQ(refusal("WGW_DRAIN", "0"), "");
    EXPECT_EQ(refusal("WGW_DRAIN", "3600"), "");
    for (const auto* wrong : {"-1", "3601", "1.5", " 1", "99999999999999999999"})
        EXPECT_THAT(refusal("WGW_DRAIN", wrong), testing::HasSubstr("WGW_DRAIN is \"" + std::string(wrong))) << wrong;
    EXPECT_THAT(refusal("WGW_LIMIT_CONTENT_BYTES", "0"), testing::HasSubstr("from 1 to"));
}

TEST(Options, SplitLists)
{
    EXPECT_EQ(
        read("WGW_ORIGINS", "https://a.example, https://b.example").origins,
        (std::vector<std::string>{"https://a.example", "https://b.example"})
    );
}

TEST(Options, ThatAreWrongAreRefusedWithTheirName)
{
    EXPECT_THAT(refusal("GATEWAY_PORT", "70000"), testing::HasSubstr("GATEWAY_PORT"));
    EXPECT_THAT(refusal("GATEWAY_PORT", "3000x"), testing::HasSubstr("GATEWAY_PORT"));
    EXPECT_THAT(refusal("WGW_LOG_LEVEL", "loud"), testing::HasSubstr("WGW_LOG_LEVEL"));
    EXPECT_THAT(refusal("WGW_LIMITS", "none"), testing::HasSubstr("WGW_LIMITS"));
}

TEST(Options, ThatAreWrongAreAllTold)
{
    try {
        read({
            {"GATEWAY_PORT",        "70000"},
            {"WGW_LOG_LEVEL",       "loud" },
            {"JWT_SECRET",          "short"},
            {"WGW_LIMIT_SEND",      "fast" },
            {"WGW_LIMIT_PAGE",      "0"    },
            {"JWT_SECRET_PREVIOUS", "x"    },
            {"JWT_SECRET_FILE",     "/none"},
            {"WGW_TRUSTED_PROXIES", "me"   },
        });
        FAIL() << "they were accepted";
    } catch (const OptionError& error) {
        EXPECT_EQ(error.sentences.size(), 8U) << error.what();
        EXPECT_THAT(
            error.what(), testing::AllOf(testing::HasSubstr("GATEWAY_PORT"), testing::HasSubstr("WGW_LIMIT_PAGE"))
        );
    }
}

TEST(Options, RefuseOnePortForTwoListenersThatMeet)
{
    const auto at = [](const char* host, const char* admin_host, const char* port = "3000") {
        return refusal({
            {"GATEWAY_HOST",   host      },
            {"WGW_ADMIN_HOST", admin_host},
            {"GATEWAY_PORT",   port      },
            {"WGW_ADMIN_PORT", port      },
        });
    };
    for (const auto* host : {"localhost", "127.0.0.1", "0.0.0.0", "::"})
        EXPECT_THAT(at(host, "127.0.0.1"), testing::HasSubstr("two listeners cannot share a port")) << host;
    EXPECT_THAT(at("10.0.0.1", "0.0.0.0"), testing::HasSubstr("both 3000"));
    EXPECT_EQ(at("10.0.0.1", "127.0.0.1"), "");
    EXPECT_EQ(at("127.0.0.2", "127.0.0.1"), "");
    EXPECT_EQ(at("localhost", "127.0.0.1", "0"), "");
}

TEST(ARole, ThatIsAPortIsToldWhereThatGoes)
{
    EXPECT_THAT(refusal("WGW_ROLE", "8080,"), testing::HasSubstr("wegowhere serve --port 8080"));
}

TEST(ARole, ThatIsNoneIsRefusedWithThoseThatAre)
{
    EXPECT_THAT(
        refusal("WGW_ROLE", "chats"),
        testing::AllOf(testing::HasSubstr("\"chats\" is no role"), testing::HasSubstr("gateway, auth, user and chat"))
    );
}

TEST(ARole, ThatIsEmptyMeansEverything)
{
    EXPECT_FALSE(read("WGW_ROLE", "").roles.any());
    EXPECT_FALSE(read({}).rabbit.has_value());
}

const std::map<std::string, std::string> kServers{
    {"JWT_SECRET", kKey                        },
    {"RMQ_URL",    "amqp://r:p@rabbit:5673/v"  },
    {"DB_URL",     "mongodb://mongo:27018/chat"},
    {"REDIS_URL",  "redis://cache:6380/1"      },
};

std::map<std::string, std::string> servers_and(const std::string& name, const std::string& value)
{
    auto all = kServers;
    all[name] = value;
    return all;
}

TEST(ACluster, IsEachRoleThatIsNamed)
{
    EXPECT_EQ(read(servers_and("WGW_ROLE", "chat")).roles, (Roles{.chat = true}));
    EXPECT_EQ(read(servers_and("WGW_ROLE", "gateway, user")).roles, (Roles{.gateway = true, .user = true}));
    EXPECT_EQ(read(kServers).roles, (Roles{true, true, true, true})) << "servers and no role";
}

TEST(ACluster, IsOnTheServersThatAreNamed)
{
    const auto options = read(kServers);
    EXPECT_EQ(options.rabbit->text(), "rabbit:5673");
    EXPECT_EQ(options.mongo->shown, "mongo:27018/chat");
    EXPECT_EQ(options.redis->text(), "cache:6380");
    const auto parts = read({
        {"JWT_SECRET", kKey    },
        {"RMQ_HOST",   "rabbit"},
        {"DB_HOST",    "mongo" },
        {"REDIS_HOST", "cache" },
    });
    EXPECT_EQ(parts.rabbit->port, 5'672);
    EXPECT_EQ(parts.redis->port, 6'379);
    EXPECT_THAT(parts.mongo->shown, testing::HasSubstr("mongo:27017"));
}

TEST(ACluster, NeedsItsServersAndAKey)
{
    const auto without = [](const char* name, const char* role) {
        auto all = servers_and("WGW_ROLE", role);
        all.erase(name);
        return refusal(all);
    };
    EXPECT_THAT(without("RMQ_URL", "gateway"), testing::HasSubstr("set RMQ_URL or RMQ_HOST"));
    EXPECT_THAT(without("DB_URL", "user"), testing::HasSubstr("set DB_URL or DB_HOST"));
    EXPECT_EQ(without("DB_URL", "gateway"), "") << "it stores nothing";
    EXPECT_EQ(without("REDIS_URL", "gateway"), "") << "it only hears later";
    EXPECT_THAT(without("JWT_SECRET", "chat"), testing::HasSubstr("all services of a cluster need the same one"));
    for (const auto* name : {"RMQ_URL", "DB_URL", "REDIS_URL"})
        EXPECT_THAT(refusal(servers_and(name, "http://x")), testing::HasSubstr(name)) << name;
}

TEST(ASecret, ThatIsWeakIsAcceptedOnLoopbackOnly)
{
    EXPECT_FALSE(is_loopback_name("127.example.com"));
    for (const auto* host : {"localhost", "127.0.0.1", "127.8.8.8", "::1"})
        EXPECT_EQ(
            refusal({
                {"JWT_SECRET",       "wegowhere"},
                {"WGW_INSECURE_DEV", "1"        },
                {"GATEWAY_HOST",     host       }
        }),
            ""
        ) << host;
    for (const auto* host : {"0.0.0.0", "::", "chat.example", "10.0.0.1"})
        EXPECT_THAT(
            refusal({
                {"JWT_SECRET",       "wegowhere"},
                {"WGW_INSECURE_DEV", "1"        },
                {"GATEWAY_HOST",     host       }
        }),
            testing::HasSubstr("GATEWAY_HOST")
        ) << host;
}

TEST(ASecret, ThatIsKnownOrShortIsRefused)
{
    for (const auto* secret : {"wegowhere", "secret", "0123456789012345678901234567890"})
        EXPECT_THAT(refusal("JWT_SECRET", secret), testing::HasSubstr("JWT_SECRET")) << secret;
    EXPECT_EQ(refusal("JWT_SECRET", "01234567890123456789012345678901"), "");
    EXPECT_EQ(
        refusal({
            {"JWT_SECRET",       "wegowhere"},
            {"WGW_INSECURE_DEV", "1"        }
    }),
        ""
    );
}

TEST(ASecret, ThatHasFewCharactersIsRefused)
{
    EXPECT_THAT(
        refusal("JWT_SECRET", std::string(32, 'a')),
        testing::AllOf(testing::HasSubstr("only 1 character"), testing::HasSubstr("openssl rand -hex 32"))
    );
}

TEST(ASecret, ThatIsWeakAndAcceptedIsWarnedOf)
{
    const auto options = read({
        {"JWT_SECRET",          "wegowhere"},
        {"JWT_SECRET_PREVIOUS", "short"    },
        {"WGW_INSECURE_DEV",    "1"        }
    });
    EXPECT_THAT(
        options.warnings, testing::ElementsAre(
                              testing::StartsWith("JWT_SECRET is a well-known word"),
                              testing::StartsWith("JWT_SECRET_PREVIOUS has 5 bytes")
                          )
    );
    EXPECT_THAT(refusal("WGW_INSECURE_DEV", "true"), testing::HasSubstr("WGW_INSECURE_DEV is \"true\""));
    EXPECT_THAT(read("JWT_SECRET", kKey).warnings, testing::IsEmpty());
}

TEST(APassword, OfAServerThatIsWellKnownIsWarnedOf)
{
    auto all = kServers;
    all["RMQ_URL"] = "amqp://guest:guest@rabbit";
    all["REDIS_URL"] = "redis://:wegowhere@cache";
    EXPECT_THAT(
        read(all).warnings, testing::ElementsAre(
                                testing::StartsWith("The password of RabbitMQ is a well-known word"),
                                testing::StartsWith("The password of Redis is a well-known word")
                            )
    );
    EXPECT_THAT(read(kServers).warnings, testing::IsEmpty());
}

TEST(AHost, ThatIsNoneIsRefusedForBothListeners)
{
    for (const auto* name : {"GATEWAY_HOST", "WGW_ADMIN_HOST"})
        EXPECT_THAT(refusal(name, "0.0.0.0:80"), testing::HasSubstr(std::string(name) + " is \"0.0.0.0:80\""));
}

TEST(Origins, ThatNeverMatchAreAllTold)
{
    EXPECT_THAT(
        refusal("WGW_ORIGINS", "https://a.b/, https://c.d, e.f"),
        testing::AllOf(testing::HasSubstr("\"https://a.b/\""), testing::HasSubstr("\"e.f\""))
    );
}

TEST(ALine, OfDotenvThatCannotBeReadIsNamed)
{
    try {
        read({}, {}, "GATEWAY_PORT=1\nnonsense\n");
        FAIL() << "it was read";
    } catch (const OptionError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("Line 2 of .env"));
    }
}

TEST(TheTable, HasEachVariableOnceWithASentence)
{
    std::set<std::string_view> names;
    for (const auto& row : option_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_TRUE(row.sentence.ends_with(".")) << row.name;
    }
    for (const auto& row : option_table())
        if (!row.fallback.empty())
            EXPECT_EQ(refusal(std::string(row.name), std::string(row.fallback)), "") << row.name;
}

TEST(AnUnknownVariable, IsNamedWithItsNearestNeighbour)
{
    const std::pair<const char*, const char*> rows[] = {
        {"WGW_ORIGIN",    "WGW_ORIGINS"   },
        {"WGW_PORT",      "GATEWAY_PORT"  },
        {"WGW_HOST",      "GATEWAY_HOST"  },
        {"GATEWAY_PROT",  "GATEWAY_PORT"  },
        {"GATEWAY_HSOT",  "GATEWAY_HOST"  },
        {"GATEWAY_DATA",  "WGW_DATA"      },
        {"JWT_SECERT",    "JWT_SECRET"    },
        {"WGW_SECRET",    "JWT_SECRET"    },
        {"WGW_LOGFORMAT", "WGW_LOG_FORMAT"},
    };
    for (const auto& [wrong, right] : rows) {
        const auto sentence = std::string(wrong) + " is not a setting of this program. Did you mean " + right + "?";
        EXPECT_THAT(read(wrong, "x").warnings, testing::ElementsAre(sentence));
        EXPECT_THAT(read({}, {}, std::string(wrong) + "=x").warnings, testing::ElementsAre(sentence)) << "in .env";
    }
}

TEST(AVariable, OfSomebodyElseIsNotMentioned)
{
    for (const auto* name : {"HOME", "PORT", "WGWX", "MY_WGW_PORT", "WGW_TEST_MONGO_URL", "GATEWAY_PORT", "DATABASE"})
        EXPECT_THAT(read(name, "7").warnings, testing::IsEmpty()) << name;
}

TEST(ANameInDotenv, ThatIsNearOneOfOursIsNamed)
{
    const std::pair<const char*, const char*> rows[] = {
        {"GATWAY_PORT",  "GATEWAY_PORT" },
        {"WEGW_DATA",    "WGW_DATA"     },
        {"PORT",         "GATEWAY_PORT" },
        {"LOG_LEVEL",    "WGW_LOG_LEVEL"},
        {"gateway_host", "GATEWAY_HOST" },
        {"JTW_SECRET",   "JWT_SECRET"   },
    };
    for (const auto& [wrong, right] : rows) {
        const auto sentence = std::string(wrong) + " is not a setting of this program. Did you mean " + right + "?";
        EXPECT_THAT(read({}, {}, std::string(wrong) + "=7").warnings, testing::ElementsAre(sentence));
        EXPECT_THAT(read(wrong, "7").warnings, testing::IsEmpty()) << wrong << ": in an environment it is of others";
    }
    for (const auto* name : {"TZ", "NODE_ENV", "COMPOSE_PROJECT_NAME", "POSTGRES_PASSWORD", "API_SECRET", "LANG"})
        EXPECT_THAT(read({}, {}, std::string(name) + "=7").warnings, testing::IsEmpty()) << name;
}

TEST(AVariable, ThatOthersMaySetIsToldInDotenvOnly)
{
    EXPECT_THAT(read("REDIS_SERVICE_HOST", "10.0.0.1").warnings, testing::IsEmpty()) << "Kubernetes sets such names";
    EXPECT_THAT(
        read({}, {}, "RMQ_USR=x").warnings,
        testing::ElementsAre("RMQ_USR is not a setting of this program. Did you mean RMQ_USER?")
    );
}

TEST(ASetting, SaysWhereItComesFrom)
{
    const auto settings = list_settings(
        {
            {"GATEWAY_PORT", "3"}
    },
        {{"GATEWAY_PORT", "2"}, {"WGW_DATA", "/data"}, {"WGW_DRAIN", ""}},
        "GATEWAY_PORT=1\nWGW_LOG_LEVEL=debug\nWGW_DRAIN=5\n"
    );
    using Row = std::pair<std::string, std::string>;
    std::map<std::string_view, Row> rows;
    for (const auto& row : settings.rows)
        rows[row.name] = {row.value, row.origin};
    EXPECT_EQ(rows.size(), option_table().size());
    EXPECT_EQ(rows["GATEWAY_PORT"], Row("3", "flag"));
    EXPECT_EQ(rows["WGW_DATA"], Row("/data", "environment"));
    EXPECT_EQ(rows["WGW_LOG_LEVEL"], Row("debug", ".env"));
    EXPECT_EQ(rows["GATEWAY_HOST"], Row("localhost", "default"));
    EXPECT_EQ(rows["JWT_SECRET"], Row("", "default"));
    EXPECT_EQ(rows["WGW_DRAIN"], Row("10", "default")) << "an empty text unsets what .env says";
}

TEST(ASetting, ThatIsASecretIsMarked)
{
    for (const auto& row : option_table())
        EXPECT_EQ(
            row.is_secret, row.name.starts_with("JWT_SECRET") || row.name.ends_with("_PASS") ||
                               (row.name.ends_with("_URL") && !row.name.starts_with("WGW_"))
        ) << row.name;
}

TEST(ASetting, ThatIsASecretSaysItsSizeOnly)
{
    const auto options = read("JWT_SECRET", kKey);
    EXPECT_EQ(options.jwt_secret, kKey);
    for (const auto& row : options.settings)
        if (row.name == "JWT_SECRET")
            EXPECT_EQ(row.value, "40 bytes");
}

TEST(TheFileOfASecret, IsASettingToo)
{
    EXPECT_THAT(
        read("JWT_SECRET_FIEL", "x").warnings,
        testing::ElementsAre("JWT_SECRET_FIEL is not a setting of this program. Did you mean JWT_SECRET_FILE?")
    );
}

TEST(TheTemplate, InTheTreeIsTheOneOfTheTable)
{
    std::ifstream file(WGW_SOURCE_DIR "/.env.template");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), env_template()) << "write it anew: build/wegowhere config env > .env.template";
}

}  // namespace
}  // namespace wgw::app
