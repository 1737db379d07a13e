#include "app/sign_in_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::app {
namespace {

using testing::HasSubstr;
using Why = gateway::SignInJournal::Why;

constexpr Timestamp kNow{1'800'000'000'000};
constexpr Instant kInstant{50'000};

std::string report(const SignInFacts& facts) { return to_json(facts, kNow, kInstant); }

SignInFacts throttled()
{
    SignInFacts facts;
    facts.counted.failed = 12;
    facts.counted.refused_since = Instant{40'000};
    facts.counted.refused_until = Instant{54'000};
    facts.counted.networks = {
        {*IpAddress::parse("203.0.113.0"),     9, {}             },
        {IpAddress{},                          2, Instant{51'000}},
        {*IpAddress::parse("2001:db8:1:2::0"), 1, {}             }
    };
    facts.last = {
        .why = Why::throttled, .at = {49'000}, .address = IpAddress::parse("203.0.113.7"), .wrong_passwords = 12
    };
    return facts;
}

TEST(ASignInReport, OfAUserWithNothingToReport)
{
    EXPECT_EQ(
        report({}),
        R"({"possible":true,"why":"ok","failed":0,"refused_since":null,"refused_until":null,"networks":[],"last_failure":null})"
    );
}

TEST(ASignInReport, OfAUserWhoWaitsSaysSinceWhenUntilWhenAndFromWhere)
{
    EXPECT_EQ(
        report(throttled()),
        R"({"possible":false,"why":"throttled","failed":12,"refused_since":"2027-01-15T07:59:50.000Z",)"
        R"("refused_until":"2027-01-15T08:00:04.000Z","networks":[{"network":"203.0.113.0/24","failed":9,"refused_until":null},)"
        R"({"network":"private","failed":2,"refused_until":"2027-01-15T08:00:01.000Z"},)"
        R"({"network":"2001:db8:1:2::/64","failed":1,"refused_until":null}],)"
        R"("last_failure":{"at":"2027-01-15T07:59:59.000Z","why":"too many failed ones before","address":"203.0.113.7","wrong_passwords":12}})"
    );
}

TEST(ASignInReport, NamesTheFirstReasonThatHolds)
{
    auto facts = throttled();
    facts.is_disabled = true;
    facts.has_password = false;
    const auto expect = [&](const char* why) { EXPECT_THAT(report(facts), HasSubstr('"' + std::string(why) + '"')); };
    expect("disabled");
    facts.is_disabled = false;
    expect("no_password");
    facts.has_password = true;
    expect("throttled");
    facts.counted.refused_until = {};
    expect("throttled_network");
    facts.counted.networks = {};
    expect("throttled_address");
    facts.last->why = Why::wrong_password;
    expect("wrong_password");
    facts.last = {};
    expect("ok");
}

}  // namespace
}  // namespace wgw::app
