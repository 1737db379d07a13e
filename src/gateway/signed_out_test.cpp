#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const UserId kGrace = test_id(1);
const RoomId kTea = test_id(100);

class ASignedOutClient : public testing::Test {
protected:
    sio::TestClient& grace() { return gateway_.join({.auth = gateway_.token_auth(kGrace)}); }

    std::vector<std::string> hears(sio::TestClient& client)
    {
        gateway_.turn();
        return client.received();
    }

    static std::string send(std::string_view ack)
    {
        return "42" + std::string(ack) + R"(["chat.message.send",{"room_id":")" + kTea.hex() +
               R"(","content":"hello"}])";
    }

    static chat::Outcome stored(chat::Seq seq) { return {message(kTea, seq, kGrace, "hello"), false}; }

    TestGateway gateway_;
};

TEST_F(ASignedOutClient, IsToldAndCutOffAtOnce)
{
    gateway_.chat.rooms_by_user[kGrace] = {
        {kTea, 1}
    };
    gateway_.clock.advance(Duration(1'000));
    const auto token = gateway_.token(kGrace);
    auto& by_auth = gateway_.join({.auth = R"({"token":")" + token + R"("})"});
    auto& by_header = gateway_.join({.authorization = "Bearer " + token});
    gateway_.clock.advance(Duration(1'000));
    auto& other = grace();
    by_auth.send(send("7"));
    gateway_.revocations.revoke(*gateway_.tokens.check_token(token));
    for (auto* client : {&by_auth, &by_header}) {
        EXPECT_THAT(
            hears(*client),
            ElementsAre(
                R"(42["system.notice",{"kind":"signed_out","message":"This session has ended. Please sign in again."}])"
            )
        ) << "and no 41, behind which a client never comes back";
        EXPECT_TRUE(client->closed);
        EXPECT_EQ(client->close_code, 1008);
    }
    gateway_.chat.answer(stored(2));
    gateway_.chat.tell(message(kTea, 3, kGrace, "after"));
    EXPECT_THAT(hears(by_auth), IsEmpty()) << "a send that is not acknowledged is asked again with its key";
    EXPECT_THAT(hears(other), ElementsAre(HasSubstr("after")));
    EXPECT_FALSE(other.closed);
}

TEST_F(ASignedOutClient, MayBeOneOfNoUser)
{
    const auto token = gateway_.tokens.sign(UserId(), "host").access;
    auto& client = gateway_.join({.auth = R"({"token":")" + token + R"("})"});
    auto& stranger = gateway_.join({});
    auto caller = *gateway_.tokens.check_token(token);
    EXPECT_FALSE(caller.has_session);
    gateway_.revocations.revoke(caller);
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("signed_out")));
    EXPECT_TRUE(client.closed);
    EXPECT_FALSE(stranger.closed);
}

TEST_F(ASignedOutClient, MayBeOneThatIsBeingAdmitted)
{
    gateway_.chat.hold = true;
    const auto token = gateway_.token(kGrace);
    auto& client = gateway_.connect({.auth = R"({"token":")" + token + R"("})"});
    gateway_.revocations.revoke(*gateway_.tokens.check_token(token));
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("signed_out")));
    EXPECT_TRUE(client.closed);
    for (const auto& answer : gateway_.chat.held)
        answer();
    gateway_.chat.held.clear();
    gateway_.turn();
    EXPECT_THAT(client.received(), IsEmpty());
}

TEST_F(ASignedOutClient, IsRefusedWhereItShowsItsToken)
{
    const auto token = gateway_.token(kGrace);
    gateway_.revocations.ended.insert(gateway_.tokens.check_token(token)->ended_by);
    auto& by_auth = gateway_.connect({.auth = R"({"token":")" + token + R"("})"});
    EXPECT_THAT(by_auth.received(), ElementsAre(AllOf(StartsWith("44"), HasSubstr(R"("code":"token_revoked")"))));
    auto& by_header = gateway_.join({.authorization = "Bearer " + token});
    by_header.send(send("1"));
    EXPECT_THAT(
        hears(by_header), ElementsAre(
                              AllOf(HasSubstr("exception"), HasSubstr("This session has ended.")),
                              AllOf(StartsWith("431["), HasSubstr("token_revoked"))
                          )
    );
    EXPECT_THAT(gateway_.chat.submitted, IsEmpty());
}

}  // namespace
}  // namespace wgw::gateway
