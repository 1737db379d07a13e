#include "codec/compress.hpp"
#include "codec/file_response.hpp"

#include <gmock/gmock.h>

namespace wgw {
namespace {

using testing::_;
using testing::Contains;
using testing::Not;
using testing::Pair;

HttpResponse answer(std::vector<std::pair<std::string, std::string>> headers, const std::string& etag)
{
    HttpRequest request;
    request.method = "GET";
    request.headers = std::move(headers);
    return file_response(request, compress("some text", ContentCoding::gzip), {"text/plain", "no-cache", etag});
}

TEST(AFileResponse, IsPackedForWhoeverTakesThat)
{
    const auto packed = answer(
        {
            {"accept-encoding", "gzip, br"}
    },
        "\"1\""
    );
    EXPECT_THAT(packed.headers, Contains(Pair("content-encoding", "gzip")));
    EXPECT_THAT(packed.headers, Contains(Pair("vary", "Accept-Encoding")));
    EXPECT_EQ(gunzip(packed.body), "some text");

    const auto plain = answer({}, "\"1\"");
    EXPECT_THAT(plain.headers, Not(Contains(Pair("content-encoding", _))));
    EXPECT_EQ(plain.body, "some text");
    EXPECT_EQ(plain.content_type, "text/plain");
    EXPECT_THAT(plain.headers, Contains(Pair("cache-control", "no-cache")));
}

TEST(AFileResponse, IsEmptyForWhoeverHasTheFile)
{
    for (const auto* known : {"\"1\"", "W/\"1\""})
        EXPECT_EQ(
            answer(
                {
                    {"if-none-match", known}
        },
                "\"1\""
            )
                .status,
            304
        );
    EXPECT_EQ(
        answer(
            {
                {"if-none-match", "\"2\""}
    },
            "\"1\""
        )
            .status,
        200
    );
    EXPECT_EQ(
        answer(
            {
                {"if-none-match", ""}
    },
            ""
        )
            .status,
        200
    );
}

TEST(AnEtag, ChangesWithTheTextAndWithNothingElse)
{
    const auto etag = [](std::string_view text) { return etag_of(compress(text, ContentCoding::gzip)); };
    EXPECT_EQ(etag("some text"), etag("some text"));
    EXPECT_NE(etag("some text"), etag("same text"));
    EXPECT_EQ(etag("some text").size(), 18U);
}

}  // namespace
}  // namespace wgw
