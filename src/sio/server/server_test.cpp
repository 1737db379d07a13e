#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Events.

TEST_F(AServer, PassesEventsToTheirHandlersAndAnswersToTheirClients)
{
    std::vector<std::string> heard;
    root_.on("hello", [&](Socket&, Arguments arguments, Reply reply) {
        heard.push_back(arguments.text());
        reply("hi");
        reply("only the first counts");
    });
    root_.on_other([&](Socket&, std::string_view event, const Arguments&, const Reply& reply) {
        heard.push_back("any " + std::string(event));
        EXPECT_FALSE(reply.is_wanted());
    });
    auto& client = join();
    client.send(R"(427["hello",1,{"a":[]}])");
    client.send(R"(42["other"])");
    EXPECT_THAT(hears(client), ElementsAre(R"(437["hi"])"));
    EXPECT_THAT(heard, ElementsAre(R"([1,{"a":[]}])", "any other"));
}

TEST_F(AServer, EndsTheConnectionOfAHandlerThatThrowsAndNoOther)
{
    root_.on("bad", [](Socket&, const Arguments&, const Reply&) { throw std::runtime_error("planned"); });
    root_.on("good", [](Socket&, const Arguments&, Reply reply) { reply(); });
    auto& bad = join();
    auto& good = join();
    bad.send(R"(42["bad"])");
    wire_.turn();
    EXPECT_TRUE(bad.closed);
    good.send(R"(421["good"])");
    EXPECT_THAT(hears(good), ElementsAre("431[]"));
}

TEST_F(AServer, DropsTheAnswerToAClientThatHasGone)
{
    Reply kept;
    root_.on("later", [&](Socket&, const Arguments&, Reply reply) { kept = std::move(reply); });
    auto& client = join();
    client.send(R"(421["later"])");
    client.drop();
    wire_.turn();
    kept();
    EXPECT_EQ(root_.size(), 0U);
}

// Namespaces and who may join them.

TEST_F(AServer, RefusesANamespaceThatDoesNotExist)
{
    auto& client = wire_.open(kWebSocket);
    client.received();
    client.send("40/nowhere,");
    EXPECT_THAT(hears(client), ElementsAre(R"(44/nowhere,{"message":"Invalid namespace"})"));
}

TEST_F(AServer, AdmitsWhomItsMiddlewareAdmitsAtOnceOrLater)
{
    std::vector<Next> waiting;
    std::vector<std::string> connected;
    root_.use([&](Socket&, Next next) { waiting.push_back(std::move(next)); });
    root_.on_connection([&](Socket& socket) { connected.emplace_back(socket.auth()); });
    for (const auto* auth : {R"({"who":1})", R"({"who":2})", R"({"who":3})"}) {
        auto& client = wire_.open(kWebSocket);
        client.received();
        client.send(std::string("40") + auth);
    }
    wire_.turn();
    ASSERT_EQ(waiting.size(), 3U);
    auto client = wire_.clients.begin();
    EXPECT_THAT(hears(*client), IsEmpty());
    waiting[0]({});
    EXPECT_THAT(hears(*client), ElementsAre(HasSubstr(R"(40{"sid":")")));
    ++client;
    waiting[1](ConnectError{"no", R"({"code":1})"});
    EXPECT_THAT(hears(*client), ElementsAre(R"(44{"message":"no","data":{"code":1}})"));
    ++client;
    client->drop();
    wire_.turn();
    waiting[2]({});  // it has gone: no error
    EXPECT_THAT(connected, ElementsAre(R"({"who":1})"));
    EXPECT_EQ(root_.size(), 1U);
}

TEST_F(AServer, RefusesWithoutDataThatIsNoJson)
{
    root_.use([](Socket&, Next next) { next(ConnectError{"no", "{oops"}); });
    auto& client = wire_.open(kWebSocket);
    client.received();
    client.send("40");
    EXPECT_THAT(hears(client), ElementsAre(R"(44{"message":"no"})"));
}

/// What its middleware says to it comes first, what is said to its rooms does not.
TEST_F(AServer, TellsASocketNothingOfItsRoomsBeforeItIsAdmitted)
{
    std::vector<Next> waiting;
    root_.use([&](Socket& socket, Next next) {
        socket.join("room");
        socket.emit("to you");
        waiting.push_back(std::move(next));
    });
    root_.on_connection([&](Socket&) { root_.broadcast("room", root_.encode_values("admitted", "")); });
    auto& client = join();
    EXPECT_THAT(hears(client), IsEmpty());
    root_.broadcast("room", root_.encode_values("early", ""));
    waiting.front()({});
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr(R"(40{"sid":")"), R"(42["admitted"])"));
}

TEST_F(AServer, ForgetsTheAuthThatItsApplicationNeedsNoMore)
{
    std::vector<std::string> seen;
    root_.on_connection([&](Socket& socket) {
        seen.emplace_back(socket.auth());
        socket.forget_auth();
        seen.emplace_back(socket.auth());
    });
    join(R"({"token":"t"})");
    EXPECT_THAT(seen, ElementsAre(R"({"token":"t"})", ""));
}

TEST_F(AServer, KeepsNamespacesOfOneConnectionApart)
{
    auto& other = server_.of("/other");
    root_.on("x", [](Socket&, const Arguments&, Reply reply) { reply("root"); });
    other.on("x", [](Socket&, const Arguments&, Reply reply) { reply("other"); });
    auto& client = join();
    client.send("40/other,");
    wire_.turn();
    client.received();
    client.send(R"(42/other,1["x"])");
    client.send("41/other,");
    client.send(R"(421["x"])");
    EXPECT_THAT(hears(client), ElementsAre(R"(43/other,1["other"])", R"(431["root"])"));
    EXPECT_EQ(other.size(), 0U);
    EXPECT_EQ(root_.size(), 1U);
}

TEST_F(AServer, ClosesAConnectionThatJoinsNothingInTime)
{
    auto& client = wire_.open(kWebSocket);
    advance(9'999ms);
    EXPECT_FALSE(client.closed);
    advance(1ms);
    EXPECT_TRUE(client.closed);
}

// Rooms.

TEST_F(AServer, BroadcastsToARoomInOrderAndForgetsItsEmptyRooms)
{
    root_.on_connection([](Socket& socket) {
        socket.join("room");
        socket.join("room");
    });
    root_.on("leave", [](Socket& socket, const Arguments&, const Reply&) { socket.leave("room"); });
    auto& one = join();
    auto& two = join();
    const Encoded first = root_.encode_values("n", "1");
    root_.broadcast("room", first);
    root_.broadcast("room", root_.encode_values("n", "2"));
    root_.broadcast("empty", first);
    for (auto* client : {&one, &two})
        EXPECT_THAT(hears(*client), ElementsAre(R"(42["n",1])", R"(42["n",2])"));
    one.send(R"(42["leave"])");
    wire_.turn();
    root_.broadcast("room", first);
    EXPECT_THAT(hears(one), IsEmpty());
    EXPECT_THAT(hears(two), ElementsAre(R"(42["n",1])"));
    two.drop();
    wire_.turn();
    EXPECT_FALSE(root_.has_room("room"));
}

TEST_F(AServer, EndsAClientWhoseQueueIsFullWithoutHarmToTheRoom)
{
    root_.on_connection([](Socket& socket) { socket.join("room"); });
    auto& reader = join();
    const auto sid = poll();  // never fetches anything
    post(sid, "40");
    ASSERT_EQ(root_.size(), 2U);
    for (int i = 0; i < 150; ++i)
        root_.broadcast("room", root_.encode_values("n", std::to_string(i)));
    EXPECT_THAT(hears(reader), testing::SizeIs(150));
    EXPECT_EQ(root_.size(), 1U);
}

// Ends.

TEST_F(AServer, DrainsWithoutADisconnectPacketAndRefusesWhoeverComesThen)
{
    auto& client = join();
    const auto sid = poll();
    post(sid, "40");
    EXPECT_FALSE(server_.drained());
    server_.drain(0ms);
    EXPECT_THAT(hears(client), IsEmpty());
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(client.close_code, 1001) << "clients may come back at once, to another";
    client.drop();
    wire_.turn();
    EXPECT_TRUE(server_.drained()) << "nobody waits for a poll that would need a new connection";
    const auto late = wire_.answers[wire_.request("GET", kPolling)];
    EXPECT_EQ(late.status, 503);
    EXPECT_TRUE(late.close);
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(AServer, SpreadsADrain)
{
    for (int i = 0; i < 50; ++i)
        join();
    const auto closed = [&] { return std::ranges::count_if(wire_.clients, &TestClient::closed); };
    server_.drain(1s);
    wire_.turn();
    EXPECT_LE(closed(), 2);
    for (int i = 0; i < 25; ++i)
        advance(20ms);
    EXPECT_GE(closed(), 20);
    EXPECT_LE(closed(), 30 + 26);
    for (int i = 0; i < 30; ++i)
        advance(20ms);
    EXPECT_EQ(closed(), 50);
}

TEST_F(AServer, TellsADisconnectOnceHoweverItComes)
{
    int gone = 0;
    root_.on_disconnect([&](Socket&, CloseReason) { ++gone; });
    join().drop();
    wire_.turn();
    EXPECT_EQ(gone, 1);
    join().send("41");
    wire_.turn();
    EXPECT_EQ(gone, 2);
    root_.on("out", [](Socket& socket, const Arguments&, const Reply&) { socket.disconnect(true); });
    auto& client = join();
    client.send(R"(42["out"])");
    EXPECT_THAT(hears(client), ElementsAre("41"));
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(gone, 3);
}

TEST_F(AServer, HangsUpWithoutADisconnectBehindWhatItHasEmitted)
{
    std::vector<CloseReason> reasons;
    root_.on_disconnect([&](Socket&, CloseReason reason) { reasons.push_back(reason); });
    root_.on("out", [](Socket& socket, const Arguments&, const Reply&) {
        socket.emit("bye");
        socket.hang_up(1008);
        socket.emit("too late");
    });
    auto& client = join();
    client.send(R"(42["out"])");
    EXPECT_THAT(hears(client), ElementsAre(R"(42["bye"])"));
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(client.close_code, 1008);
    EXPECT_THAT(reasons, ElementsAre(CloseReason::forced_server_close));

    const auto sid = poll();
    post(sid, "40");
    get(sid);
    const auto held = get(sid);
    EXPECT_FALSE(answered(held));
    post(sid, R"(42["out"])");
    ASSERT_TRUE(answered(held));
    EXPECT_EQ(wire_.answers[held].body, R"(42["bye"])") << "alone: behind it a client would drop it";
    EXPECT_EQ(
        wire_.answers[get(sid)].body, "6\x1e"
                                      "1"
    );
}

TEST_F(AServer, EndsAClientThatDoesNotAnswerItsPing)
{
    auto& client = join();
    advance(25s);
    EXPECT_THAT(hears(client), ElementsAre("2"));
    advance(20s - 1ms);
    EXPECT_FALSE(client.closed);
    advance(1ms);
    EXPECT_TRUE(client.closed);
}

TEST_F(AServer, BoundsHandshakesThatJoinNothing)
{
    Server small(loop_, random_, {.engine = {.handshakes = 2}});
    TestWire wire(loop_, [&](HttpRequest request, net::Exchange exchange) {
        small.on_request(std::move(request), exchange);
    });
    small.of("/");
    small.attach(wire);
    EXPECT_EQ(wire.answers[wire.request("GET", kPolling)].status, 200);
    auto& joins = wire.open(kWebSocket);
    EXPECT_EQ(wire.answers[wire.request("GET", kPolling)].status, 503);
    joins.send("40");
    EXPECT_EQ(wire.answers[wire.request("GET", kPolling)].status, 200);
    wire.hang_up();
}

TEST_F(AServer, LetsAHandlerOfADisconnectAskForItOnceMore)
{
    int gone = 0;
    root_.on_disconnect([&](Socket& socket, CloseReason) {
        ++gone;
        socket.disconnect(false);
        socket.disconnect(true);
    });
    root_.on_connection([](Socket& socket) {
        if (!socket.auth().empty())
            socket.disconnect(true);
    });
    join().drop();
    join().send("41");
    join("{}");
    wire_.turn();
    EXPECT_EQ(gone, 3);
    EXPECT_EQ(root_.size(), 0U);
}

}  // namespace
}  // namespace wgw::sio
