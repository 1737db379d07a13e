#include "gateway/chat_events.hpp"
#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const UserId kGrace = test_id(1);
const UserId kAlan = test_id(2);
const RoomId kTea = test_id(100);
constexpr Duration kWeek{7 * 86'400'000LL};
constexpr std::string_view kNoHeader = "Authorization header is not found!";

class ChatEventsOfAClient : public testing::Test {
protected:
    sio::TestClient& grace() { return gateway_.join({.auth = gateway_.token_auth(kGrace)}); }

    std::vector<std::string> hears(sio::TestClient& client)
    {
        gateway_.turn();
        return client.received();
    }

    /// `ack`: the number of the wanted ack, or nothing.
    static std::string send(std::string_view ack, std::string_view content = "hello", std::string_view more = {})
    {
        return "42" + std::string(ack) + R"(["chat.message.send",{"room_id":")" + kTea.hex() + R"(","content":")" +
               std::string(content) + "\"" + std::string(more) + "}]";
    }

    static chat::Outcome stored(chat::Seq seq) { return {message(kTea, seq, kGrace, "hello"), false}; }

    TestGateway gateway_;
};

// Connecting

TEST_F(ChatEventsOfAClient, GreetWhoShowsATokenInAuth)
{
    auto& client = gateway_.connect({.auth = gateway_.token_auth(kGrace)});
    EXPECT_THAT(
        client.received(),
        ElementsAre(
            StartsWith(R"(40{"sid":")"),
            R"(42["system.hello",{"session_id":"","node":"node","version":"1.2.3","limits":{"content_bytes":16384,"unacked":64}}])"
        )
    );
}

TEST_F(ChatEventsOfAClient, SayNothingMoreThanRecordedToOthers)
{
    auto& recorded = gateway_.connect({.authorization = "Bearer " + gateway_.token(kGrace)});
    EXPECT_THAT(recorded.received(), ElementsAre(StartsWith(R"(40{"sid":")")));
    auto& anonymous = gateway_.connect({});
    EXPECT_THAT(anonymous.received(), ElementsAre(StartsWith(R"(40{"sid":")")));
    auto& mistaken = gateway_.connect({.authorization = "Bearer not.a.token"});
    EXPECT_THAT(mistaken.received(), ElementsAre(StartsWith(R"(40{"sid":")")));
}

TEST_F(ChatEventsOfAClient, RefuseABadTokenInAuthWithTheFailureEnvelope)
{
    auto& client = gateway_.connect({.auth = R"({"token":"not.a.token"})"});
    EXPECT_THAT(
        client.received(),
        ElementsAre(R"(44{"message":"invalid token","data":{"success":false,"timestamp":"2026-11-22T13:05:38.051Z",)"
                    R"("data":{"message":"invalid token","code":"unauthorized","request_id":"test-1"}}})")
    );
}

TEST_F(ChatEventsOfAClient, RefuseATokenThatIsNoText)
{
    for (const auto* auth : {R"({"token":""})", R"({"token":7})", R"({"token":false})", R"({"token":{}})"})
        EXPECT_THAT(
            gateway_.connect({.auth = auth}).received(),
            ElementsAre(AllOf(StartsWith("44"), HasSubstr("Access token is not found!")))
        ) << auth;
}

TEST_F(ChatEventsOfAClient, TakeATokenThatIsNullAsNone)
{
    for (const auto* auth : {R"({"token":null})", R"({"token":null,"room_id":7})", "{}"})
        EXPECT_THAT(gateway_.connect({.auth = auth}).received(), ElementsAre(StartsWith("40"))) << auth;
}

TEST_F(ChatEventsOfAClient, RefuseARoomThatIsNoText)
{
    gateway_.chat.rooms_by_user[kGrace] = {
        {kTea, 1}
    };
    const auto asked = [this](std::string_view room) {
        return gateway_
            .connect({.auth = R"({"token":")" + gateway_.token(kGrace) + R"(","room_id":)" + std::string(room) + "}"})
            .received();
    };
    for (const auto* room :
         {"5", "false", "{}",
          R"([")"
          "5f0c1d2e3f4a5b6c7d8e9f00"
          R"("])"})
        EXPECT_THAT(asked(room), ElementsAre(AllOf(StartsWith("44"), HasSubstr("not_member")))) << room;
    EXPECT_THAT(asked("null"), ElementsAre(StartsWith("40"), HasSubstr("system.hello")));
}

TEST_F(ChatEventsOfAClient, RefuseARoomThatIsNotTheUsersOrIsNone)
{
    const auto asked = [this](std::string_view room) {
        auto& client = gateway_.connect(
            {.auth = R"({"token":")" + gateway_.token(kGrace) + R"(","room_id":")" + std::string(room) + R"("})"}
        );
        return client.received();
    };
    EXPECT_THAT(asked(kTea.hex()), ElementsAre(AllOf(StartsWith("44"), HasSubstr("not_member"))));
    EXPECT_THAT(asked("join"), ElementsAre(AllOf(StartsWith("44"), HasSubstr("not_member"))));
    gateway_.chat.rooms_by_user[kGrace] = {
        {kTea, 1}
    };
    EXPECT_THAT(asked(kTea.hex()), ElementsAre(StartsWith("40"), HasSubstr("system.hello")));
    auto& by_query = gateway_.connect({.auth = gateway_.token_auth(kGrace), .query = "&room_id=join"});
    EXPECT_THAT(by_query.received(), ElementsAre(HasSubstr("not_member")));
}

TEST_F(ChatEventsOfAClient, TellWhoCannotBeAdmittedToComeBack)
{
    gateway_.chat.broken = true;
    auto& client = gateway_.connect({.auth = gateway_.token_auth(kGrace)});
    EXPECT_THAT(client.received(), ElementsAre(AllOf(StartsWith("44"), HasSubstr("unavailable"))));
}

TEST_F(ChatEventsOfAClient, SurviveAClientThatGoesWhileItIsAdmitted)
{
    gateway_.chat.hold = true;
    auto& client = gateway_.connect({.auth = gateway_.token_auth(kGrace)});
    EXPECT_THAT(client.received(), IsEmpty());
    client.drop();
    gateway_.turn();
    for (const auto& answer : gateway_.chat.held)
        answer();
    gateway_.chat.held.clear();
    gateway_.chat.hold = false;
    EXPECT_THAT(gateway_.connect({.auth = gateway_.token_auth(kGrace)}).received(), testing::SizeIs(2));
}

TEST_F(ChatEventsOfAClient, MissNoRoomThatIsJoinedWhileItIsAdmitted)
{
    gateway_.chat.hold = true;
    auto& client = gateway_.connect({.auth = gateway_.token_auth(kGrace)});
    chat::Entry joined = message(kTea, 2, kGrace, "");
    joined.type = chat::EntryType::member_update;
    gateway_.chat.tell(joined);
    for (const auto& answer : gateway_.chat.held)
        answer();
    gateway_.chat.held.clear();
    hears(client);
    gateway_.chat.tell(message(kTea, 3, kGrace, "heard"));
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("heard")));
}

// Sending

TEST_F(ChatEventsOfAClient, SubmitSendsInTheirOrderAndWaitForNone)
{
    auto& client = grace();
    client.send(send("0", "one", R"(,"client_msg_id":"k")"));
    client.send(send("1", "two"));
    ASSERT_EQ(gateway_.chat.submitted.size(), 2U);
    const auto& first = gateway_.chat.submitted[0];
    EXPECT_EQ(first.room, kTea);
    EXPECT_EQ(first.caller, kGrace);
    EXPECT_EQ(std::get<chat::Send>(first.command), (chat::Send{"one", "k"}));
    EXPECT_EQ(std::get<chat::Send>(gateway_.chat.submitted[1].command), (chat::Send{"two", {}}));
    EXPECT_THAT(hears(client), IsEmpty());
    gateway_.chat.answer(stored(2));
    EXPECT_THAT(
        hears(client),
        ElementsAre(
            R"(430[{"success":true,"timestamp":"2026-11-22T13:05:38.051Z","data":{"_id":")" + test_id(1'002).hex() +
            R"(","room_id":")" + kTea.hex() + R"(","seq":2,"created_at":"2026-11-22T13:05:38.051Z"}}])"
        )
    );
}

TEST_F(ChatEventsOfAClient, AckOnlyWhatAsksForIt)
{
    auto& client = grace();
    client.send(send(""));
    gateway_.chat.answer(stored(2));
    EXPECT_THAT(hears(client), IsEmpty());
}

TEST_F(ChatEventsOfAClient, TellARefusalAsEventAndAsAck)
{
    auto& client = grace();
    client.send(send("5"));
    gateway_.chat.answer(fail(Errc::not_member));
    const std::string data =
        R"({"message":"You are not a member of this chat room! Please join it first.","code":"not_member",)"
        R"("request_id":"test-2"})";
    EXPECT_THAT(
        hears(client), ElementsAre(
                           R"(42["chat.error.receive",)" + data + "]",
                           R"(435[{"success":false,"timestamp":"2026-11-22T13:05:38.051Z","data":)" + data + "}]"
                       )
    );
}

TEST_F(ChatEventsOfAClient, LogWhatBrokeWithTheIdThatTheClientIsTold)
{
    auto& client = grace();
    client.send(send("5"));
    Failure failure = Errc::internal;
    failure.cause = "the disk speaks in tongues";
    testing::internal::CaptureStderr();
    gateway_.chat.answer(fail(failure));
    const auto line = testing::internal::GetCapturedStderr();
    const auto told = hears(client);
    EXPECT_THAT(told.back(), HasSubstr(R"("code":"internal","request_id":"test-2")"));
    EXPECT_THAT(told, Each(Not(HasSubstr("tongues"))));
    EXPECT_THAT(
        line, AllOf(
                  HasSubstr("error An event failed.  request_id=test-2  sid="), HasSubstr("  user_id=" + kGrace.hex()),
                  HasSubstr("  event=chat.message.send  code=internal  room_id="),
                  HasSubstr("what=\"the disk speaks in tongues\"")
              )
    );
}

TEST_F(ChatEventsOfAClient, AreCountedByTheirResult)
{
    const auto& counts = gateway_.gateway.events();
    const auto count = [](const ResultCounts& results, std::string_view name) {
        for (std::size_t i = 0; i < ResultCounts::kPlaces; ++i)
            if (ResultCounts::name(i) == name)
                return results.at(i).value();
        return std::uint64_t{999};
    };
    auto& client = grace();
    EXPECT_EQ(count(counts.connects, "ok"), 1U);
    gateway_.connect({.auth = R"({"token":"not.a.token"})"});
    EXPECT_EQ(count(counts.connects, "unauthorized"), 1U);
    client.send(send("1"));
    client.send(send("2"));
    client.send(R"(42["unknown"])");
    gateway_.chat.answer(stored(2));
    gateway_.chat.answer(fail(Errc::not_member));
    EXPECT_EQ(count(counts.sends, "ok"), 1U);
    EXPECT_EQ(count(counts.sends, "not_member"), 1U);
    EXPECT_EQ(count(counts.others, "not_found"), 1U);
    EXPECT_EQ(counts.ack_us.count(), 2U);
}

TEST_F(ChatEventsOfAClient, SurviveAClientThatGoesBeforeItsAnswer)
{
    auto& client = grace();
    client.send(send("5"));
    client.drop();
    gateway_.turn();
    gateway_.chat.answer(stored(2));
    gateway_.turn();
    EXPECT_THAT(client.received(), IsEmpty());
}

struct BadPayload {
    std::string_view name;
    std::string packet;
    std::string_view says;

    friend void PrintTo(const BadPayload& row, std::ostream* out) { *out << row.name; }
};

const BadPayload kBadPayloads[] = {
    {"none",          R"(421["chat.message.send"])",                                   "room_id should not be empty" },
    {"null",          R"(421["chat.message.send",null])",                              "room_id should not be empty" },
    {"a_text",        R"(421["chat.message.send","x"])",                               "room_id must be a mongodb id"},
    {"two",           R"(421["chat.message.send",{},{}])",                             "room_id should not be empty" },
    {"an_array",      R"(421["chat.message.send",[{}]])",                              "room_id should not be empty" },
    {"a_huge_number", R"(421["chat.message.send",{"room_id":1e400,"content":1e400}])", "content must be a string"    },
};

class AWrongPayload : public ChatEventsOfAClient, public testing::WithParamInterface<BadPayload> {};

TEST_P(AWrongPayload, IsAFailedValidationAndReachesNobody)
{
    auto& client = grace();
    client.send(GetParam().packet);
    EXPECT_THAT(
        hears(client),
        ElementsAre(
            AllOf(StartsWith(R"(42["chat.error.receive",[{"property":"room_id")"), HasSubstr(GetParam().says)),
            StartsWith(R"(431[{"success":false)")
        )
    );
    EXPECT_THAT(gateway_.chat.submitted, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Table, AWrongPayload, testing::ValuesIn(kBadPayloads), [](const auto& row) {
    return std::string(row.param.name);
});

TEST_F(ChatEventsOfAClient, TakeContentUpToItsLimit)
{
    auto& client = grace();
    client.send(send("1", std::string(16'384, 'x')));
    EXPECT_EQ(gateway_.chat.submitted.size(), 1U);
    std::string wide;
    for (int i = 0; i < 8'193; ++i)
        wide += "\xc3\xa9";  // é: the limit counts bytes
    client.send(send("2", wide));
    EXPECT_EQ(gateway_.chat.submitted.size(), 1U);
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("too_large"), AllOf(StartsWith("432["), HasSubstr("too_large"))));
}

// Who asks

TEST_F(ChatEventsOfAClient, AreAnExceptionWithoutAToken)
{
    auto& client = gateway_.join({});
    client.send(R"(427["chat.message.send",{"content":1e400}])");
    EXPECT_THAT(
        hears(client), ElementsAre(
                           R"(42["exception",{"status":"error","message":"Authorization header is not found!",)"
                           R"("cause":{"pattern":"chat.message.send","data":{"content":1e400}}}])",
                           AllOf(StartsWith("437["), HasSubstr(kNoHeader))
                       )
    );
    client.send(R"(42["chat.message.send"])");
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr(R"("cause":{"pattern":"chat.message.send"}})")));
    EXPECT_FALSE(client.closed);
    EXPECT_THAT(gateway_.chat.submitted, IsEmpty());
}

TEST_F(ChatEventsOfAClient, CheckTheHeaderOfTheHandshakeOnEachEvent)
{
    auto& client = gateway_.join({.authorization = "Bearer " + gateway_.token(kGrace)});
    client.send(send("1"));
    ASSERT_EQ(gateway_.chat.submitted.size(), 1U);
    gateway_.clock.advance(kWeek);
    client.send(send("2"));
    EXPECT_EQ(gateway_.chat.submitted.size(), 1U);
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("jwt expired"), StartsWith("432[")));
    auto& mistaken = gateway_.join({.authorization = "Basic x"});
    mistaken.send(send("1"));
    EXPECT_THAT(hears(mistaken), ElementsAre(HasSubstr("Access token type is invalid!"), StartsWith("431[")));
}

TEST_F(ChatEventsOfAClient, EndWithTheTokenOfAuth)
{
    auto& client = grace();
    gateway_.clock.advance(kWeek - Duration(1'000));
    client.send(send("1"));
    EXPECT_EQ(gateway_.chat.submitted.size(), 1U);
    gateway_.clock.advance(Duration(1'000));
    client.send(send("2"));
    EXPECT_EQ(gateway_.chat.submitted.size(), 1U);
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr("jwt expired"), StartsWith("432[")));
}

TEST_F(ChatEventsOfAClient, TellNothingMoreToWhoseTokenHasExpired)
{
    gateway_.chat.rooms_by_user[kGrace] = {
        {kTea, 1}
    };
    const Tokens short_lived({.current = std::string(32, 'k')}, gateway_.clock, {.access_s = 10});
    const auto token = short_lived.sign(kGrace, "grace").access;
    auto& by_auth = gateway_.join({.auth = R"({"token":")" + token + R"("})"});
    auto& by_header = gateway_.join({.authorization = "Bearer " + token});
    auto& longer = grace();
    gateway_.advance(Duration(9'000));
    gateway_.chat.tell(message(kTea, 2, kGrace, "before"));
    EXPECT_THAT(hears(by_auth), ElementsAre(HasSubstr("before")));
    EXPECT_THAT(hears(by_header), ElementsAre(HasSubstr("before")));
    gateway_.advance(Duration(1'000));
    chat::Entry joined = message(kTea, 3, kGrace, "");
    joined.type = chat::EntryType::member_update;
    gateway_.chat.tell(joined);
    gateway_.chat.tell(message(kTea, 4, kGrace, "after"));
    EXPECT_THAT(hears(by_auth), IsEmpty());
    EXPECT_THAT(hears(by_header), IsEmpty());
    EXPECT_FALSE(by_auth.closed);
    EXPECT_THAT(hears(longer), ElementsAre(HasSubstr("before"), HasSubstr("after")));
    by_auth.drop();
    gateway_.turn();
}

TEST_F(ChatEventsOfAClient, BelieveAuthBeforeTheHeader)
{
    auto& client =
        gateway_.join({.auth = gateway_.token_auth(kGrace), .authorization = "Bearer " + gateway_.token(kAlan)});
    client.send(send("1"));
    ASSERT_EQ(gateway_.chat.submitted.size(), 1U);
    EXPECT_EQ(gateway_.chat.submitted[0].caller, kGrace);
}

// What is no send, and what is too much

TEST_F(ChatEventsOfAClient, IgnoreAnUnknownEventUnlessItAsksForAnAck)
{
    auto& client = grace();
    client.send(R"(42["chat.message.receive",{}])");
    client.send(R"(42["no such event"])");
    EXPECT_THAT(hears(client), IsEmpty());
    client.send(R"(423["no such event"])");
    EXPECT_THAT(hears(client), ElementsAre(AllOf(StartsWith("433["), HasSubstr("There is no such event."))));
}

TEST_F(ChatEventsOfAClient, StopReadingAtTheLimitOfUnansweredSendsUntilOneIsAnswered)
{
    auto& client = grace();
    auto& other = grace();
    for (int i = 0; i < 63; ++i)
        client.send(send(std::to_string(i)));
    EXPECT_FALSE(client.paused);
    client.send(send("63"));
    EXPECT_TRUE(client.paused);
    EXPECT_FALSE(other.paused);
    gateway_.chat.answer(stored(2));
    gateway_.turn();
    EXPECT_FALSE(client.paused);
    client.send(send("64"));
    EXPECT_TRUE(client.paused);
    gateway_.chat.answer(fail(Errc::not_member));
    gateway_.turn();
    EXPECT_FALSE(client.paused) << "a refusal is an answer, too";
}

TEST_F(ChatEventsOfAClient, CountTheSendsOfAConnectionAlsoWhenItJoinsAnew)
{
    auto& client = grace();
    for (int i = 0; i < 63; ++i)
        client.send(send(std::to_string(i)));
    client.send("41");
    client.send("40" + gateway_.token_auth(kGrace));
    gateway_.turn();
    EXPECT_FALSE(client.paused);
    client.send(send("63"));
    EXPECT_TRUE(client.paused);
    for (int i = 0; i < 64; ++i)
        gateway_.chat.answer(stored(2 + i));
    gateway_.turn();
    EXPECT_FALSE(client.paused);
}

}  // namespace
}  // namespace wgw::gateway
