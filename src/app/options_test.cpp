#include "app/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace wgw::app {
namespace {

using Map = std::map<std::string, std::string>;

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

TEST(Options, SplitLists)
{
    EXPECT_EQ(
        read({
                 {"WGW_ORIGINS", "https://a.example, https://b.example"}
    })
            .origins,
        (std::vector<std::string>{"https://a.example", "https://b.example"})
    );
}

TEST(Options, ThatAreWrongAreRefusedWithTheirName)
{
    EXPECT_THAT(
        refusal({
            {"GATEWAY_PORT", "70000"}
    }),
        testing::HasSubstr("GATEWAY_PORT")
    );
    EXPECT_THAT(
        refusal({
            {"GATEWAY_PORT", "3000x"}
    }),
        testing::HasSubstr("GATEWAY_PORT")
    );
    EXPECT_THAT(
        refusal({
            {"WGW_LOG_LEVEL", "loud"}
    }),
        testing::HasSubstr("WGW_LOG_LEVEL")
    );
    EXPECT_THAT(
        refusal({
            {"WGW_LIMITS", "none"}
    }),
        testing::HasSubstr("WGW_LIMITS")
    );
    EXPECT_THAT(
        refusal({
            {"DB_URL", "mongodb://x"}
    }),
        testing::HasSubstr("DB_URL")
    );
}

TEST(ASecret, ThatIsKnownOrShortIsRefused)
{
    for (const auto* secret : {"wegowhere", "secret", "0123456789012345678901234567890"})
        EXPECT_THAT(
            refusal({
                {"JWT_SECRET", secret}
        }),
            testing::HasSubstr("JWT_SECRET")
        ) << secret;
    EXPECT_EQ(
        refusal({
            {"JWT_SECRET", "01234567890123456789012345678901"}
    }),
        ""
    );
    EXPECT_EQ(
        refusal({
            {"JWT_SECRET",       "wegowhere"},
            {"WGW_INSECURE_DEV", "1"        }
    }),
        ""
    );
}

TEST(AnUnknownVariable, IsNamedWithItsNearestNeighbour)
{
    const auto warnings = read({
                                   {"WGW_ORIGIN", "x"},
                                   {"HOME",       "/"}
    })
                              .warnings;
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings.front(), testing::HasSubstr("WGW_ORIGINS"));
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
