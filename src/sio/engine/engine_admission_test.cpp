#include "sio/engine/test_engine.hpp"

namespace wgw::sio {
namespace {

// The application, and pages

TEST_F(AnEngine, RefusesInTheWordsOfItsApplication)
{
    start({.refuse = [](const HttpRequest& request) {
        return request.header("x-bad") ? std::optional<std::string>(*request.header("x-bad")) : std::nullopt;
    }});
    auto upgrade = kUpgrade;
    upgrade.emplace_back("x-bad", "no \"entry\"");
    EXPECT_EQ(
        line(
            ask("GET", kPolling,
                {
                    {"x-bad", "no \"entry\""}
    })
        ),
        R"(403 {"code":4,"message":"no \"entry\""})"
    );
    EXPECT_EQ(
        line(
            ask("GET", kPolling,
                {
                    {"x-bad", ""}
    })
        ),
        R"(403 {"code":4,"message":"Forbidden"})"
    );
    EXPECT_EQ(line(ask("GET", kWebSocket, upgrade)), "400 no \"entry\"");
    EXPECT_EQ(engine_->connections(), 0U);
    const auto session = open();
    EXPECT_EQ(
        ask("POST", session,
            {
                {"x-bad", "late"}
    },
            "4x")
            .status,
        200
    ) << "only new sessions are asked about";
    const auto sid = session.substr(session.find("&sid="));
    EXPECT_EQ(ask("GET", kWebSocket + sid, upgrade).status, 400) << "and WebSockets";
}

TEST_F(AnEngine, RefusesPagesOfOthers)
{
    start({.origins = {.allowed = {"https://a.example"}}});
    const auto status = [&](const std::string& origin) {
        return ask("GET", kPolling,
                   {
                       {"host",   "own.example"},
                       {"origin", origin       }
        }
        ).status;
    };
    EXPECT_EQ(status("https://a.example"), 200);
    EXPECT_EQ(status("https://own.example"), 200);
    EXPECT_EQ(status("https://b.example"), 403);
    EXPECT_EQ(status("null"), 403);
    EXPECT_EQ(ask("GET", kPolling).status, 200) << "no browser";
    auto upgrade = kUpgrade;
    upgrade.emplace_back("origin", "https://b.example");
    EXPECT_EQ(line(ask("GET", kWebSocket, upgrade)), "403 Forbidden");
}

TEST_F(AnEngine, SaysWithEachAnswerWhichPagesMayReadIt)
{
    start({
        .origins = {.allowed = {"https://a.example"}, .cors = CorsOptions{.credentials = true}}
    });
    const TestWire::Headers from{
        {"origin", "https://a.example"}
    };
    const auto read_by = [](const HttpResponse& response) { return header(response, "access-control-allow-origin"); };
    EXPECT_EQ(read_by(ask("GET", kPolling, from)), "https://a.example");
    EXPECT_EQ(read_by(ask("GET", kPolling + "&sid=unknown", from)), "https://a.example") << "an error";
    EXPECT_EQ(
        read_by(
            ask("GET", kPolling,
                {
                    {"origin", "https://b.example"}
    })
        ),
        ""
    ) << "a stranger";
    HttpRequest large;
    large.method = "POST";
    large.headers = from;
    EXPECT_EQ(read_by(engine_->too_large(large, {77, 1})), "https://a.example");
    const auto preflight =
        ask("OPTIONS", kPolling,
            {
                {"origin",                         "https://a.example"},
                {"access-control-request-headers", "x-token"          }
    });
    EXPECT_EQ(line(preflight), "204 ");
    EXPECT_EQ(read_by(preflight), "https://a.example");
    EXPECT_EQ(header(preflight, "access-control-allow-credentials"), "true");
    EXPECT_EQ(header(preflight, "access-control-allow-headers"), "x-token");
}

TEST_F(AnEngine, KnowsNoPreflightWithoutCors)
{
    EXPECT_EQ(line(ask("OPTIONS", kPolling)), R"(400 {"code":2,"message":"Bad handshake method"})");
}

TEST_F(AnEngine, GivesItsCookieWithTheHandshakeOnly)
{
    start({
        .cookie = CookieOptions{.name = "node", .attributes = "Path=/x"}
    });
    const auto opened = ask("GET", kPolling);
    const auto sid = opened.body.substr(std::string(R"(0{"sid":")").size(), 20);
    EXPECT_EQ(header(opened, "set-cookie"), "node=" + sid + "; Path=/x");
    EXPECT_EQ(header(ask("POST", kPolling + "&sid=" + sid, {}, "4x"), "set-cookie"), "");
    EXPECT_EQ(header(ask("GET", kPolling + "&sid=" + sid), "set-cookie"), "");
}

TEST_F(AnEngine, HidesASessionFromRequestsThatCannotBeOfItsClient)
{
    EngineServerOptions options;
    options.may_belong = [](const HttpRequest& request, const Handshake& handshake) {
        return request.header("x-client") == handshake.header("x-client");
    };
    start(options);
    const TestWire::Headers mine{
        {"x-client", "a"}
    };
    const TestWire::Headers others{
        {"x-client", "b"}
    };
    const auto sid = "&sid=" + ask("GET", kPolling, mine).body.substr(std::string(R"(0{"sid":")").size(), 20);
    constexpr auto kUnknown = R"(400 {"code":1,"message":"Session ID unknown"})";
    EXPECT_EQ(line(ask("POST", kPolling + sid, others, "4stolen")), kUnknown);
    EXPECT_EQ(line(ask("GET", kPolling + sid, others)), kUnknown);
    EXPECT_EQ(line(ask("GET", kPolling + sid)), kUnknown);
    auto upgrade = kUpgrade;
    upgrade.emplace_back("x-client", "b");
    EXPECT_EQ(ask("GET", kWebSocket + sid, upgrade).status, 400);
    EXPECT_EQ(line(ask("POST", kPolling + sid, mine, "4hello")), "200 ok");
    EXPECT_EQ(line(ask("GET", kPolling + sid, mine)), "200 4hello");
}

TEST_F(AnEngine, RefusesWhereItsApplicationThrows)
{
    const auto thrower = [](const auto&...) -> bool { throw std::runtime_error("broken"); };
    EngineServerOptions options;
    options.refuse = [thrower](const HttpRequest& request) -> std::optional<std::string> {
        if (request.header("x-refuse"))
            thrower(request);
        return {};
    };
    options.hold_off = [thrower](const HttpRequest& request) -> std::optional<HttpResponse> {
        if (request.header("x-hold"))
            thrower(request);
        return {};
    };
    options.may_belong = [thrower](const HttpRequest& request, const Handshake&) {
        return !request.header("x-belong") || thrower(request);
    };
    options.on_gone = [thrower](const Handshake& handshake) { thrower(handshake); };
    start(options);
    EXPECT_EQ(
        line(
            ask("GET", kPolling,
                {
                    {"x-refuse", "1"}
    })
        ),
        R"(403 {"code":4,"message":"Forbidden"})"
    );
    EXPECT_EQ(
        ask("GET", kPolling,
            {
                {"x-hold", "1"}
    })
            .status,
        503
    );
    const auto session = open();
    EXPECT_EQ(
        line(
            ask("POST", session,
                {
                    {"x-belong", "1"}
    },
                "4stolen")
        ),
        R"(400 {"code":1,"message":"Session ID unknown"})"
    );
    EXPECT_EQ(line(ask("POST", session, {}, "1")), "200 ok");
    wire_.turn();
    EXPECT_EQ(ask("GET", kPolling).status, 200);
}

// Bounds

TEST_F(AnEngine, RefusesMoreHandshakesThanItsBound)
{
    start({.handshakes = 2});
    const auto session = open();
    open();
    const auto refused = ask("GET", kPolling);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.close);
    EXPECT_EQ(header(refused, "retry-after"), "1");
    EXPECT_EQ(ask("GET", kWebSocket, kUpgrade).status, 503);
    EXPECT_EQ(ask("POST", session, {}, "4established").status, 200) << "those that are there go on";
    EXPECT_EQ(ask("GET", kPolling).status, 200);
    EXPECT_EQ(ask("GET", kPolling).status, 503);
    ask("POST", session, {}, "1");
    wire_.turn();
    EXPECT_EQ(ask("GET", kPolling).status, 503) << "that one did not count any more";
}

TEST_F(AnEngine, CountsNoHandshakeThatHasEnded)
{
    start({.handshakes = 1});
    const auto session = open();
    ask("POST", session, {}, "1");
    wire_.turn();
    EXPECT_EQ(ask("GET", kPolling).status, 200);
}

TEST_F(AnEngine, HoldsNewSessionsOffAndTellsOfEachThatWasLetInWhenItIsGone)
{
    int inside = 0, asked = 0;
    start({
        .hold_off = [&](const HttpRequest&) -> std::optional<HttpResponse> {
            ++asked;
            HttpResponse busy;
            busy.status = 429;
            if (inside == 2)
                return busy;
            ++inside;
            return {};
        },
        .on_gone = [&](const Handshake& handshake) { inside -= handshake.url().contains("EIO=4") ? 1 : 0; },
    });
    auto& client = wire_.open(kWebSocket);
    const auto session = open();
    const auto busy = ask("GET", kPolling);
    EXPECT_EQ(busy.status, 429);
    EXPECT_FALSE(busy.close);
    EXPECT_TRUE(ask("GET", kWebSocket, kUpgrade).close) << "of a WebSocket nothing else can come";
    EXPECT_EQ(line(ask("POST", session, {}, "4hello")), "200 ok") << "who is inside is not asked again";
    EXPECT_EQ(asked, 4);

    ask("GET", kWebSocket,
        {
            {"connection", "upgrade"  },
            {"upgrade",    "websocket"}
    });
    ask("GET", "/socket.io/?EIO=3&transport=polling");
    EXPECT_EQ(asked, 4) << "nor is who is refused for something else";

    client.drop();
    wire_.turn();
    wire_.turn();  // it is destroyed when nobody can be inside of it any more
    EXPECT_EQ(inside, 1);
    EXPECT_EQ(ask("GET", kPolling).status, 200);
    EXPECT_EQ(inside, 2);
    engine_.reset();
    EXPECT_EQ(inside, 0);
    start({});
}

}  // namespace
}  // namespace wgw::sio
