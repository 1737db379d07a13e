// A client is heard at the pace at which it is answered.

#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class AServerThatIsBusy : public AServer {
protected:
    AServerThatIsBusy()
    {
        root_.on("work", [this](Socket& socket, const Arguments& arguments, const Reply&) {
            heard_.push_back(std::string(arguments[0].text()));
            if (heard_.size() % 3 == 0)
                socket.pause();
            last_ = socket.number();
        });
    }
    void resume()
    {
        root_.find(last_)->resume();
        wire_.turn();
    }

    std::vector<std::string> heard_;
    std::uint64_t last_ = 0;
};

TEST_F(AServerThatIsBusy, DoesNotReadAWebSocketMeanwhile)
{
    auto& client = join();
    for (int i = 0; i < 3; ++i)
        client.send(R"(42["work",)" + std::to_string(i) + "]");
    EXPECT_TRUE(client.paused);
    resume();
    EXPECT_FALSE(client.paused);
}

TEST_F(AServerThatIsBusy, KeepsTheRestOfAPostAndItsAnswer)
{
    const auto sid = poll();
    post(sid, "40");
    std::string body;
    for (int i = 0; i < 7; ++i)
        body += (i == 0 ? "" : "\x1e") + std::string(R"(42["work",)") + std::to_string(i) + "]";
    const auto request = post(sid, body);
    EXPECT_THAT(heard_, ElementsAre("0", "1", "2"));
    EXPECT_FALSE(answered(request));
    resume();
    EXPECT_THAT(heard_, testing::SizeIs(6));
    EXPECT_FALSE(answered(request));
    resume();
    EXPECT_THAT(heard_, ElementsAre("0", "1", "2", "3", "4", "5", "6"));
    ASSERT_TRUE(answered(request));
    EXPECT_EQ(wire_.answers[request].body, "ok");
}

TEST_F(AServerThatIsBusy, AnswersThePostOfASessionThatEndsMeanwhile)
{
    const auto sid = poll();
    post(sid, "40");
    const auto request = post(
        sid, R"(42["work",1])"
             "\x1e"
             R"(42["work",2])"
             "\x1e"
             R"(42["work",3])"
             "\x1e"
             R"(42["work",4])"
    );
    ASSERT_FALSE(answered(request));
    root_.find(last_)->disconnect(true);
    wire_.turn();
    EXPECT_TRUE(answered(request));
    EXPECT_THAT(heard_, testing::SizeIs(3));
}

TEST_F(AServerThatIsBusy, EndsAClientThatHangsUpBeforeItsPostIsHeard)
{
    const auto sid = poll();
    post(sid, "40");
    const std::string one = R"(42["work",1])";
    const auto request = post(sid, one + "\x1e" + one + "\x1e" + one + "\x1e" + one);
    server_.on_gone({request, 1});
    wire_.turn();
    EXPECT_EQ(root_.size(), 0U);
    EXPECT_THAT(heard_, testing::SizeIs(3));
}

TEST_F(AServerThatIsBusy, CountsTheMemoryOfEmptyMessagesToo)
{
    const auto sid = poll();
    post(sid, "40");
    const std::string one = R"(42["work",1])";
    std::string empty = "4";
    for (int i = 1; i < 16'000; ++i)
        empty += "\x1e"
                 "4";
    post(sid, one + "\x1e" + one + "\x1e" + one);
    post(sid, empty);
    EXPECT_EQ(root_.size(), 1U);
    for (int i = 0; i < 4; ++i)
        post(sid, empty);
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(AServerThatIsBusy, ForgetsAPauseWithTheSocketThatAskedForIt)
{
    auto& client = join();
    for (int i = 0; i < 3; ++i)
        client.send(R"(42["work",1])");
    EXPECT_TRUE(client.paused);
    root_.find(last_)->disconnect(false);
    wire_.turn();
    EXPECT_FALSE(client.paused);
}

TEST_F(AServerThatIsBusy, DoesNotBlameAClientThatItDoesNotHearForItsSilence)
{
    auto& client = join();
    for (int i = 0; i < 3; ++i)
        client.send(R"(42["work",1])");
    for (int s = 0; s < 120; ++s)
        advance(1s);
    EXPECT_FALSE(client.closed);
    resume();
    advance(19s);
    EXPECT_FALSE(client.closed);
    client.send("3");
    advance(19s);
    EXPECT_FALSE(client.closed);
    for (int s = 0; s < 30; ++s)
        advance(1s);
    EXPECT_TRUE(client.closed);
}

/// Nor for an attachment that it does not read, on either transport.
TEST_F(AServerThatIsBusy, DoesNotBlameAClientForAnAttachmentThatItDoesNotRead)
{
    auto& client = join();
    client.send(R"(42["work",1])");
    client.send(R"(42["work",2])");
    client.send(R"(451-["work",{"_placeholder":true,"num":0}])");
    root_.find(1)->pause();
    wire_.turn();
    EXPECT_TRUE(client.paused);
    for (int s = 0; s < 60; ++s)
        advance(1s);
    EXPECT_FALSE(client.closed);
    root_.find(1)->resume();
    wire_.turn();
    advance(9s);
    EXPECT_FALSE(client.closed);
    client.stream->on_binary("a");
    EXPECT_EQ(heard_.size(), 3U);
    EXPECT_FALSE(client.closed);
}

TEST_F(AServerThatIsBusy, DoesNotBlameAPollingClientForAnAttachmentThatItDoesNotHear)
{
    const auto sid = poll();
    post(sid, "40");
    post(sid, R"(452-["work",{"_placeholder":true,"num":0}])");
    root_.find(1)->pause();
    wire_.turn();
    post(sid, "bYQ==");  // its answer waits, and so does the client with the other one
    for (int s = 0; s < 15; ++s)
        advance(1s);
    ASSERT_EQ(root_.size(), 1U);
    root_.find(1)->resume();
    wire_.turn();
    advance(9s);
    post(sid, "bYQ==");
    EXPECT_EQ(heard_.size(), 1U);
    EXPECT_EQ(root_.size(), 1U);
}

/// Its pong would come in a POST, and the answer to its last one is held back.
TEST_F(AServerThatIsBusy, DoesNotBlameAPollingClientThatItDoesNotHearForItsSilence)
{
    const auto sid = poll();
    post(sid, "40");
    root_.find(1)->pause();
    post(sid, R"(42["work",1])");
    for (int s = 0; s < 120; ++s)
        advance(1s);
    EXPECT_EQ(root_.size(), 1U);
    root_.find(1)->resume();
    wire_.turn();
    advance(19s);
    EXPECT_EQ(root_.size(), 1U);
    advance(1s);
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(AServerThatIsBusy, DoesNotReadTheWebSocketOfAnUpgradeEither)
{
    const auto sid = poll();
    post(sid, "40");
    root_.find(1)->pause();
    wire_.turn();
    auto& client = wire_.open(kWebSocket + "&sid=" + sid);
    client.send("2probe");
    client.send("5");
    wire_.turn();
    EXPECT_TRUE(client.paused);
    root_.find(1)->resume();
    wire_.turn();
    EXPECT_FALSE(client.paused);
}

TEST_F(AServer, TakesUpReadingWhenASlowReaderHasCaughtUp)
{
    root_.on_connection([](Socket& socket) { socket.join("room"); });
    auto& client = join();
    for (int i = 0; i < 60; ++i)
        root_.broadcast("room", root_.encode_values("n", ""));
    client.send("3");  // any input: it is looked at behind each
    EXPECT_TRUE(client.paused);
    client.received();
    wire_.turn();
    EXPECT_FALSE(client.paused);
}

TEST_F(AServerThatIsBusy, EndsAClientThatSendsMoreWithoutWaitingForItsAnswer)
{
    const auto sid = poll();
    post(sid, "40");
    const std::string filler = R"(42["work",")" + std::string(400'000, 'x') + R"("])";
    post(
        sid, R"(42["work",1])"
             "\x1e"
             R"(42["work",2])"
             "\x1e"
             R"(42["work",3])"
             "\x1e" +
                 filler
    );
    EXPECT_EQ(root_.size(), 1U);
    for (int i = 0; i < 5; ++i)
        post(sid, filler);
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(AServer, DoesNotHearAClientThatDoesNotFetchWhatItIsSent)
{
    int heard = 0;
    root_.on("echo", [&](Socket& socket, const Arguments&, const Reply&) {
        ++heard;
        socket.emit("echo");
    });
    const auto sid = poll();
    post(sid, "40");
    std::string body = R"(42["echo"])";
    for (int i = 1; i < 500; ++i)
        body += "\x1e"
                R"(42["echo"])";
    const auto request = post(sid, body);
    EXPECT_LT(heard, 100);
    EXPECT_FALSE(answered(request));
    int fetched = 0;
    for (int i = 0; i < 100 && !answered(request); ++i) {
        const std::string got = wire_.answers[get(sid)].body;
        fetched += static_cast<int>(std::ranges::count(got, '['));
    }
    EXPECT_TRUE(answered(request));
    fetched += static_cast<int>(std::ranges::count(wire_.answers[get(sid)].body, '['));
    EXPECT_EQ(heard, 500);
    EXPECT_EQ(fetched, 500);
}

}  // namespace
}  // namespace wgw::sio
