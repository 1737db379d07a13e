#include "auth/described_sessions.hpp"
#include "auth/operations.hpp"
#include "auth/test_accounts.hpp"
#include "bus/test_recording_calls.hpp"

#include <gmock/gmock.h>

namespace wgw::auth {
namespace {

using testing::ElementsAre;

/// A gateway's services, over calls to an auth service of ours.
class ADescribedSession : public Accounts {
protected:
    void SetUp() override
    {
        const auto check = [this](std::optional<std::string_view> header) {
            return tokens_.check_authorization(header);
        };
        calls_.queues["auth"] = bus::bindings_of(operations(auth(), limits_), check);
    }

    Result<bus::Answer> ask(bus::Pattern pattern, std::string data)
    {
        std::vector<bus::Header> peer{
            {std::string(bus::kAddressHeader),   "203.0.113.7"},
            {std::string(bus::kUserAgentHeader), "a device"   }
        };
        Caller nobody;
        nobody.origin.request_id = "k7m2q9-17";
        return await(services_.ask(pattern, std::move(data), std::move(nobody), std::move(peer)));
    }
    Result<bus::Answer> sign_up()
    {
        return ask(patterns::kSignUp, R"({"first_name":"Grace","username":"grace.hopper","password":"cobol1959"})");
    }
    Result<bus::Answer> sign_in()
    {
        return ask(patterns::kSignIn, R"({"username":"grace.hopper","password":"cobol1959"})");
    }
    std::vector<std::string> described(const Result<bus::Answer>& pair)
    {
        auto caller = tokens_.check_token(JsonValue(pair->json).find("access")->string());
        std::vector<std::string> found;
        for (const auto& session : await(auth().sessions(*std::move(caller), {}))->items)
            found.push_back(session.address + " " + session.user_agent);
        return found;
    }
    std::vector<std::string> asked() const
    {
        std::vector<std::string> patterns;
        for (const auto& one : calls_.asked)
            patterns.push_back(one.request.pattern);
        return patterns;
    }

    bus::RecordingCalls calls_;
    DescribingServices services_{bus::make_remote_services(calls_), tokens_};
};

TEST_F(ADescribedSession, SaysWhoHasSignedUpOrIn)
{
    ASSERT_TRUE(sign_up());
    EXPECT_THAT(described(sign_in()), ElementsAre("203.0.113.7 a device", "203.0.113.7 a device"));
    const auto& told = calls_.asked.at(1).request;
    EXPECT_EQ(told.pattern, "auth.session.describe");
    EXPECT_EQ(told.request_id, "k7m2q9-17");
    EXPECT_TRUE(calls_.asked.at(0).request.headers.empty()) << "as recorded";
}

TEST_F(ADescribedSession, KeepsWhatItKnows)
{
    ASSERT_TRUE(sign_up());
    const auto pair = sign_in();
    auto caller = *tokens_.check_token(JsonValue(pair->json).find("access")->string());
    ASSERT_TRUE(await(auth().describe_session(caller, {"192.0.2.66", "a thief"})));
    EXPECT_THAT(described(pair), ElementsAre("203.0.113.7 a device", "203.0.113.7 a device"));
}

TEST_F(ADescribedSession, IsNotWaitedForWhereTheServiceHasNone)
{
    // As the original answers: its tokens name no session.
    const auto theirs = tokens_.sign(ids_.next(), "grace.hopper").access;
    calls_.answers.push_back(bus::value(R"({"access":")" + theirs + R"(","refresh":"r"})"));
    EXPECT_TRUE(sign_in());
    calls_.answers.push_back(bus::value("[]"));
    EXPECT_TRUE(sign_in());
    calls_.answers.push_back(bus::value(R"({"access":"no token"})"));
    EXPECT_TRUE(sign_in());
    EXPECT_THAT(asked(), ElementsAre("auth.user.sign_in", "auth.user.sign_in", "auth.user.sign_in"));
}

TEST_F(ADescribedSession, FailsNoSignInWhereItCannotBeTold)
{
    ASSERT_TRUE(sign_up());
    auto bindings = std::move(calls_.queues["auth"]);
    bindings.insert_or_assign("auth.session.describe", [](bus::Request) -> Task<bus::Answer> {
        throw Unavailable("away");
        co_return bus::Answer{};
    });
    calls_.queues["auth"] = std::move(bindings);
    EXPECT_THAT(described(sign_in()), ElementsAre("203.0.113.7 a device", " "));
}

}  // namespace
}  // namespace wgw::auth
