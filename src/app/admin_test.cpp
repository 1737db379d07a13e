#include "app/admin.hpp"

#include <gtest/gtest.h>

namespace wgw::app {
namespace {

class Probe final : public net::Responder {
public:
    bool respond(net::Exchange, HttpResponse response) override
    {
        answer = std::move(response);
        return true;
    }
    bool upgrade(net::Exchange, const HttpRequest&, net::Stream&) override { return false; }

    HttpResponse answer;
};

class TheAdminListener : public testing::Test {
protected:
    HttpResponse get(std::string target)
    {
        HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        admin_.on_request(std::move(request), {1, 1});
        return probe_.answer;
    }

    void SetUp() override { admin_.attach(probe_); }

    std::string reason_;
    Admin admin_{[this] { return reason_; }};
    Probe probe_;
};

TEST_F(TheAdminListener, IsReadyWhenThereIsNoReasonWhyNot)
{
    EXPECT_EQ(get("/readyz").status, 200);
    reason_ = "draining";
    EXPECT_EQ(get("/readyz").status, 503);
    EXPECT_EQ(get("/readyz").body, "draining\n");
    EXPECT_EQ(get("/readyz?verbose").status, 503);
}

TEST_F(TheAdminListener, IsAliveWhateverElseIs)
{
    reason_ = "store_broken";
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_EQ(get("/livez").body, "ok\n");
}

TEST_F(TheAdminListener, NamesWhatIsThereWhenAskedForSomethingElse)
{
    EXPECT_EQ(get("/health").status, 404);
    EXPECT_NE(get("/").body.find("/readyz"), std::string::npos);
}

TEST_F(TheAdminListener, TakesNoBodies)
{
    EXPECT_EQ(admin_.body_limit({}), 0U);
    EXPECT_EQ(admin_.too_large({}, {}).status, 413);
}

}  // namespace
}  // namespace wgw::app
