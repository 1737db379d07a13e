#include "sio/protocol/engine_script.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::sio {
namespace {

constexpr auto kUnknown = R"({"code":1,"message":"Session ID unknown"})";

struct Turn {
    std::string in;
    std::string out;
};

struct Row {
    std::string_view name;
    std::vector<Turn> turns;  ///< After the handshake, which is request 1.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const std::string kGone = std::string(": 400 ") + kUnknown;
const std::string kBad = R"(: 400 {"code":3,"message":"Bad request"})";

const Row kRows[] = {
    {"AGetWaitsUntilThereIsSomethingToSend",               {{"get 2", ""}, {"send a & send b", "2: 200 4a␞4b"}}                         },
    {"AGetIsAnsweredAtOnceWithWhatIsQueued",               {{"send a", ""}, {"get 2", "2: 200 4a"}, {"get 3", ""}}                      },
    {"APostIsAnsweredOk",                                  {{"post 2 4hello", R"("hello"; 2: 200 ok)"}}                                 },
    {"APostHasManyPackets",                                {{"post 2 4a␞bAQID␞4", "\"a\"; <\x01\x02\x03>; \"\"; 2: 200 ok"}}            },
    {"PacketsOutOfPlaceAreIgnored",                        {{"post 2 0␞3␞5␞6␞4a", R"("a"; 2: 200 ok)"}}                                 },
    {"OctetStreamEndsTheSession",
     {{"get 2", ""}, {"octets 3 4a", "3" + kBad + "; END transport error; 2: 200 1"}, {"get 4", "4" + kGone}}                           },
    {"ABodyThatIsTooLargeIsRefusedAndTheSessionLives",
     {{"begun 2", ""}, {"given-up 2", ""}, {"post 3 4a", R"("a"; 3: 200 ok)"}}                                                          },
    {"AnUndecodablePacketEndsTheSession",                  {{"post 2 abc", "END parse error; 2: 200 ok"}, {"get 3", "3" + kGone}}       },
    {"AnEmptyBodyIsUndecodable",                           {{"post 2 ", "END parse error; 2: 200 ok"}}                                  },
    {"BadBase64IsUndecodable",                             {{"post 2 b?", "END parse error; 2: 200 ok"}}                                },
    {"BadUtf8IsUndecodable",                               {{"post 2 4\xff", "END parse error; 2: 200 ok"}}                             },
    {"WhatStandsBeforeAnUndecodablePacketIsDelivered",     {{"post 2 4a␞x␞4b", R"("a"; END parse error; 2: 200 ok)"}}                   },
    {"APingOfTheClientEndsTheSession",                     {{"post 2 2", "END transport error; 2: 200 ok"}, {"post 3 4a", "3" + kGone}} },
    {"ASecondGetEndsTheSession",
     {{"get 2", ""}, {"get 3", "3: 400; END transport error; 2: 200 1"}, {"get 4", "4" + kGone}}                                        },
    {"ASecondPostEndsTheSession",
     {{"begun 2", ""}, {"begun 3", "3: 400; END transport error"}, {"post 2 4a", "2" + kGone}}                                          },
    {"APostInPiecesIsOnePost",
     {{"begun 2", ""}, {"post 2 4a", R"("a"; 2: 200 ok)"}, {"begun 3", ""}, {"post 3 4b", R"("b"; 3: 200 ok)"}}                         },
    {"ACancelledGetEndsTheSession",                        {{"get 2", ""}, {"gone 2", "END transport error"}, {"get 3", "3" + kGone}}   },
    {"ACancelledPostEndsTheSession",                       {{"get 2", ""}, {"begun 3", ""}, {"gone 3", "END transport error; 2: 200 1"}}},
    {"AnAnsweredRequestThatBreaksIsNothing",               {{"get 2 & send a", "2: 200 4a"}, {"gone 2", ""}, {"get 3", ""}}             },
    {"AClosingPostReleasesTheHeldGet",
     {{"get 2", ""}, {"post 3 1", "END transport close; 3: 200 ok; 2: 200 6"}, {"get 4", "4" + kGone}}                                  },
    {"AClosingPostThatOvertookTheGetReleasesIt",
     {{"post 3 1 & get 2", "END transport close; 3: 200 ok; 2: 200 6"}, {"get 4", "4" + kGone}}                                         },
    {"AClosingPostAloneEndsTheSession",
     {{"post 2 4a␞1␞4b", R"("a"; END transport close; 2: 200 ok)"}, {"get 3", "3" + kGone}}                                             },
    {"AfterAViolationTheNextGetReadsNoopAndClose",
     {{"post 2 4x & close 0", R"("x"; 2: 200 ok; END forced close)"}, {"get 3", "3: 200 6␞1"}, {"get 4", "4" + kGone}}                  },
    {"TheClosePacketGoesIntoTheHeldGet",                   {{"get 2", ""}, {"close 0", "END forced close; 2: 200 1"}}                   },
    {"WhatIsQueuedGoesOutBeforeTheClosePacket",
     {{"send a", ""},
      {"close 0", "END forced close"},
      {"post 2 4x", "2: 200 ok"},
      {"get 3", "3: 200 4a"},
      {"get 4", "4: 200 6␞1"}}                                                                                                          },
    {"WhatIsQueuedGoesIntoTheHeldGetBeforeTheClosePacket",
     {{"get 2 & send a & close 0", "END forced close; 2: 200 4a"}, {"get 3", "3: 200 6␞1"}, {"get 4", "4" + kGone}}                     },
    {"TheClosePacketWaitsThirtySeconds",                   {{"close 0", "END forced close"}, {"now 29999 & get 2", "2: 200 6␞1"}}       },
    {"AfterThirtySecondsTheSidIsUnknown",                  {{"close 0", "END forced close"}, {"now 30000 & get 2", "2" + kGone}}        },
    {"AClosedSessionTakesNoPackets",                       {{"close 0", "END forced close"}, {"send a", "refused"}}                     },
    {"PingTimeoutAnswersTheHeldGet",
     {{"at 25000 & get 2", "2: 200 2"}, {"get 3", ""}, {"at 45000", "END ping timeout; 3: 200 1"}}                                      },
};

class Polling : public testing::TestWithParam<Row> {};

TEST_P(Polling, DoesWhatTheRowSays)
{
    EngineScript script(Transport::polling);
    ASSERT_EQ(script.play("get 1"), "1: 200 OPEN");
    for (const auto& turn : GetParam().turns)
        EXPECT_EQ(script.play(turn.in), turn.out) << "after: " << turn.in;
}

INSTANTIATE_TEST_SUITE_P(Table, Polling, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(Poll, AnswerHasTheRecordedContentTypes)
{
    const EngineOptions options;
    EngineSession session(options, "sid-0123456789-abcde", Transport::polling, Instant{0});
    EngineOutput out;
    session.get(1, Instant{0}, out);
    session.flush(out);
    session.post(2, "4a", PostBody::text, Instant{0}, out);
    ASSERT_EQ(out.events.size(), 3U);
    EXPECT_EQ(std::get<Answer>(out.events[0]).content_type, "text/plain; charset=UTF-8");
    EXPECT_EQ(
        std::get<Answer>(out.events[0]).body,
        R"(0{"sid":"sid-0123456789-abcde","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"
    );
    EXPECT_EQ(std::get<Answer>(out.events[2]).content_type, "text/html");
}

TEST(Poll, AnswerHoldsAtMost256PacketsAndTheRestWaits)
{
    EngineScript script(Transport::polling);
    script.play("get 1");
    for (int i = 0; i < 257; ++i)
        script.play("send x");
    const auto first = script.play("get 2");
    EXPECT_EQ(std::ranges::count(first, 'x'), 256);
    EXPECT_EQ(script.play("get 3"), "3: 200 4x");
}

TEST(Poll, BodyOf16384PacketsIsReadAndOneMoreEndsTheSession)
{
    std::string body = "post 2 4";
    for (int i = 1; i < 16'384; ++i)
        body += "␞4";
    EngineScript script(Transport::polling);
    EXPECT_TRUE(script.play(body).ends_with("2: 200 ok"));
    EXPECT_EQ(script.play(body + "␞4"), "2" + kBad + "; END parse error");
}

TEST(Poll, BodyOfMaxPayloadIsReadAndOneByteMoreIsRefused)
{
    EngineScript script(Transport::polling, {.max_payload = 10});
    EXPECT_EQ(script.play("post 2 4123456789"), R"("123456789"; 2: 200 ok)");
    EXPECT_EQ(script.play("post 3 41234567890"), "3: 413 and close");
}

TEST(Poll, IsWritableOnlyWhileAGetIsHeld)
{
    EngineScript script(Transport::polling);
    script.play("get 1");
    EXPECT_FALSE(script.session.writable());
    script.play("get 2");
    EXPECT_TRUE(script.session.writable());
    script.play("send a");
    EXPECT_FALSE(script.session.writable());
}

TEST(Poll, BinaryFramesAreBase64)
{
    EngineScript script(Transport::polling);
    script.play("get 1");
    const Frame frames[] = {Frame::text("451-[\"f\"]"), Frame::binary("\x01\x02\x03")};
    EXPECT_TRUE(script.session.send(frames));
    EXPECT_EQ(script.play("get 2"), "2: 200 451-[\"f\"]␞bAQID");
}

TEST(Poll, SessionIsFinishedOnceItsClosePacketIsFetched)
{
    EngineScript script(Transport::polling);
    script.play("get 1");
    script.play("close 0");
    EXPECT_FALSE(script.session.finished());
    EXPECT_EQ(script.session.next_deadline(), Instant{30'000});
    script.play("get 2");
    EXPECT_TRUE(script.session.finished());
    EXPECT_EQ(script.session.next_deadline(), kNever);
}

}  // namespace
}  // namespace wgw::sio
