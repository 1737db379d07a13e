#include "base/random.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/engine/test_wire.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kPolling = "/socket.io/?EIO=4&transport=polling";
const std::string kWebSocket = "/socket.io/?EIO=4&transport=websocket";
const TestWire::Headers kUpgrade{
    {"connection",            "Upgrade"                 },
    {"upgrade",               "websocket"               },
    {"sec-websocket-version", "13"                      },
    {"sec-websocket-key",     "AAAAAAAAAAAAAAAAAAAAAA=="},
};

/// Sends back what it is sent; `established`, `throw` and `close` do more.
class Echo final : public EngineConnection {
public:
    Echo(Opening opening, std::vector<std::string>& ends) : EngineConnection(std::move(opening)), ends_(ends) {}

private:
    void on_message(const Message& message) override
    {
        if (message.data == "established")
            established();
        if (message.data == "throw")
            throw std::runtime_error("planned");
        send(message.binary ? Frame::binary(message.data) : Frame::text("4", message.data));
        if (message.data == "close")
            close(CloseReason::forced_server_close);
    }
    void on_closed(CloseReason reason) override { ends_.emplace_back(text_of(reason)); }

    std::vector<std::string>& ends_;
};

class AnEngine : public testing::Test {
protected:
    AnEngine() { start({}); }
    ~AnEngine() override { wire_.hang_up(); }

    void start(EngineServerOptions options)
    {
        engine_.emplace(loop_, random_, std::move(options), [this](EngineConnection::Opening opening) {
            return std::make_unique<Echo>(std::move(opening), ends_);
        });
        engine_->attach(wire_);
    }

    /// What a request is answered; nothing yet is an empty answer of status 0.
    HttpResponse ask(std::string method, std::string target, TestWire::Headers headers = {}, std::string body = {})
    {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.body = std::move(body);
        return answer_to(wire_.request(std::move(request)));
    }
    HttpResponse answer_to(std::uint64_t request)
    {
        HttpResponse none;
        none.status = 0;
        return wire_.answers.contains(request) ? wire_.answers[request] : none;
    }
    static std::string line(const HttpResponse& response)
    {
        return std::to_string(response.status) + " " + response.body;
    }
    static std::string header(const HttpResponse& response, std::string_view name)
    {
        for (const auto& [key, value] : response.headers)
            if (key == name)
                return value;
        return "";
    }

    /// A session over polling: what follows the path of its requests.
    std::string open()
    {
        const auto body = ask("GET", kPolling).body;
        return kPolling + "&sid=" + body.substr(std::string(R"(0{"sid":")").size(), 20);
    }
    void advance(Duration span)
    {
        clock_.advance(span);
        loop_.timers().run(clock_.monotonic());
        wire_.turn();
    }

    ManualClock clock_;
    SeededRandom random_{1};
    net::Loop loop_{clock_};
    std::vector<std::string> ends_;
    std::optional<EngineServer> engine_;
    TestWire wire_{loop_, [this](HttpRequest request, net::Exchange exchange) {
                       engine_->on_request(std::move(request), exchange);
                   }};
};

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

TEST_F(AnEngine, CarriesMessagesOverEitherTransport)
{
    auto& client = wire_.open(kWebSocket);
    EXPECT_THAT(client.received(), ElementsAre(HasSubstr(R"("upgrades":[])")));
    client.send("4hello");
    client.stream->on_binary("bytes");
    wire_.turn();
    EXPECT_THAT(client.received(), ElementsAre("4hello", "bytes"));

    const auto session = open();
    EXPECT_EQ(
        line(
            ask("POST", session, {},
                "4one\x1e"
                "4two")
        ),
        "200 ok"
    );
    EXPECT_EQ(
        line(ask("GET", session)), "200 4one\x1e"
                                   "4two"
    );
    EXPECT_EQ(engine_->connections(), 2U);
}

TEST_F(AnEngine, TellsItsConnectionsOnceWhyTheyEnd)
{
    wire_.open(kWebSocket).drop();
    wire_.turn();
    auto& thrown = wire_.open(kWebSocket);
    thrown.send("4throw");
    auto& closed = wire_.open(kWebSocket);
    closed.send("4close");
    wire_.turn();
    EXPECT_THAT(closed.received(), ElementsAre(StartsWith("0{"), "4close"));
    EXPECT_TRUE(thrown.closed && closed.closed);
    EXPECT_THAT(ends_, ElementsAre("transport error", "forced close", "forced server close"));
}

// Transports

TEST_F(AnEngine, OffersNoUpgradeWhereItIsSwitchedOff)
{
    start({.upgrades = false});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":[])"));
    start({.websocket = false});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":[])"));
    start({});
    EXPECT_THAT(ask("GET", kPolling).body, HasSubstr(R"("upgrades":["websocket"])"));
}

TEST_F(AnEngine, DoesNotKnowATransportThatIsSwitchedOff)
{
    const std::string kUnknown = R"({"code":0,"message":"Transport unknown"})";
    start({.polling = false});
    EXPECT_EQ(line(ask("GET", kPolling)), "400 " + kUnknown);
    EXPECT_THAT(wire_.open(kWebSocket).received(), ElementsAre(StartsWith("0{")));
    wire_.hang_up();
    start({.websocket = false});
    EXPECT_EQ(line(ask("GET", kWebSocket, kUpgrade)), "400 Transport unknown");
    EXPECT_EQ(ask("GET", kPolling).status, 200);
}

TEST_F(AnEngine, LivesUnderAPathOfItsOwn)
{
    start({.path = "/live/"});
    EXPECT_TRUE(engine_->serves("/live/") && engine_->serves("/live/x") && engine_->serves("/l%69ve/"));
    EXPECT_FALSE(engine_->serves("/live") || engine_->serves("/socket.io/") || engine_->serves("/l%zzve/"));
    start({.path = "live"});
    EXPECT_TRUE(engine_->serves("/live/"));
    EXPECT_FALSE(engine_->serves("/lively") || engine_->serves("live/"));
}

// Who may come

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

// Answers

TEST_F(AnEngine, CompressesLongAnswersForThoseWhoTakeThat)
{
    start({.compressed_from = 100});
    const TestWire::Headers gzip{
        {"accept-encoding", "gzip"}
    };
    const auto session = open();
    const auto coding = [&](std::size_t size, const TestWire::Headers& headers) {
        ask("POST", session, {}, "4" + std::string(size - 1, 'x'));
        return header(ask("GET", session, headers), "content-encoding");
    };
    EXPECT_EQ(coding(100, gzip), "gzip");
    EXPECT_EQ(coding(99, gzip), "");
    EXPECT_EQ(coding(1'000, {}), "");
    start({.compressed_from = 0});
    const auto other = open();
    ask("POST", other, {}, "4" + std::string(5'000, 'x'));
    EXPECT_EQ(header(ask("GET", other, gzip), "content-encoding"), "");
}

TEST_F(AnEngine, TakesAPostAgainThatWasTooLarge)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});
    EXPECT_EQ(engine_->too_large(head, {500, 1}).status, 413);
    EXPECT_EQ(line(ask("POST", session, {}, "4less")), "200 ok");
    EXPECT_EQ(engine_->body_limit(), 1'000'000U);
}

TEST_F(AnEngine, EndsASessionWhosePostsOverlap)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});  // its body is on its way
    EXPECT_EQ(ask("POST", session, {}, "4x").status, 400);
    EXPECT_THAT(ends_, ElementsAre("transport error"));
    EXPECT_EQ(line(ask("GET", session)), R"(400 {"code":1,"message":"Session ID unknown"})");
}

TEST_F(AnEngine, EndsASessionWhosePostDoesNotCome)
{
    const auto session = open();
    HttpRequest head;
    head.method = "POST";
    head.target = session;
    engine_->on_head(head, {500, 1});
    engine_->on_gone({500, 1});
    wire_.turn();
    EXPECT_THAT(ends_, ElementsAre("transport error"));
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

TEST_F(AnEngine, DrainsEvenlyAndTakesNobodyNew)
{
    const auto session = open();
    HttpRequest poll;
    poll.method = "GET";
    poll.target = session;
    const auto waiting = wire_.request(poll);
    auto& client = wire_.open(kWebSocket);
    EXPECT_FALSE(engine_->drained());
    engine_->drain(40ms);
    wire_.turn();
    EXPECT_FALSE(engine_->drained());
    EXPECT_EQ(ask("GET", kPolling).status, 503);
    advance(20ms);
    EXPECT_EQ(line(answer_to(waiting)), "200 1");
    EXPECT_EQ(client.close_code, 1001);
    client.drop();
    wire_.turn();
    EXPECT_TRUE(engine_->drained());
    EXPECT_THAT(ends_, ElementsAre("server shutting down", "server shutting down"));
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
