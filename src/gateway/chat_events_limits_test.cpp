#include "gateway/chat_events.hpp"
#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const UserId kGrace = test_id(1);
const UserId kAlan = test_id(2);
const RoomId kTea = test_id(100);

TEST(ChatEventsWithLimits, SubmitNoSendOverItsRateAndSaySo)
{
    TestGateway gateway(Limits{});
    auto& client = gateway.join({.auth = gateway.token_auth(kGrace)});
    const std::string message = R"(["chat.message.send",{"room_id":")" + kTea.hex() + R"(","content":"hello"}])";
    for (int i = 0; i < 51; ++i)
        client.send("42" + std::to_string(i) + message);
    EXPECT_EQ(gateway.chat.submitted.size(), 50U);
    gateway.turn();
    const std::string data =
        R"({"message":"Too many requests. Please wait a moment.","code":"rate_limited","request_id":"test-52","retry_after_ms":100})";
    EXPECT_THAT(
        client.received(),
        ElementsAre(
            R"(42["chat.error.receive",)" + data + "]", AllOf(StartsWith(R"(4350[{"success":false)"), HasSubstr(data))
        )
    );
    gateway.advance(Duration(100));
    client.send("4251" + message);
    EXPECT_EQ(gateway.chat.submitted.size(), 51U);
    while (!gateway.chat.submitted.empty())
        gateway.chat.answer(fail(Errc::not_member));
}

TEST(ChatEventsWithLimits, HearNoEventOverTheRateOfASocket)
{
    Limits limits;
    limits.events = {1, Duration(1'000), 2};
    TestGateway gateway(limits);
    auto& client = gateway.join({.auth = gateway.token_auth(kGrace)});
    for (int i = 0; i < 3; ++i)
        client.send("42" + std::to_string(i) + R"(["no such event"])");
    gateway.turn();
    EXPECT_THAT(
        client.received(),
        ElementsAre(
            HasSubstr("not_found"), HasSubstr("not_found"), StartsWith(R"(42["chat.error.receive",)"),
            AllOf(StartsWith("432["), HasSubstr("rate_limited"))
        )
    );
}

TEST(ChatEventsWithLimits, RefuseASocketMoreThanAUserMayHave)
{
    Limits limits;
    limits.connections_per_user = 2;
    TestGateway gateway(limits);
    auto& first = gateway.connect({.auth = gateway.token_auth(kGrace)});
    gateway.connect({.auth = gateway.token_auth(kGrace)});
    EXPECT_THAT(
        gateway.connect({.auth = gateway.token_auth(kGrace)}).received(),
        ElementsAre(AllOf(
            StartsWith(R"(44{"message":"Too many requests. Please wait a moment.","data":{"success":false)"),
            HasSubstr("rate_limited")
        ))
    );
    EXPECT_THAT(gateway.connect({.auth = gateway.token_auth(kAlan)}).received().front(), StartsWith("40"));
    first.drop();
    gateway.turn();
    EXPECT_THAT(gateway.connect({.auth = gateway.token_auth(kGrace)}).received().front(), StartsWith("40"));
}

}  // namespace
}  // namespace wgw::gateway
