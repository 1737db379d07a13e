#include "codec/http_response.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(AResponse, HasTheRecordedFieldsInTheirOrder)
{
    HttpResponse response;
    response.content_type = "text/html";
    response.body = "ok";
    response.headers.emplace_back("X-Next", "7");
    EXPECT_EQ(
        write_response(response, true, false, kDate),
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nX-Next: 7\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\nok"
    );
    response.close = true;
    EXPECT_TRUE(write_response(response, true, true, kDate).ends_with("\r\nConnection: close\r\n\r\n"));
}

TEST(AResponse, HasNeitherBodyNorLengthWhereItsStatusHasNone)
{
    HttpResponse response;
    response.status = 204;
    response.body = "none of this";
    EXPECT_EQ(
        write_response(response, false, false, kDate),
        "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\n"
    );
}

TEST(AnErrorBelowTheApplication, HasItsRecordedForm)
{
    EXPECT_EQ(
        write_error(HttpError::bad_request, kDate),
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 65\r\nContent-Type: application/json\r\n\r\n"
        R"({"error":"Bad Request","message":"Client Error","statusCode":400})"
    );
    EXPECT_TRUE(write_error(HttpError::header_too_large, kDate).starts_with("HTTP/1.1 431 Request Header"));
    EXPECT_TRUE(write_error(HttpError::missing_host, kDate).ends_with("Content-Length: 0\r\n\r\n"));
}

TEST(ADate, IsThatOfHttp) { EXPECT_EQ(http_date(784'111'777), kDate); }

}  // namespace
}  // namespace wgw
