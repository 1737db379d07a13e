#include "bus/test_recording_calls.hpp"
#include "gateway/relay.hpp"
#include "gateway/test_gateway.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using Kind = bus::Answer::Kind;

const UserId kGrace = test_id(1);
const std::string kRoom = "aaaaaaaaaaaaaaaaaaaaaaaa";
constexpr std::string_view kOops = R"("data":{"message":"Oops! Something unexpected occurred.")";

/// A gateway whose services are elsewhere: what it asks of them, and what it makes of their answers.
class ARelay : public testing::Test {
protected:
    HttpResponse request(std::string method, std::string target, std::string body, bool with_token)
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers.emplace_back("user-agent", "a test");
        if (!body.empty())
            request.headers.emplace_back("content-type", "application/json");
        if (with_token)
            request.headers.emplace_back("authorization", authorization_);
        request.body = std::move(body);
        return gateway_.call(std::move(request));
    }
    HttpResponse get(std::string target) { return request("GET", std::move(target), "", true); }
    HttpResponse rooms(bus::Answer answer)
    {
        calls_.answers.push_back(std::move(answer));
        return get("/api/v1/chat/rooms");
    }

    static std::string header(const HttpResponse& response, std::string_view name)
    {
        for (const auto& [key, value] : response.headers)
            if (key == name)
                return value;
        return "";
    }

    bus::RecordingCalls calls_;
    TestGateway gateway_{TestGateway::without_rates(), &calls_};
    std::string authorization_ = "Bearer " + gateway_.token(kGrace) + " and words";
};

struct Asked {
    std::string_view name;
    std::string method;
    std::string target;
    std::string body;
    std::string queue;
    std::string pattern;
    std::string data;
    bool with_token = true;

    friend void PrintTo(const Asked& row, std::ostream* out) { *out << row.name; }
};

const std::string kSignUp =
    R"({"first_name":"Grace","username":"extra.field","password":"cobol1959","role":"admin","_id":"111111111111111111111111"})";

const Asked kAsked[] = {
    {"sign_up", "POST", "/api/v1/auth/sign-up", kSignUp, "auth", "auth.user.sign_up", kSignUp, false},
    {"sign_in", "POST", "/api/v1/auth/sign-in", R"({"username":"grace.hopper","password":"cobol1959"})", "auth",
     "auth.user.sign_in", R"({"username":"grace.hopper","password":"cobol1959"})", false},
    {"users", "GET", "/api/v1/user", "", "user", "user.find_all", "{}"},
    {"me", "GET", "/api/v1/user/me", "", "user", "user.find_by_id", R"({"user_id":")" + kGrace.hex() + "\"}"},
    {"a_user", "GET", "/api/v1/user/grace.hopper", "", "user", "user.find_by_username", R"({"username":"grace.hopper"})"
    },
    {"create", "POST", "/api/v1/chat/rooms", R"({"name":"Extra","topic":"x"})", "chat", "chat.room.create",
     R"({"name":"Extra","topic":"x"})"},
    {"join", "POST", "/api/v1/chat/rooms/join", R"({"room_id":")" + kRoom + R"(","x":1e400})", "chat", "chat.room.join",
     R"({"room_id":")" + kRoom + R"(","x":1e400})"},
    {"rooms", "GET", "/api/v1/chat/rooms?x=1", "", "chat", "chat.room.find_all", "{}"},
    {"room", "GET", "/api/v1/chat/rooms/" + kRoom, "", "chat", "chat.room.find_by_id", R"({"room_id":")" + kRoom + "\"}"
    },
    {"members", "GET", "/api/v1/chat/rooms/" + kRoom + "/members", "", "chat", "chat.room.member.find_all",
     R"({"room_id":")" + kRoom + "\"}"},
    {"messages", "GET", "/api/v1/chat/rooms/" + kRoom + "/messages?limit=5&before=9", "", "chat",
     "chat.room.message.find_all", R"({"room_id":")" + kRoom + R"(","limit":5,"before":9})"},
    {"sessions", "GET", "/api/v1/auth/sessions", "", "auth", "auth.session.find_all", "{}"},
    {"password", "PUT", "/api/v1/auth/password", R"({"password":"cobol1959","new_password":"flowmatic"})", "auth",
     "auth.password.change", R"({"password":"cobol1959","new_password":"flowmatic"})"},
};

class WhatIsAsked : public ARelay, public testing::WithParamInterface<Asked> {};

TEST_P(WhatIsAsked, IsWhatTheOriginalAsks)
{
    const auto& row = GetParam();
    calls_.answers.push_back(bus::value(R"({"a":1})"));
    EXPECT_LT(request(row.method, row.target, row.body, row.with_token).status, 300);
    ASSERT_EQ(calls_.asked.size(), 1U);
    EXPECT_EQ(calls_.asked[0].queue, row.queue);
    EXPECT_EQ(calls_.asked[0].request.pattern, row.pattern);
    EXPECT_EQ(calls_.asked[0].request.data, row.data);
    std::vector<bus::Header> headers;
    if (row.with_token)
        headers.push_back({"authorization", authorization_});
    EXPECT_EQ(calls_.asked[0].request.headers, headers);
}

INSTANTIATE_TEST_SUITE_P(Table, WhatIsAsked, testing::ValuesIn(kAsked), [](const auto& row) {
    return std::string(row.param.name);
});

struct Answered {
    std::string_view name;
    bus::Answer answer;
    int status;
    std::string tail;  ///< Of the envelope, behind the time.

    friend void PrintTo(const Answered& row, std::ostream* out) { *out << row.name; }
};

bus::Answer error(std::string json) { return {Kind::error, std::move(json), {}}; }

const Answered kAnswered[] = {
    {"a_value",         bus::value(R"({"a":1})"),                                              200, R"(,"data":{"a":1}})"           },
    {"a_number",        bus::value("1e400"),                                                   200, R"(,"data":1e400})"             },
    {"null",            bus::value("null"),                                                    200, R"(,"data":null})"              },
    {"zero",            bus::value("0"),                                                       200, "}"                             },
    {"false",           bus::value("false"),                                                   200, "}"                             },
    {"empty",           bus::value(R"("")"),                                                   200, "}"                             },
    {"a_string",        bus::value(R"("x")"),                                                  200, R"(,"data":"x"})"               },
    {"an_empty_list",   bus::value("[]"),                                                      200, R"(,"data":[]})"                },
    {"error_text",      error(R"({"status":418,"data":"text"})"),                              418, R"(,"data":{"message":"text"}})"},
    {"error_no_data",   error(R"({"status":404,"message":"m"})"),                              404,
     R"(,"data":{"message":"Oops! Something unexpected occurred."}})"                                                               },
    {"error_status_99", error(R"({"status":99,"data":"x"})"),                                  500, "}"                             },
    {"error_nest",      error(R"({"status":"error","message":"Internal"})"),                   500, "}"                             },
    {"error_list",      error(R"({"status":400,"data":[{"property":"a"}]})"),                  400, R"(,"data":[{"property":"a"}]})"},
    {"error_of_ours",   error(R"({"status":403,"data":{"message":"m","code":"not_member"}})"), 403,
     R"(,"data":{"message":"m","code":"not_member","request_id":"test-1"}})"                                                        },
};

class WhatIsAnswered : public ARelay, public testing::WithParamInterface<Answered> {};

TEST_P(WhatIsAnswered, IsPassedOnAsItIs)
{
    const auto response = rooms(GetParam().answer);
    EXPECT_EQ(response.status, GetParam().status);
    const std::string success = response.status < 300 ? "true" : "false";
    EXPECT_EQ(
        response.body, R"({"success":)" + success + R"(,"timestamp":"2026-11-22T13:05:38.051Z")" + GetParam().tail
    );
}

INSTANTIATE_TEST_SUITE_P(Table, WhatIsAnswered, testing::ValuesIn(kAnswered), [](const auto& row) {
    return std::string(row.param.name);
});

TEST_F(ARelay, FailsWhereAValueIsDue)
{
    for (const auto kind : {Kind::nothing, Kind::no_handler}) {
        const auto response = rooms({kind, "", {}});
        EXPECT_EQ(response.status, 500);
        EXPECT_NE(response.body.find(kOops), std::string::npos) << response.body;
    }
    calls_.answers.push_back({Kind::nothing, "", {}});
    const auto joined = request("POST", "/api/v1/chat/rooms/join", R"({"room_id":")" + kRoom + "\"}", true);
    EXPECT_EQ(joined.status, 201);
    EXPECT_TRUE(joined.body.ends_with(R"(51Z"})")) << joined.body;
}

TEST_F(ARelay, SaysWhenToComeBackWhileNobodyAnswers)
{
    calls_.away = true;
    const auto response = rooms({});
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_NE(response.body.find(kOops), std::string::npos) << response.body;
}

TEST_F(ARelay, SaysWhereAListGoesOnIfItIsTold)
{
    EXPECT_EQ(header(rooms({Kind::value, "[]", {{"x-wgw-next", kRoom}}}), "X-Next"), kRoom);
    EXPECT_EQ(header(rooms(bus::value("[]")), "X-Next"), "");
}

TEST_F(ARelay, AsksNobodyForWhatIsNotValid)
{
    EXPECT_EQ(request("POST", "/api/v1/auth/sign-up", "{}", false).status, 400);
    EXPECT_EQ(request("GET", "/api/v1/user", "", false).status, 401);
    EXPECT_EQ(get("/api/v1/chat/rooms/x/messages").status, 400);
    EXPECT_EQ(get("/api/v1/chat/rooms?limit=0").status, 400);
    EXPECT_TRUE(calls_.asked.empty());
}

TEST_F(ARelay, TellsASessionOfOursWhereItComesFrom)
{
    calls_.answers.push_back(bus::value(R"({"access":"a","refresh":"r"})"));
    request("POST", "/api/v1/auth/refresh", R"({"refresh":"x"})", false);
    EXPECT_EQ(calls_.asked.at(0).request.header("x-wgw-user-agent"), "a test");
}

TEST_F(ARelay, FollowsTheRoomThatWasMadeOrJoined)
{
    auto& client = gateway_.join({.auth = gateway_.token_auth(kGrace)});
    calls_.answers.push_back(bus::value(R"({"name":"x","_id":")" + kRoom + "\"}"));
    request("POST", "/api/v1/chat/rooms", R"({"name":"x"})", true);
    gateway_.chat.tell(message(*RoomId::parse(kRoom), 0, test_id(2), "hello"));
    gateway_.turn();
    const auto received = client.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_NE(received[0].find(R"(42["chat.message.receive")"), std::string::npos);
    EXPECT_EQ(received[0].find(R"("seq")"), std::string::npos) << "of a service that numbers nothing";
}

TEST_F(ARelay, CountsAWrongPasswordThatTheOriginalHasFound)
{
    Limits limits = TestGateway::without_rates();
    limits.sign_in = {1, std::chrono::minutes(15), 1};
    TestGateway gateway(limits, &calls_);
    const auto sign_in = [&] {
        calls_.answers.push_back(error(R"({"status":400,"data":{"message":"Username or password is wrong!"}})"));
        HttpRequest request;
        request.method = "POST";
        request.target = "/api/v1/auth/sign-in";
        request.headers.emplace_back("content-type", "application/json");
        request.body = R"({"username":"grace.hopper","password":"cobol1959"})";
        return gateway.call(std::move(request)).status;
    };
    EXPECT_EQ(sign_in(), 400);
    EXPECT_EQ(sign_in(), 429);
}

}  // namespace
}  // namespace wgw::gateway
