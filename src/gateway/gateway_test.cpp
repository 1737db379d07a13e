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
    for (const auto* path : {"/api/v1/chat/rooms", "/api/v1/chat/rooms/join", "/api/v1/chat/rooms/1/messages"})
        EXPECT_EQ(gateway_.call(request("POST", path, "{}")).status, 401) << path;
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
