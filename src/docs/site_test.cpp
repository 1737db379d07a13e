#include "codec/compress.hpp"
#include "docs/site.hpp"

#include <gmock/gmock.h>

namespace wgw::docs {
namespace {

using testing::_;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class TheSite : public testing::Test {
protected:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    std::optional<HttpResponse> get(std::string target, Headers headers = {}, std::string method = "GET")
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = std::move(headers);
        return site_.answer(request);
    }

    int made_ = 0;
    Site site_{
        {
         .recorded_openapi = [] { return std::string(R"({"openapi":"3.0.0","recorded":true})"); },
         .openapi =
                [this] {
                    ++made_;
                    return std::string(R"({"openapi":"3.0.0"})");
                }, .asyncapi = [] { return std::string(R"({"asyncapi":"3.0.0"})"); },
         .events_page = [] { return std::string("<html></html>"); },
         }
    };
};

TEST_F(TheSite, HasPagesThatAllowNoScriptInsideOfThem)
{
    for (const auto* path : {"/docs", "/docs/", "/docs/index.html", "/docs/events", "/docs?deep=1"}) {
        const auto page = get(path);
        ASSERT_TRUE(page) << path;
        EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
        EXPECT_THAT(page->body, HasSubstr("<html"));
        EXPECT_THAT(page->headers, Contains(Pair("content-security-policy", HasSubstr("script-src 'self';"))));
        EXPECT_THAT(page->headers, Contains(Pair("x-content-type-options", "nosniff")));
    }
    EXPECT_THAT(get("/docs")->body, Not(HasSubstr("<script>")));
}

TEST_F(TheSite, HasTheFilesThatItsPagesName)
{
    for (const auto* path :
         {"/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/favicon-32x32.png",
          "/docs/events.css", "/docs/LICENSE", "/docs/NOTICE"}) {
        const auto file = get(path);
        ASSERT_TRUE(file) << path;
        EXPECT_FALSE(file->body.empty());
        EXPECT_THAT(file->headers, Contains(Pair("etag", _)));
    }
    EXPECT_THAT(get("/docs/NOTICE")->body, HasSubstr("swagger-ui"));
}

TEST_F(TheSite, HasTheDocumentsInBothForms)
{
    EXPECT_EQ(get("/docs-json")->body, R"({"openapi":"3.0.0","recorded":true})");
    EXPECT_EQ(get("/docs-yaml")->body, "openapi: 3.0.0\nrecorded: true\n");
    EXPECT_EQ(get("/docs-yaml")->content_type, "text/yaml");
    EXPECT_EQ(get("/openapi.json")->body, R"({"openapi":"3.0.0"})");
    EXPECT_EQ(get("/openapi.yaml")->body, "openapi: 3.0.0\n");
    EXPECT_EQ(get("/asyncapi.json")->body, R"({"asyncapi":"3.0.0"})");
}

TEST_F(TheSite, MakesADocumentOnce)
{
    get("/openapi.json");
    get("/openapi.json", {
                             {"accept-encoding", "gzip"}
    });
    EXPECT_EQ(made_, 1);
}

TEST_F(TheSite, SendsNothingToWhoeverHasIt)
{
    const auto first = get("/openapi.json");
    const auto etag = std::ranges::find(first->headers, "etag", [](const auto& header) { return header.first; });
    ASSERT_NE(etag, first->headers.end());
    EXPECT_EQ(
        get("/openapi.json",
            {
                {"if-none-match", etag->second}
    }
        )->status,
        304
    );
    EXPECT_EQ(
        get("/openapi.json",
            {
                {"if-none-match", "\"old\""}
    })
            ->status,
        200
    );
    for (const auto* recorded : {"/docs", "/docs/index.html", "/docs-json", "/docs-yaml"})
        EXPECT_THAT(get(recorded)->headers, Not(Contains(Pair("etag", _))));
}

TEST_F(TheSite, HasNothingElse)
{
    for (const auto* path : {"/docs/x", "/docs/../etc", "/docs/index", "/Docs", "/", "/docs-json/", "/openapi"})
        EXPECT_FALSE(get(path)) << path;
    EXPECT_FALSE(get("/docs", {}, "POST"));
    EXPECT_TRUE(get("/docs", {}, "HEAD"));
}

}  // namespace
}  // namespace wgw::docs
