#include "base/test_loop.hpp"
#include "gateway/rest.hpp"
#include "gateway/test_revocations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using testing::HasSubstr;

/// What is thrown without a word about why.
struct Speechless : std::exception {
    const char* what() const noexcept override { return ""; }
};

Task<Result<RestReply>> echo(RestRequest request)
{
    std::string data = R"({"body":)" + request.body + R"(,"parameters":)" + std::to_string(request.parameters.size()) +
                       R"(,"query":")" + request.query + R"(","user":")" + request.caller.username + "\"}";
    RestReply reply{std::move(data), {}};
    reply.headers.emplace_back("X-Next", "7");
    co_return reply;
}

Task<Result<RestReply>> refuse(RestRequest) { co_return fail(Errc::not_member); }

Task<Result<RestReply>> ask_to_wait(RestRequest)
{
    Failure failure = Errc::unavailable;
    failure.retry_after_ms = 1'500;
    co_return fail(std::move(failure));
}

template <class Error>
Task<Result<RestReply>> broken(RestRequest)
{
    throw Error();
    co_return RestReply{};
}

struct Away : Unavailable {
    Away() : Unavailable("the store is away") {}
};

struct Broken : std::runtime_error {
    Broken() : std::runtime_error("secret detail") {}
};

class TheRestSide : public testing::Test {
protected:
    HttpResponse call(
        std::string method, std::string target, std::vector<std::pair<std::string, std::string>> headers = {},
        std::string body = {}
    )
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.body = std::move(body);
        return loop_.await(rest_.serve(std::move(request)), [] {});
    }

    std::pair<std::string, std::string> token() const
    {
        return {"authorization", "Bearer " + tokens_.sign(*Id::parse("0123456789abcdef01234567"), "grace").access};
    }

    TestLoop loop_;
    ManualClock clock_{Timestamp{1'795'352'738'051}};
    Tokens tokens_{{.current = std::string(32, 'k')}, clock_};
    TestRevocations revocations_;
    Guard guard_{tokens_, revocations_};
    Limits limits_;
    RequestIds request_ids_{"test"};
    Rest rest_{
        {
         {{"GET", "/open"}, false, 200, echo},
         {{"POST", "/open"}, false, 201, echo},
         {{"GET", "/mine/:id"}, true, 200, echo},
         {{"POST", "/mine/:id"}, true, 201, echo},
         {{"GET", "/refused"}, false, 200, refuse},
         {{"GET", "/wait"}, false, 200, ask_to_wait},
         {{"GET", "/broken"}, false, 200, broken<Broken>},
         {{"GET", "/speechless"}, false, 200, broken<Speechless>},
         {{"GET", "/away"}, false, 200, broken<Away>},
         },
        guard_,
        limits_,
        clock_,
        request_ids_
    };
};

const std::pair<std::string, std::string> kJson{"content-type", "application/json"};

TEST_F(TheRestSide, AnswersWithTheEnvelopeTheStatusAndTheHeadersOfTheRoute)
{
    const auto answer = call("POST", "/open?a=1", {kJson}, R"({"x":1})");
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(
        answer.body, R"({"success":true,"timestamp":"2026-11-22T13:05:38.051Z",)"
                     R"("data":{"body":{"x":1},"parameters":0,"query":"a=1","user":""}})"
    );
    EXPECT_EQ(answer.headers.front(), std::pair(std::string("X-Next"), std::string("7")));
}

TEST_F(TheRestSide, GivesAGuardedHandlerItsCallerAndItsParameters)
{
    const auto answer = call("GET", "/mine/7", {token()});
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("parameters":1,"query":"","user":"grace")"));
}

TEST_F(TheRestSide, RefusesAGuardedRouteWithoutAToken)
{
    const auto answer = call("GET", "/mine/7");
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(answer.body, HasSubstr("Authorization header is not found!"));
}

TEST_F(TheRestSide, RefusesATokenThatWasRevoked)
{
    const auto shown = token();
    revocations_.ended.insert(tokens_.check_authorization(shown.second)->ended_by);
    const auto answer = call("GET", "/mine/7", {shown});
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(
        answer.body, HasSubstr(R"("message":"This session has ended. Please sign in again.","code":"token_revoked")")
    );
    EXPECT_EQ(call("GET", "/open", {shown}).status, 200);
}

TEST_F(TheRestSide, LooksAtTheBodyFirstThenTheRouteThenTheToken)
{
    EXPECT_EQ(call("POST", "/nowhere", {kJson}, "{").status, 400);
    EXPECT_EQ(call("POST", "/mine/7", {kJson}, "{").status, 400);
    EXPECT_EQ(call("POST", "/nowhere", {kJson}, "{}").status, 404);
    EXPECT_EQ(call("POST", "/mine/7", {kJson}, "{}").status, 401);
}

TEST_F(TheRestSide, ClosesBehindMalformedJsonButNotBehindAnUnknownType)
{
    const auto malformed = call("POST", "/open", {kJson}, "{");
    EXPECT_TRUE(malformed.close);
    EXPECT_EQ(malformed.body, R"({"success":false,"timestamp":"2026-11-22T13:05:38.051Z"})");
    const auto unsupported = call(
        "POST", "/open",
        {
            {"content-type", "application/xml"}
    },
        "<a/>"
    );
    EXPECT_EQ(unsupported.status, 415);
    EXPECT_FALSE(unsupported.close);
}

TEST_F(TheRestSide, SaysWhatItCannotFindAsItWasAskedFor)
{
    const auto answer = call("PATCH", "/open?q=%zz\xff");
    EXPECT_EQ(answer.status, 404);
    EXPECT_THAT(answer.body, HasSubstr("Cannot PATCH /open?q=%zz\xef\xbf\xbd"));
}

TEST_F(TheRestSide, RefusesAPathThatCannotBeDecodedAsRecorded)
{
    const auto answer = call("GET", "/%zz");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.content_type, "application/json");
    EXPECT_EQ(
        answer.body,
        R"({"error":"Bad Request","code":"FST_ERR_BAD_URL","message":"'/%zz' is not a valid url component","statusCode":400})"
    );
}

TEST_F(TheRestSide, TellsAFailureWithTheStatusOfItsCode)
{
    const auto answer = call("GET", "/refused");
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr(R"("code":"not_member","request_id":"test-1"})"));
}

TEST_F(TheRestSide, SaysHowLongToWaitInWholeSecondsRoundedUp)
{
    const auto answer = call("GET", "/wait");
    EXPECT_EQ(answer.headers.front(), std::pair(std::string("Retry-After"), std::string("2")));
    EXPECT_THAT(answer.body, HasSubstr(R"("retry_after_ms":1500)"));
}

TEST_F(TheRestSide, AnswersWhateverAHandlerThrowsAndKeepsTheReasonToItself)
{
    const auto broken = call("GET", "/broken");
    EXPECT_EQ(broken.status, 500);
    EXPECT_THAT(broken.body, HasSubstr(R"("message":"Oops! Something unexpected occurred.","code":"internal")"));
    EXPECT_THAT(broken.body, testing::Not(HasSubstr("secret")));
    EXPECT_EQ(call("GET", "/speechless").status, 500);
    const auto away = call("GET", "/away");
    EXPECT_EQ(away.status, 503);
    EXPECT_EQ(away.headers.front().first, "Retry-After");
    EXPECT_EQ(call("GET", "/open").status, 200) << "the next request";
}

TEST_F(TheRestSide, GivesBackARequestIdThatIsOne)
{
    const auto echoed = call(
        "GET", "/refused",
        {
            {"x-request-id", "A-1.b_2"}
    }
    );
    EXPECT_THAT(echoed.body, HasSubstr(R"("request_id":"A-1.b_2")"));
    EXPECT_EQ(echoed.headers.front(), std::pair(std::string("X-Request-Id"), std::string("A-1.b_2")));
    for (const auto& bad : {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a\"b")}) {
        const auto own = call(
            "GET", "/refused",
            {
                {"x-request-id", bad}
        }
        );
        EXPECT_TRUE(own.headers.empty()) << bad;
        EXPECT_THAT(own.body, HasSubstr(R"("request_id":"test-)")) << bad;
    }
}

TEST_F(TheRestSide, AnswersWithAPageWhatIsNoRoute)
{
    const auto pages = [](const HttpRequest& request) -> std::optional<HttpResponse> {
        if (request.path() != "/page" && request.path() != "/open")
            return {};
        HttpResponse page;
        page.body = "a page";
        return page;
    };
    Rest rest(
        {
            {{"GET", "/open"}, false, 200, echo}
    },
        guard_, limits_, clock_, request_ids_, pages
    );
    const auto get = [&](std::string target) {
        HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        return loop_.await(rest.serve(std::move(request)), [] {});
    };
    EXPECT_EQ(get("/page").body, "a page");
    EXPECT_NE(get("/open").body, "a page");
    EXPECT_EQ(get("/nowhere").status, 404);
}

TEST_F(TheRestSide, AnswersHeadWhereverGetIsThere)
{
    EXPECT_EQ(call("HEAD", "/open").status, 200);
    EXPECT_EQ(call("HEAD", "/mine/7").status, 401);
}

TEST_F(TheRestSide, TakesLargeBodiesOnlyWhereATokenIsNeeded)
{
    const auto limit = [this](std::string method, std::string target) {
        HttpRequest head;
        head.method = std::move(method);
        head.target = std::move(target);
        return rest_.body_limit(head);
    };
    EXPECT_EQ(limit("POST", "/mine/7"), 1'048'576U);
    EXPECT_EQ(limit("POST", "/open"), 65'536U);
    EXPECT_EQ(limit("POST", "/nowhere"), 65'536U);
    EXPECT_EQ(limit("POST", "/%zz"), 65'536U);
    EXPECT_EQ(rest_.too_large().status, 413);
}

TEST_F(TheRestSide, LogsWhatBrokeWithTheIdThatTheClientIsTold)
{
    testing::internal::CaptureStderr();
    const auto answer = call(
        "GET", "/broken?secret=query",
        {
            {"x-request-id", "mine-1"                                                 },
            {"traceparent",  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    }
    );
    const auto line = testing::internal::GetCapturedStderr();
    EXPECT_THAT(answer.body, HasSubstr(R"("request_id":"mine-1")"));
    EXPECT_THAT(
        line, HasSubstr("error A request failed.  request_id=mine-1  trace_id=4bf92f3577b34da6a3ce929d0e0e4736  "
                        "method=GET  route=/broken  status=500  code=internal")
    );
    EXPECT_THAT(line, HasSubstr("what=\"secret detail\""));
    EXPECT_THAT(line, testing::Not(HasSubstr("query")));
}

TEST_F(TheRestSide, CountsItsAnswersByRouteStatusAndCode)
{
    call("GET", "/open");
    call("GET", "/open");
    call("GET", "/refused");
    call("GET", "/away");
    call("GET", "/nowhere");
    call("POST", "/open", {kJson}, "{");
    const auto& counts = rest_.counts();
    const auto results = [&](std::size_t route, std::string_view name) {
        for (std::size_t i = 0; i < ResultCounts::kPlaces; ++i)
            if (ResultCounts::name(i) == name)
                return counts[route].results.at(i).value();
        return std::uint64_t{999};
    };
    EXPECT_EQ(counts[0].statuses[2].value(), 2U);
    EXPECT_EQ(counts[0].duration_us.count(), 2U);
    EXPECT_EQ(results(0, "ok"), 2U);
    EXPECT_EQ(counts[4].statuses[4].value(), 1U);
    EXPECT_EQ(results(4, "not_member"), 1U);
    EXPECT_EQ(counts[8].statuses[5].value(), 1U);
    EXPECT_EQ(results(8, "unavailable"), 1U);
    EXPECT_EQ(counts.back().statuses[4].value(), 2U);
    EXPECT_EQ(results(counts.size() - 1, "not_found"), 1U);
    EXPECT_EQ(results(counts.size() - 1, "validation_failed"), 1U);
}

}  // namespace
}  // namespace wgw::gateway
