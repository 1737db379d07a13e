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
    HttpResponse ask(std::string target, std::string accept = {}, std::string method = "GET")
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        if (!accept.empty())
            request.headers.emplace_back("accept", std::move(accept));
        admin_.on_request(std::move(request), {1, 1});
        return probe_.answer;
    }

    void SetUp() override { admin_.attach(probe_); }

    std::vector<Check> checks_{{.name = "process"}, {.name = "store"}};
    Duration lag_{0};
    Admin admin_{
        {.checks = [this] { return checks_; },
         .lag = [this] { return lag_; },
         .metrics = [](MetricsPage::Form form) { return form == MetricsPage::Form::classic ? "classic" : "open"; }}
    };
    Probe probe_;
};

TEST_F(TheAdminListener, IsReadyWhenAllChecksHold)
{
    EXPECT_EQ(ask("/readyz").status, 200);
    EXPECT_EQ(ask("/readyz").body, "ready\n");
    checks_[0].problem = "draining";
    checks_[1].problem = "store_late";
    EXPECT_EQ(ask("/readyz").status, 503);
    EXPECT_EQ(ask("/readyz").body, "draining\n") << "the first";
}

TEST_F(TheAdminListener, NamesEachCheckWhenAskedToBeVerbose)
{
    checks_.push_back({.name = "limits", .sentence = "none"});
    EXPECT_EQ(ask("/readyz?verbose").body, "process: ok\nstore: ok\nlimits: ok (none)\nready\n");
    checks_[1] = {.name = "store", .problem = "store_full", .sentence = "Make room."};
    EXPECT_EQ(ask("/readyz?verbose").status, 503);
    EXPECT_EQ(
        ask("/readyz?verbose").body, "process: ok\nstore: store_full (Make room.)\nlimits: ok (none)\nnot ready\n"
    );
}

TEST_F(TheAdminListener, SaysTheSameToPrograms)
{
    EXPECT_EQ(ask("/readyz", "application/json").content_type, "application/json; charset=utf-8");
    EXPECT_EQ(
        ask("/readyz", "application/json").body,
        R"({"ready":true,"checks":[{"name":"process","ok":true},{"name":"store","ok":true}]})"
        "\n"
    );
    checks_[1] = {.name = "store", .problem = "store_full", .sentence = "Make room."};
    EXPECT_EQ(ask("/readyz?verbose", "application/json").status, 503);
    EXPECT_EQ(
        ask("/readyz?verbose", "application/json").body,
        R"({"ready":false,"checks":[{"name":"process","ok":true},)"
        R"({"name":"store","ok":false,"why":"store_full","message":"Make room."}]})"
        "\n"
    );
}

TEST_F(TheAdminListener, IsAliveWhileTheLoopIsInTimeWhateverElseIs)
{
    checks_[1].problem = "store_broken";
    lag_ = Admin::kLate - Duration(1);
    EXPECT_EQ(ask("/livez").status, 200);
    EXPECT_EQ(ask("/livez").body, "ok\n");
    lag_ = Admin::kLate;
    EXPECT_EQ(ask("/livez").status, 503);
    EXPECT_EQ(ask("/livez").body, "loop_late: something waited 5000 ms for the loop.\n");
}

TEST_F(TheAdminListener, GivesMetricsInTheFormThatIsAskedFor)
{
    EXPECT_EQ(ask("/metrics").body, "classic");
    EXPECT_EQ(ask("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(ask("/metrics", "application/openmetrics-text;version=1.0.0").body, "open");
    EXPECT_EQ(
        ask("/metrics", "application/openmetrics-text").content_type,
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
}

TEST_F(TheAdminListener, NamesWhatIsThereWhenAskedForSomethingElse)
{
    EXPECT_EQ(ask("/health").status, 404);
    for (const auto* name : {"/livez", "/readyz", "/metrics"})
        EXPECT_NE(ask("/").body.find(name), std::string::npos) << name;
    EXPECT_EQ(ask("/metrics", {}, "POST").status, 405);
}

TEST_F(TheAdminListener, TakesNoBodies)
{
    EXPECT_EQ(admin_.body_limit({}), 0U);
    EXPECT_EQ(admin_.too_large({}, {}).status, 413);
}

}  // namespace
}  // namespace wgw::app
