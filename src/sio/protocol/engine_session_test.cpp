#include "sio/protocol/engine_script.hpp"
#include "sio/protocol/socket_session.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::sio {
namespace {

struct Turn {
    std::string_view in;
    std::string_view out;
};

struct Row {
    std::string_view name;
    std::vector<Turn> turns;  ///< After the handshake, on channel 9.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"MessagesGoBothWaysInOrder",
     {{"text 9 4a & binary 9 b & text 9 4", R"("a"; <b>; "")"}, {"send c & send d", "9: 4c; 9: 4d"}}                                     },
    {"PacketsOutOfPlaceAreIgnored",                  {{"text 9 0 & text 9 3 & text 9 5 & text 9 6 & text 9 4a", R"("a")"}}               },
    {"AClosePacketClosesAtOnce",                     {{"text 9 1", "END transport close; 9 closed"}, {"text 9 4a", ""}, {"shut 9", ""}}  },
    {"APingOfTheClientCloses",                       {{"text 9 2", "END transport error; 9 closed"}}                                     },
    {"AProbeOnTheMainChannelIsAPing",                {{"text 9 2probe", "END transport error; 9 closed"}}                                },
    {"AnUnknownTypeCloses",                          {{"text 9 7", "END parse error; 9 closed"}}                                         },
    {"AnEmptyPacketCloses",                          {{"text 9 ", "END parse error; 9 closed"}}                                          },
    {"APeerThatClosesIsATransportClose",             {{"shut 9", "END transport close"}}                                                 },
    {"AConnectionThatBreaksIsATransportError",       {{"break 9", "END transport error"}}                                                },
    {"TheServerClosesAfterWhatIsQueued",
     {{"send a & close 0 & send b", "END forced close; 9 closed; refused; 9: 4a"}, {"shut 9", ""}}                                       },
    {"DrainingHasACode",                             {{"close 1012", "END forced close; 9 closed 1012"}}                                 },
    {"ClosingTwiceIsClosingOnce",                    {{"close 0", "END forced close; 9 closed"}, {"close 0", ""}, {"text 9 x", ""}}      },
    {"ASecondWebSocketIsClosedAndDoesNotDisturb",
     {{"open 10", "10 closed"}, {"text 10 4x & shut 10", ""}, {"text 9 4a", R"("a")"}}                                                   },
    {"RequestsOfTheSidAreRefused",
     {{"get 2", R"(2: 400 {"code":3,"message":"Bad request"})"},
      {"post 3 4a", R"(3: 400 {"code":3,"message":"Bad request"})"}}                                                                     },

    {"Base64IsBinaryHereToo",                        {{"text 9 bYg==", "<b>"}, {"text 9 b?", "END parse error; 9 closed"}}               },
    {"ThePingComesAfterTheInterval",                 {{"at 24999", ""}, {"at 25000", "9: 2"}, {"at 44999", ""}}                          },
    {"ThePongIsAwaitedForItsTime",                   {{"at 25000", "9: 2"}, {"at 44999", ""}, {"at 45000", "END ping timeout; 9 closed"}}
    },
    {"ALateTickDoesNotMoveTheDeadline",
     {{"at 25007", "9: 2"}, {"at 44999", ""}, {"at 45000", "END ping timeout; 9 closed"}}                                                },
    {"ALoopThatSleptThroughTheWaitWaitsAgain",
     {{"at 50000", "9: 2"}, {"at 69999", ""}, {"at 70000", "END ping timeout; 9 closed"}}                                                },
    {"AfterThePongTheNextPingComesAfterTheInterval",
     {{"at 25000", "9: 2"}, {"at 30000", ""}, {"text 9 3", ""}, {"at 54999", ""}, {"at 55000", "9: 2"}}                                  },
    {"APongThatWasNotAskedForDelaysNothing",         {{"at 20000 & text 9 3", ""}, {"at 25000", "9: 2"}}                                 },
    {"AnotherPacketExtendsTheWaitOnce",
     {{"at 25000", "9: 2"},
      {"text 9 4a & binary 9 b", R"("a"; <b>)"},
      {"at 64999", ""},
      {"at 65000", "END ping timeout; 9 closed"}}                                                                                        },
    {"PacketsBeforeThePingExtendNothing",
     {{"text 9 4a", R"("a")"}, {"at 25000", "9: 2"}, {"at 45000", "END ping timeout; 9 closed"}}                                         },
};

class WebSocketSession : public testing::TestWithParam<Row> {};

TEST_P(WebSocketSession, DoesWhatTheRowSays)
{
    EngineScript script(Transport::websocket);
    ASSERT_EQ(script.play("open 9"), "9: OPEN");
    for (const auto& turn : GetParam().turns)
        EXPECT_EQ(script.play(turn.in), turn.out) << "after: " << turn.in;
}

INSTANTIATE_TEST_SUITE_P(Table, WebSocketSession, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(Heartbeat, OverPollingBlocksTheGetUntilThePing)
{
    EngineScript script(Transport::polling, {.ping_interval = Duration(300), .ping_timeout = Duration(200)});
    script.play("get 1");
    for (int round = 0, now = 0; round < 3; ++round) {
        EXPECT_EQ(script.play("get 2"), "");
        EXPECT_EQ(script.play("at " + std::to_string(now + 299)), "");
        now += 300;
        EXPECT_EQ(script.play("at " + std::to_string(now)), "2: 200 2");
        EXPECT_EQ(script.play("post 3 3"), "3: 200 ok");
    }
}

TEST(Heartbeat, IsComparedOnEachRequestToTheMillisecond)
{
    for (const auto& [time, expected] : {std::pair("now 499", "2: 200 2"), std::pair("now 500", "END ping timeout")}) {
        EngineScript script(Transport::polling, {.ping_interval = Duration(300), .ping_timeout = Duration(200)});
        script.play("get 1");
        script.play("at 300");
        EXPECT_TRUE(script.play(std::string(time) + " & get 2").starts_with(expected)) << time;
    }
}

TEST(Heartbeat, DeadlineIsWhatTheTimerNeeds)
{
    EngineScript script(Transport::websocket);
    EXPECT_EQ(script.session.next_deadline(), Instant{25'000});
    script.play("open 9 & at 25000");
    EXPECT_EQ(script.session.next_deadline(), Instant{45'000});
    script.play("text 9 3");
    EXPECT_EQ(script.session.next_deadline(), Instant{50'000});
}

TEST(Session, OpenPacketListsNoUpgradeOnAWebSocket)
{
    const EngineOptions options;
    EngineSession session(options, "sid-0123456789-abcde", Transport::websocket, Instant{0});
    EngineOutput out;
    EXPECT_TRUE(session.queued().empty());  // until its WebSocket is there
    session.web_socket_opened(9, Instant{0}, out);
    ASSERT_EQ(session.queued().size(), 1U);
    EXPECT_EQ(
        session.queued()[0].packet(),
        R"(0{"sid":"sid-0123456789-abcde","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"
    );
}

TEST(Session, IsFinishedWhenItsWebSocketIsGone)
{
    EngineScript script(Transport::websocket);
    script.play("open 9");
    script.play("close 0");
    EXPECT_FALSE(script.session.finished());
    script.play("shut 9");
    EXPECT_TRUE(script.session.finished());
}

TEST(Session, QueueRefusesAtItsBoundOfPackets)
{
    EngineScript script(Transport::polling, {.queue_packets = 3});
    script.play("get 1");
    EXPECT_EQ(script.play("send a & send b & send c & send d"), "refused");
    EXPECT_EQ(script.play("get 2"), "2: 200 4a␞4b␞4c");
    EXPECT_EQ(script.play("send e"), "");
}

TEST(Session, QueueRefusesAtItsBoundOfBytes)
{
    EngineScript script(Transport::polling, {.queue_bytes = 8});
    script.play("get 1");
    EXPECT_EQ(script.play("send a & send b & send c"), "refused");  // 4 bytes each, with the WebSocket header
    EXPECT_EQ(script.session.queued_bytes(), 8U);
}

TEST(Session, QueueHas1024PacketsOr1MiBByDefault)
{
    const auto fits = [](const Frame& frame) {
        EngineScript script(Transport::polling);
        script.play("get 1");
        int taken = 0;
        while (script.session.send(frame))
            ++taken;
        return taken;
    };
    EXPECT_EQ(fits(Frame::text("4")), 1'024);
    constexpr std::size_t kHeader = 10;  // of a WebSocket frame of that size
    EXPECT_EQ(fits(Frame::text(std::string(256 * 1'024 - kHeader, '4'))), 4);
    EXPECT_EQ(fits(Frame::text(std::string(256 * 1'024 - kHeader + 1, '4'))), 3);
}

TEST(Session, EmptyQueueTakesAPacketOfAnySize)
{
    EngineScript script(Transport::polling, {.queue_bytes = 8});
    script.play("get 1");
    EXPECT_EQ(script.play("send 0123456789"), "");
}

// What is large is there before an upgrade and gone behind it: what comes next must not be judged by that.
TEST(Session, BehindAPacketOfAnySizeIsAsMuchRoomAsBehindAnyOther)
{
    EngineScript script(Transport::polling, {.queue_bytes = 8});
    script.play("get 1");
    EXPECT_EQ(script.play("send 0123456789 & send b & send c"), "");
    EXPECT_EQ(script.play("send d"), "refused");
    EXPECT_EQ(script.play("send 0123456789"), "refused") << "one of them is enough";
    EXPECT_EQ(script.play("get 2"), "2: 200 40123456789␞4b␞4c");
}

TEST(Session, QueueTakesAPacketWithAllItsAttachmentsOrNone)
{
    EngineScript script(Transport::polling, {.queue_packets = 3});
    script.play("get 1 & send a & send b");
    const Frame frames[] = {Frame::text("451-[\"f\"]"), Frame::binary("x")};
    script.play("send c & send d");
    EXPECT_FALSE(script.session.send(frames));
    EXPECT_EQ(script.play("get 2"), "2: 200 4c␞4d");
}

TEST(Session, PingPassesTheBoundOfTheQueue)
{
    EngineScript script(Transport::polling, {.queue_packets = 1});
    script.play("get 1");
    script.play("send a");
    script.play("at 25000");
    EXPECT_EQ(script.play("get 2"), "2: 200 4a␞2");
}

TEST(Session, IsSmallWhileIdle) { EXPECT_LE(sizeof(EngineSession) + sizeof(SocketSession), 300U); }

}  // namespace
}  // namespace wgw::sio
