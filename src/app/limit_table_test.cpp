#include "app/limit_table.hpp"
#include "app/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace wgw::app {
namespace {

using testing::HasSubstr;
using Map = std::map<std::string, std::string>;

Options read(const Map& environment) { return read_options({}, environment, {}); }

std::string refusal(const std::string& name, const std::string& value)
{
    try {
        read({
            {name, value}
        });
        return "";
    } catch (const OptionError& error) {
        return error.what();
    }
}

const LimitRow& row_of(std::string_view name) { return *std::ranges::find(limit_table(), name, &LimitRow::name); }

/// What `row` sets, as text.
std::string value_of(const Limits& limits, const LimitRow& row)
{
    if (const auto* rate = std::get_if<Rate Limits::*>(&row.bound))
        return to_text(limits.*(*rate));
    const auto value = limits.*std::get<std::int64_t Limits::*>(row.bound);
    return value == kUnlimited ? "off" : std::to_string(value);
}

TEST(TheLimits, AreEachSetByTheirOwnSettingAndByNoOther)
{
    const Limits defaults;
    for (const auto& row : limit_table()) {
        const bool is_rate = std::holds_alternative<Rate Limits::*>(row.bound);
        const auto before = default_text(row);
        std::string value = is_rate ? "3/min+4" : std::to_string(row.least);
        if (value == before)
            value = std::to_string(row.least + 1);
        Limits limits;
        read_limit(limits, row, value);
        for (const auto& other : limit_table())
            EXPECT_EQ(value_of(limits, other), &other == &row ? value : value_of(defaults, other))
                << row.name << " and " << other.name;
    }
}

TEST(TheLimits, KeepToTheirRange)
{
    for (const auto& row : limit_table()) {
        const std::string name(row.name);
        if (std::holds_alternative<Rate Limits::*>(row.bound)) {
            for (const auto* wrong : {"10", "10/x", "0/s", "on"})
                EXPECT_THAT(refusal(name, wrong), HasSubstr(name + " is \"" + wrong + "\"; set it to a rate"));
            continue;
        }
        for (const auto& wrong :
             {std::to_string(row.least - 1), std::to_string(row.greatest + 1), std::string("1.5"), std::string("10/s")})
            EXPECT_THAT(refusal(name, wrong), HasSubstr(name + " is \"" + wrong + "\"; set it to a whole number"));
        Limits limits;
        read_limit(limits, row, std::to_string(row.least));
        read_limit(limits, row, std::to_string(row.greatest));
    }
}

TEST(TheLimits, HaveDefaultsInTheirRange)
{
    for (const auto& row : limit_table())
        if (const auto text = default_text(row); !text.empty())
            EXPECT_EQ(refusal(std::string(row.name), text), "") << row.name;
}

constexpr std::string_view kLifted[] = {
    "WGW_LIMIT_CONNECTIONS_PER_USER",
    "WGW_LIMIT_CONNECTIONS_PER_ADDRESS",
    "WGW_LIMIT_CONNECT",
    "WGW_LIMIT_EVENTS",
    "WGW_LIMIT_SEND",
    "WGW_LIMIT_SEND_ROOM",
    "WGW_LIMIT_ROOM_CREATE",
    "WGW_LIMIT_JOIN",
    "WGW_LIMIT_SIGN_IN",
    "WGW_LIMIT_SIGN_IN_ADDRESS",
    "WGW_LIMIT_SIGN_UP",
};

TEST(TheLimits, PerUserRoomAndAddressMayBeLiftedAndNoOthers)
{
    const Options bench = read({
        {"WGW_LIMITS", "bench"}
    });
    const Limits defaults;
    for (const auto& row : limit_table()) {
        const std::string name(row.name);
        const bool lifted = std::ranges::find(kLifted, row.name) != std::end(kLifted);
        EXPECT_EQ(row.may_be_lifted, lifted) << name;
        EXPECT_EQ(value_of(bench.limits, row), lifted ? "off" : value_of(defaults, row)) << name;
        if (lifted)
            EXPECT_EQ(
                value_of(
                    read(Map{
                             {name, "off"}
            })
                        .limits,
                    row
                ),
                "off"
            );
        else
            EXPECT_THAT(refusal(name, "off"), HasSubstr(name)) << name;
    }
}

TEST(TheLimits, ThatAreSetAndLiftedAreTold)
{
    const Options options = read({
        {"WGW_LIMITS",     "bench"},
        {"WGW_LIMIT_SEND", "1/s"  },
        {"WGW_LIMIT_PAGE", "7"    }
    });
    EXPECT_THAT(options.warnings, testing::ElementsAre("WGW_LIMIT_SEND is set, but WGW_LIMITS=bench lifts it."));
    EXPECT_EQ(options.limits.page, 7);
}

TEST(TheLimits, ThatContradictEachOtherAreRefused)
{
    EXPECT_THAT(refusal("WGW_LIMIT_PASSWORD_MAX", "5"), HasSubstr("WGW_LIMIT_PASSWORD_MIN is greater than"));
    EXPECT_THAT(refusal("WGW_LIMIT_USERNAME_MAX", "5"), HasSubstr("WGW_LIMIT_USERNAME_MIN is greater than"));
}

TEST(TheLimits, AreRowsOfTheOptionTableWithTheirDefaults)
{
    for (const auto& [name, fallback] :
         {std::pair("WGW_LIMIT_SEND", "10/s+50"), std::pair("WGW_LIMIT_SIGN_IN", "10/15min"),
          std::pair("WGW_LIMIT_MEMBERS", "20000"), std::pair("WGW_LIMIT_CONNECTIONS", "")}) {
        const auto found = std::ranges::find(option_table(), name, &OptionRow::name);
        ASSERT_NE(found, option_table().end()) << name;
        EXPECT_EQ(found->fallback, fallback);
        EXPECT_EQ(default_text(row_of(name)), fallback);
    }
}

TEST(TrustedProxies, AreAddressesAndNetworks)
{
    const auto options = read({
        {"WGW_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1"}
    });
    EXPECT_THAT(
        options.trusted_proxies, testing::ElementsAre(*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("2001:db8::1"))
    );
    EXPECT_TRUE(read({}).trusted_proxies.empty());
    EXPECT_THAT(refusal("WGW_TRUSTED_PROXIES", "10.0.0.0/8,proxy"), HasSubstr("\"proxy\" in WGW_TRUSTED_PROXIES"));
}

}  // namespace
}  // namespace wgw::app
