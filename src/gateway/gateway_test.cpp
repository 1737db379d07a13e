#include "gateway/gateway.hpp"
#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

HttpRequest request(std::string method, std::string target, std::string body = {})
{
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    if (!request.body.empty())
        request.headers.emplace_back("content-type", "application/json");
    return request;
}

class TheGateway : public testing::Test {
protected:
    TestGateway gateway_;
};

TEST_F(TheGateway, AnswersRestAndSocketIoOnOnePort)
{
    EXPECT_EQ(gateway_.call(request("GET", "/health")).status, 200);
    const auto open = gateway_.call(request("GET", "/socket.io/?EIO=4&transport=polling"));
    EXPECT_THAT(open.body, testing::StartsWith(R"(0{"sid":")"));
    EXPECT_EQ(gateway_.call(request("GET", "/socket.io?EIO=4&transport=polling")).status, 404);
}

TEST_F(TheGateway, HasTheRoutesOfAllFeatures)
{
    const auto signed_up = gateway_.call(request(
        "POST", "/api/v1/auth/sign-up", R"({"first_name":"Grace","username":"grace.hopper","password":"cobol1959"})"
    ));
    EXPECT_EQ(signed_up.status, 201);
    EXPECT_THAT(signed_up.body, testing::HasSubstr(R"("data":{"access":"a","refresh":"r"})"));
    for (const auto* path :
         {"/api/v1/user", "/api/v1/user/me", "/api/v1/user/grace.hopper", "/api/v1/chat/rooms", "/api/v1/chat/rooms/1",
          "/api/v1/chat/rooms/1/members", "/api/v1/chat/rooms/1/messages"})
        EXPECT_EQ(gateway_.call(request("GET", path)).status, 401) << path;
    for (const auto& [method, path] : {
             std::pair("POST", "/api/v1/auth/sign-out"),
             std::pair("PUT", "/api/v1/auth/password"),
             std::pair("GET", "/api/v1/auth/sessions"),
             std::pair("DELETE", "/api/v1/auth/sessions/1"),
         })
        EXPECT_EQ(gateway_.call(request(method, path)).status, 401) << path;
    EXPECT_EQ(gateway_.call(request("POST", "/api/v1/auth/refresh", R"({"refresh":"r"})")).status, 200);
    for (const auto* path : {"/api/v1/chat/rooms", "/api/v1/chat/rooms/join", "/api/v1/chat/rooms/1/messages"})
        EXPECT_EQ(gateway_.call(request("POST", path, "{}")).status, 401) << path;
}

TEST_F(TheGateway, AnswersForSessionsAndPasswords)
{
    const auto call = [this](std::string method, std::string path, std::string body = {}) {
        auto asked = request(std::move(method), "/api/v1/auth/" + path, std::move(body));
        asked.headers.emplace_back("authorization", "Bearer " + gateway_.token(test_id(1)));
        const auto answer = gateway_.call(std::move(asked));
        const auto from = answer.body.find(R"(,"data":)");
        return std::to_string(answer.status) + (from == std::string::npos ? "" : " " + answer.body.substr(from + 8));
    };
    EXPECT_EQ(call("POST", "refresh", R"({"refresh":"r"})"), R"(200 {"access":"a2","refresh":"r2"}})");
    EXPECT_EQ(
        call("POST", "refresh", "{}"),
        R"(400 {"message":"The request is not valid.","code":"validation_failed","request_id":"test-2","errors":)"
        R"([{"property":"refresh","children":[],"constraints":{"isNotEmpty":"refresh should not be empty","isString":"refresh must be a string"}}]}})"
    );
    EXPECT_EQ(call("POST", "sign-out"), "200");
    EXPECT_FALSE(gateway_.auth.signed_out_all);
    EXPECT_EQ(call("POST", "sign-out", R"({"all":true})"), "200");
    EXPECT_TRUE(gateway_.auth.signed_out_all);
    EXPECT_EQ(call("PUT", "password", R"({"password":"cobol1959","new_password":"flowmatic1955"})"), "200");
    EXPECT_THAT(
        call("PUT", "password", R"({"password":"cobol1959","new_password":"short"})"),
        testing::HasSubstr("new_password must be longer than or equal to 6 characters")
    );
    EXPECT_EQ(call("GET", "sessions"), R"(200 {"items":[],"next":null}})");
    EXPECT_EQ(gateway_.auth.asked.limit, 50U);
    gateway_.auth.listed.items = {
        {test_id(7), {1'795'352'738'051}, {1'795'352'738'052}, "an agent", "192.0.2.1", true}
    };
    gateway_.auth.listed.more = true;
    EXPECT_EQ(
        call("GET", "sessions?limit=1"),
        R"(200 {"items":[{"_id":")" + test_id(7).hex() +
            R"(","created_at":"2026-11-22T13:05:38.051Z","last_used_at":"2026-11-22T13:05:38.052Z",)"
            R"("user_agent":"an agent","address":"192.0.2.1","current":true}],"next":")" +
            test_id(7).hex() + R"("}})"
    );
    EXPECT_THAT(call("DELETE", "sessions/" + test_id(7).hex()), testing::StartsWith("404"));
    EXPECT_THAT(
        call("DELETE", "sessions/7"), testing::AllOf(testing::StartsWith("400"), testing::HasSubstr("isMongoId"))
    );
}

TEST_F(TheGateway, RefusesAnotherProtocolWhereThereIsNone)
{
    auto upgrade = request("GET", "/health");
    upgrade.headers = {
        {"connection", "Upgrade"  },
        {"upgrade",    "websocket"}
    };
    const auto answer = gateway_.call(std::move(upgrade));
    EXPECT_EQ(answer.status, 400);
    EXPECT_TRUE(answer.close);
}

TEST_F(TheGateway, LimitsBodiesByWhoReadsThem)
{
    EXPECT_EQ(gateway_.gateway.body_limit(request("POST", "/socket.io/?EIO=4")), 1'000'000U);
    EXPECT_EQ(gateway_.gateway.body_limit(request("POST", "/api/v1/auth/sign-in")), 65'536U);
    EXPECT_EQ(gateway_.gateway.body_limit(request("POST", "/api/v1/chat/rooms")), 1'048'576U);
    EXPECT_TRUE(gateway_.gateway.too_large(request("POST", "/socket.io/?EIO=4"), {}).body.empty());
    EXPECT_FALSE(gateway_.gateway.too_large(request("POST", "/api/v1/chat/rooms"), {}).body.empty());
}

}  // namespace
}  // namespace wgw::gateway
