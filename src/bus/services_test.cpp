#include "base/test_loop.hpp"
#include "bus/services.hpp"
#include "bus/test_recording_calls.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using Kind = Answer::Kind;

constexpr Pattern kRecorded{"user.find_all", true, true};
constexpr Pattern kOurs{"user.find_by_ids", true, false};

class RemoteServices : public testing::Test {
protected:
    Result<Answer> ask(Pattern pattern, Answer answer, std::vector<Header> headers = {})
    {
        calls_.answers.push_back(std::move(answer));
        return loop_.await(services_->ask(pattern, R"({"a":1})", caller_, std::move(headers)), [] {});
    }

    static Caller grace()
    {
        Caller caller;
        caller.origin = {std::make_shared<const std::string>("Bearer t  and more"), "request-1"};
        return caller;
    }

    TestLoop loop_;
    RecordingCalls calls_;
    Caller caller_ = grace();
    std::unique_ptr<Services> services_ = make_remote_services(calls_);
};

TEST_F(RemoteServices, AreAskedAtTheirQueueWithTheTokenAsItCame)
{
    EXPECT_EQ(
        ask(kRecorded, value("[]"),
            {
                {"x-wgw-address", "192.0.2.1"}
    }),
        value("[]")
    );
    const RecordingCalls::Asked asked{
        "user", {"user.find_all", R"({"a":1})", {{"authorization", "Bearer t  and more"}}, "request-1"}
    };
    EXPECT_EQ(calls_.asked.at(0), asked) << "what is recorded has no other header";
    caller_.origin = {};
    ask(kOurs, value("[]"),
        {
            {"x-wgw-address", "192.0.2.1"}
    });
    const RecordingCalls::Asked ours{
        "user", {"user.find_by_ids", R"({"a":1})", {{"x-wgw-address", "192.0.2.1"}}}
    };
    EXPECT_EQ(calls_.asked.at(1), ours);
}

TEST_F(RemoteServices, MayAnswerAnything)
{
    EXPECT_EQ(ask(kRecorded, {Kind::nothing, "", {}})->kind, Kind::nothing);
    const auto failed = ask(kRecorded, {Kind::error, R"({"status":418,"data":"text"})", {}});
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().http_status(), 418);
    EXPECT_TRUE(failed.error().cause.starts_with("user.find_all: "));
    const auto unknown = ask(kRecorded, {Kind::no_handler, "", {}});
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().code, Errc::internal);
    calls_.away = true;
    EXPECT_THROW(static_cast<void>(ask(kRecorded, {})), Unavailable);
}

TEST(LocalServices, ArePlainCalls)
{
    TestLoop loop;
    const auto echo = [](Request request, Caller caller) -> Task<Result<Answer>> {
        co_return value(request.data + caller.username + std::string(request.header("x-wgw-id")));
    };
    const auto services = make_local_services({
        Operation{kOurs, echo}
    });
    Caller caller;
    caller.username = "grace";
    std::vector<Header> headers{
        {"x-wgw-id", "7"}
    };
    EXPECT_EQ(loop.await(services->ask(kOurs, "1", caller, headers), [] {}), value("1grace7"));
}

}  // namespace
}  // namespace wgw::bus
