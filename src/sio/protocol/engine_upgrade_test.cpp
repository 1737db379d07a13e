#include "sio/protocol/engine_script.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace wgw::sio {
namespace {

const std::string kBad = R"(: 400 {"code":3,"message":"Bad request"})";

struct Turn {
    std::string in;
    std::string out;
};

struct Row {
    std::string_view name;
    std::vector<Turn> turns;  ///< After the handshake over polling; request 1.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"AsTheOfficialClientDoesIt",
     {{"post 2 40{\"a\":1}", "\"0{\"a\":1}\"; 2: 200 ok"},
      {"open 9", ""},
      {"send 0 & send 2[\"hi\",1]", ""},
      {"get 3", "3: 200 40␞42[\"hi\",1]"},
      {"get 4", ""},
      {"text 9 2probe", "9> 3probe; 4: 200 6"},
      {"post 5 4m1", R"("m1"; 5: 200 ok)"},
      {"send a", ""},
      {"text 9 5", "9: 4a"},
      {"text 9 4hello", R"("hello")"},
      {"send b", "9: 4b"}}                                                                                                                   },
    {"EachProbePacketIsAnswered",
     {{"open 9", ""},
      {"text 9 2probe", "9> 3probe"},
      {"text 9 2probe", "9> 3probe"},
      {"text 9 5", ""},
      {"text 9 4a", R"("a")"}}                                                                                                               },
    {"ANewGetIsReleasedToo",                          {{"open 9 & text 9 2probe", "9> 3probe"}, {"get 2", "2: 200 6"}, {"get 3", "3: 200 6"}}},
    {"AGetAfterTheProbeStillCarriesWhatIsQueued",
     {{"open 9 & text 9 2probe", "9> 3probe"}, {"send a", ""}, {"get 2", "2: 200 4a"}}                                                       },
    {"AGetAfterTheSwitchIsRefused",
     {{"open 9", ""}, {"text 9 2probe & text 9 5", "9> 3probe"}, {"get 2", "2" + kBad}, {"post 3 4a", "3" + kBad}}                           },
    {"AGetThatOvertookTheSwitchIsRefused",            {{"open 9", ""}, {"get 2 & text 9 2probe & text 9 5", "9> 3probe; 2" + kBad}}
    },
    {"AParkedGetIsRefusedWhenTheSwitchComes",         {{"open 9", ""}, {"get 2", ""}, {"text 9 5", "2" + kBad}}                              },
    {"APostThatOvertookItsEndIsRefused",
     {{"open 9 & begun 2", ""}, {"text 9 2probe & text 9 5", "9> 3probe"}, {"post 2 4a", "2" + kBad}}                                        },
    {"AnythingElseClosesTheWebSocketAndKeepsPolling",
     {{"open 9", ""}, {"text 9 4a", "9 closed"}, {"text 9 5", ""}, {"get 2 & send x", "2: 200 4x"}}                                          },
    {"BinaryOnTheProbeClosesIt",                      {{"open 9", ""}, {"binary 9 a", "9 closed"}, {"get 2 & send x", "2: 200 4x"}}          },
    {"AProbeThatClosesKeepsPolling",
     {{"open 9", ""}, {"text 9 2probe", "9> 3probe"}, {"shut 9", ""}, {"get 2", ""}, {"send x", "2: 200 4x"}}                                },
    {"AProbeThatBreaksKeepsPolling",                  {{"open 9", ""}, {"break 9", ""}, {"get 2 & send x", "2: 200 4x"}}                     },
    {"AProbeHasItsTime",
     {{"open 9", ""}, {"text 9 2probe", "9> 3probe"}, {"at 9999", ""}, {"at 10000", "9 closed"}, {"get 2", ""}}                              },
    {"AfterAFailedProbeAnotherMayTry",
     {{"open 9", ""}, {"text 9 x", "9 closed"}, {"open 10", ""}, {"text 10 2probe & text 10 5", "10> 3probe"}}                               },
    {"ASecondProbeIsClosedAndDoesNotDisturb",
     {{"open 9", ""}, {"open 10", "10 closed"}, {"text 10 5", ""}, {"text 9 5", ""}, {"text 9 4a", R"("a")"}}                                },
    {"AWebSocketAfterTheSwitchIsClosed",
     {{"open 9", ""}, {"text 9 5", ""}, {"open 10", "10 closed"}, {"text 9 4a", R"("a")"}}                                                   },
    {"TheSessionsEndClosesTheProbe",
     {{"open 9", ""}, {"post 2 x", "END parse error; 9 closed; 2: 200 ok"}, {"text 9 5", ""}}                                                },
    {"AClosingPostClosesTheProbe",                    {{"open 9", ""}, {"post 2 1", "END transport close; 9 closed; 2: 200 ok"}}             },
    {"TheServersCloseClosesTheProbe",
     {{"open 9", ""}, {"close 0", "END forced close; 9 closed"}, {"get 2", "2: 200 6␞1"}}                                                    },
    // The client has stopped polling, and fetches nothing any more: what is queued goes over the WebSocket, then it ends.
    {"AProbedWebSocketIsTakenWhileTheServerCloses",
     {{"open 9 & text 9 2probe", "9> 3probe"},
      {"send bye & close 1001", "END forced close"},
      {"text 9 4a", "9 closed"},
      {"get 2", "2: 200 4bye"},
      {"get 3", "3: 200 6␞1"}}                                                                                                               },
    {"AndBringsWhatIsQueued",
     {{"open 9 & text 9 2probe", "9> 3probe"},
      {"send bye & close 1001", "END forced close"},
      {"text 9 5", "9 closed 1001; 9: 4bye"},
      {"get 2", "2: 400 {\"code\":1,\"message\":\"Session ID unknown\"}"}}                                                                   },
    {"AlsoBehindAPollThatBroughtIt",
     {{"open 9 & text 9 2probe", "9> 3probe"},
      {"get 2 & send bye & close 0", "END forced close; 2: 200 4bye"},
      {"text 9 5", "9 closed"}}                                                                                                              },
    {"AClosingSessionOutlivesItsProbe",
     {{"open 9 & text 9 2probe", "9> 3probe"},
      {"send bye & close 0", "END forced close"},
      {"shut 9", ""},
      {"get 2", "2: 200 4bye"},
      {"get 3", "3: 200 6␞1"}}                                                                                                               },
    {"APollThatIsToldTheEndEndsTheProbeToo",
     {{"open 9 & text 9 2probe", "9> 3probe"}, {"close 0", "END forced close"}, {"get 2", "2: 200 6␞1; 9 closed"}}                           },
    {"WhoNeitherPollsNorSwitchesIsClosed",
     {{"open 9 & text 9 2probe", "9> 3probe"},
      {"close 0", "END forced close"},
      {"at 29999", ""},
      {"at 30000", "9 closed"}}                                                                                                              },
    {"AWebSocketForAClosingSessionIsClosed",          {{"close 0", "END forced close"}, {"open 9", "9 closed"}}                              },
    {"TheHeartbeatGoesOnAcrossTheSwitch",
     {{"at 25000 & get 2", "2: 200 2"},
      {"open 9", ""},
      {"text 9 5", ""},
      {"text 9 3", ""},
      {"at 49999", ""},
      {"at 50000", "9: 2"}}                                                                                                                  },
    {"APingQueuedBeforeTheSwitchGoesOutBehindIt",     {{"at 25000", ""}, {"open 9", ""}, {"text 9 5", "9: 2"}}                               },
};

class Upgrade : public testing::TestWithParam<Row> {};

TEST_P(Upgrade, DoesWhatTheRowSays)
{
    EngineScript script(Transport::polling);
    ASSERT_EQ(script.play("get 1"), "1: 200 OPEN");
    for (const auto& turn : GetParam().turns)
        EXPECT_EQ(script.play(turn.in), turn.out) << "after: " << turn.in;
}

INSTANTIATE_TEST_SUITE_P(Table, Upgrade, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(UpgradeOff, IsNotOfferedAndClosesWebSockets)
{
    EngineScript script(Transport::polling, {.allow_upgrades = false});
    EXPECT_EQ(script.play("open 9"), "9 closed");
}

/// Takes the numbers out of `4<number>` packets, in the order in which they are read.
void collect(std::string_view body, std::vector<int>& numbers)
{
    for (PollPackets packets(body); const auto packet = packets.next();) {
        if (packet->starts_with('4'))
            numbers.push_back(std::stoi(std::string(packet->substr(1))));
    }
}

// Sends at random moments of the upgrade, in both directions, and expects every number once and in order.
TEST(UpgradeOrder, HoldsFor10000PacketsBothWays)
{
    constexpr int kPackets = 10'000;
    constexpr auto kNow = Instant{0};
    const EngineOptions options{.queue_bytes = 1 << 30, .queue_packets = kPackets};
    EngineSession session(options, "sid-0123456789-abcde", Transport::polling, kNow);
    EngineOutput out;
    std::mt19937 random(7);
    std::vector<int> down;
    std::vector<int> up;
    int sent_down = 0;
    int sent_up = 0;
    Number request = 1;
    bool polling = true;

    for (int turn = 0; static_cast<int>(down.size()) < kPackets || sent_up < kPackets; ++turn) {
        out.clear();
        for (auto i = random() % 50; i > 0 && sent_down < kPackets; --i)
            ASSERT_TRUE(session.send(Frame::text("4", std::to_string(sent_down++))));

        std::string body;
        const auto count = std::min(static_cast<int>(random() % 50) + 1, kPackets - sent_up);
        for (int i = 0; i < count && polling; ++i)
            append_poll_packet(body, "4" + std::to_string(sent_up++));
        if (!body.empty())
            session.post(request++, body, PostBody::text, kNow, out);
        std::vector<std::string> texts;
        for (int i = 0; i < count && !polling; ++i)
            texts.push_back("4" + std::to_string(sent_up++));
        for (const auto& text : texts)
            session.text(9, text, kNow, out);

        if (polling && !session.writable() && random() % 3 == 0)
            session.get(request++, kNow, out);
        if (turn == 60)
            session.web_socket_opened(9, kNow, out);
        if (turn == 70)
            session.text(9, "2probe", kNow, out);
        session.flush(out);
        if (turn == 80) {
            session.text(9, "5", kNow, out);
            polling = false;
        }

        for (const auto& event : out.events) {
            if (const auto* message = std::get_if<Message>(&event))
                up.push_back(std::stoi(std::string(message->data)));
            if (const auto* answer = std::get_if<Answer>(&event); answer && answer->status == 200)
                collect(answer->body, down);
        }
        // A socket that takes only some of what is there.
        const auto taken = std::min<std::size_t>(session.queued().size(), random() % 100);
        for (const auto& frame : session.queued().first(taken))
            collect(frame.packet(), down);
        session.written(taken);
    }

    ASSERT_EQ(up.size(), static_cast<std::size_t>(kPackets));
    for (int i = 0; i < kPackets; ++i) {
        ASSERT_EQ(down[static_cast<std::size_t>(i)], i);
        ASSERT_EQ(up[static_cast<std::size_t>(i)], i);
    }
}

}  // namespace
}  // namespace wgw::sio
