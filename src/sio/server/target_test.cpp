#include "sio/protocol/packet_msgpack.hpp"
#include "sio/server/target.hpp"
#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Four sockets: 0 is in `a`, 1 in `a` and `b`, 2 in `b`, 3 in neither.
class ATarget : public AServer {
protected:
    ATarget()
    {
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            clients_[i] = &join();
            refs_[i] = newest(root_).ref();
        }
        for (const std::size_t i : {0U, 1U})
            socket(i).join("a");
        for (const std::size_t i : {1U, 2U})
            socket(i).join("b");
    }
    Socket& socket(std::size_t i) { return *refs_[i].get(); }

    /// Who is told; each of them once.
    std::vector<std::size_t> told(const Target& target)
    {
        target.emit("n", 1);
        std::vector<std::size_t> who;
        for (std::size_t i = 0; i < clients_.size(); ++i)
            for (const auto& packet : hears(*clients_[i])) {
                EXPECT_EQ(packet, R"(42["n",1])");
                who.push_back(i);
            }
        return who;
    }

    std::array<TestClient*, 4> clients_{};
    std::array<SocketRef, 4> refs_;
};

TEST_F(ATarget, IsEverybodyWhereNoRoomIsNamed)
{
    EXPECT_THAT(told(root_.everybody()), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(told(root_.except("a")), ElementsAre(2, 3));
    EXPECT_THAT(told(root_.except("a").except("b")), ElementsAre(3));
    EXPECT_THAT(told(root_.except("nobody is here")), ElementsAre(0, 1, 2, 3));
}

TEST_F(ATarget, OfSeveralRoomsIsToldOnce)
{
    EXPECT_THAT(told(root_.to("a")), ElementsAre(0, 1));
    EXPECT_THAT(told(root_.to("a").to("b")), ElementsAre(0, 1, 2));
    EXPECT_THAT(told(root_.to("a").to("a")), ElementsAre(0, 1));
    EXPECT_THAT(told(root_.to("a").except("b")), ElementsAre(0));
    EXPECT_THAT(told(root_.to("nobody is here")), IsEmpty());
}

TEST_F(ATarget, MayBeOneSocketByItsId)
{
    EXPECT_THAT(told(root_.to(socket(3).id())), ElementsAre(3));
    EXPECT_THAT(told(root_.to("b").to(socket(3).id())), ElementsAre(1, 2, 3));
    EXPECT_THAT(told(root_.except(socket(0).id())), ElementsAre(1, 2, 3));
    EXPECT_TRUE(socket(3).is_in(socket(3).id()));
    EXPECT_THAT(socket(1).rooms(), UnorderedElementsAre("a", "b", std::string(socket(1).id())));
}

TEST_F(ATarget, OfASocketIsWithoutIt)
{
    EXPECT_THAT(told(socket(0).broadcast()), ElementsAre(1, 2, 3));
    EXPECT_THAT(told(socket(0).to("a")), ElementsAre(1));
    EXPECT_THAT(told(socket(3).to("a")), ElementsAre(0, 1));
    EXPECT_THAT(told(socket(0).except("b")), ElementsAre(3));
    EXPECT_THAT(told(socket(0).to(socket(0).id())), IsEmpty());
}

TEST_F(ATarget, LooksAtWhoIsThereWhenItIsUsed)
{
    const Target target = root_.to("later");
    const Target broadcast = socket(0).broadcast();
    EXPECT_THAT(told(target), IsEmpty());
    socket(2).join("later");
    EXPECT_THAT(told(target), ElementsAre(2));
    clients_[0]->drop();
    wire_.turn();
    EXPECT_THAT(told(broadcast), ElementsAre(1, 2, 3));
}

TEST_F(ATarget, IsOfItsNamespace)
{
    auto& other = server_.of("/other");
    clients_[0]->send("40/other,");
    hears(*clients_[0]);
    newest(other).join("a");
    other.to("a").emit("x");
    EXPECT_THAT(hears(*clients_[0]), ElementsAre(R"(42/other,["x"])"));
    EXPECT_THAT(hears(*clients_[1]), IsEmpty());
    EXPECT_THAT(told(root_.except("a")), ElementsAre(2, 3));
}

TEST_F(ATarget, ThatIsVolatileLeavesOutWhoCannotBeToldAtOnce)
{
    clients_[1]->blocked = true;
    EXPECT_THAT(told(root_.everybody().as_volatile()), ElementsAre(0, 2, 3));
    clients_[1]->blocked = false;
    EXPECT_THAT(told(root_.everybody().as_volatile()), ElementsAre(0, 1, 2, 3));
    clients_[1]->blocked = true;
    EXPECT_THAT(told(root_.everybody()), ElementsAre(0, 1, 2, 3));
}

TEST_F(ATarget, ThatIsVolatileNeedsAPollThatWaits)
{
    const auto sid = poll();
    post(sid, "40");
    wire_.answers[get(sid)].body.clear();
    root_.everybody().as_volatile().emit("lost");
    const auto request = get(sid);
    EXPECT_FALSE(answered(request));
    root_.everybody().as_volatile().emit("heard");
    wire_.turn();
    EXPECT_EQ(wire_.answers[request].body, R"(42["heard"])");
}

TEST_F(ATarget, JoinsAndLeavesForAllOfIt)
{
    root_.to("a").join("c");
    EXPECT_THAT(told(root_.to("c")), ElementsAre(0, 1));
    socket(0).broadcast().join("c");
    EXPECT_THAT(told(root_.to("c")), ElementsAre(0, 1, 2, 3));
    root_.to("b").leave("c");
    EXPECT_THAT(told(root_.to("c")), ElementsAre(0, 3));
    root_.to("c").leave("c");
    EXPECT_FALSE(root_.has_room("c"));
}

TEST_F(ATarget, GivesItsSockets)
{
    EXPECT_THAT(root_.to("a").sockets(), UnorderedElementsAre(&socket(0), &socket(1)));
    EXPECT_THAT(root_.to("a").except("b").sockets(), ElementsAre(&socket(0)));
}

TEST_F(ATarget, DisconnectsAllOfIt)
{
    root_.to("a").disconnect();
    EXPECT_THAT(hears(*clients_[0]), ElementsAre("41"));
    EXPECT_FALSE(clients_[0]->closed) << "only the namespace was left";
    EXPECT_EQ(root_.size(), 2U);
    root_.to("b").disconnect(true);
    EXPECT_THAT(hears(*clients_[2]), ElementsAre("41"));
    EXPECT_TRUE(clients_[2]->closed);
    EXPECT_EQ(root_.size(), 1U);
}

TEST_F(ATarget, IsDisconnectedAlsoWhereTheEndOfOneIsTheEndOfOthers)
{
    root_.on_disconnect([this](Socket&, CloseReason) { root_.everybody().disconnect(true); });
    root_.to("a").disconnect();
    wire_.turn();
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(ATarget, TellsNobodyWhoIsNotAdmittedYet)
{
    std::vector<Next> waiting;
    root_.use([&](Socket& socket, Next next) {
        socket.join("a");
        waiting.push_back(std::move(next));
    });
    auto& fifth = join();
    EXPECT_THAT(told(root_.to("a")), ElementsAre(0, 1));
    EXPECT_THAT(told(root_.everybody()), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(hears(fifth), IsEmpty());
}

TEST_F(ATarget, CarriesBytesBehindTheirEvent)
{
    root_.to("a").emit("file", Bytes("\x01\x02"), "x");
    EXPECT_THAT(hears(*clients_[0]), ElementsAre(R"(451-["file",{"_placeholder":true,"num":0},"x"])", "\x01\x02"));
}

TEST_F(ATarget, SpeaksMsgpackToThoseWhoDo)
{
    auto& client = wire_.open(kWebSocket);
    client.received();
    const auto connect = encode_msgpack({.type = PacketType::connect});
    client.stream->on_binary(connect);
    ASSERT_THAT(hears(client), testing::SizeIs(1));
    newest(root_).join("a");
    root_.to("a").emit("n", 1);
    EXPECT_THAT(hears(*clients_[0]), ElementsAre(R"(42["n",1])"));
    const auto packets = hears(client);
    ASSERT_THAT(packets, testing::SizeIs(1));
    const auto packet = decode_msgpack(packets[0]);
    ASSERT_TRUE(packet.has_value());
    EXPECT_EQ(packet->json, R"(["n",1])");
}

// The bound on rooms

/// Of a server with these options: whether the socket of a client can join and be told in each of its rooms but the
/// last one.
void expect_room_for(std::size_t bound, const ServerOptions& options)
{
    ManualClock clock;
    net::Loop loop(clock);
    SeededRandom random(1);
    Server server(loop, random, options);
    TestWire wire(loop, [&](HttpRequest request, net::Exchange exchange) {
        server.on_request(std::move(request), exchange);
    });
    server.attach(wire);
    auto& nsp = server.of("/");
    auto& client = wire.open(kWebSocket);
    client.send("40");
    wire.turn();
    client.received();
    auto& socket = *nsp.everybody().sockets().front();
    for (std::size_t i = 0; i < bound; ++i)
        ASSERT_TRUE(socket.join(std::to_string(i))) << i;
    EXPECT_TRUE(socket.join("0"));
    EXPECT_FALSE(socket.join("over"));
    EXPECT_FALSE(nsp.everybody().join("over"));
    EXPECT_TRUE(nsp.everybody().join("0"));
    EXPECT_FALSE(nsp.has_room("over"));
    EXPECT_EQ(nsp.rooms(), bound);
    nsp.to("over").emit("x");
    nsp.to(std::to_string(bound - 1)).emit("y");
    wire.turn();
    EXPECT_THAT(client.received(), ElementsAre(R"(42["y"])"));
    socket.leave("0");
    EXPECT_TRUE(socket.join("over"));
    EXPECT_FALSE(socket.join("0"));
    wire.hang_up();
}

TEST(ASocket, IsInSoManyRoomsAndNoMore)
{
    expect_room_for(10'000, {});
    expect_room_for(2, {.max_rooms = 2});
}

// Of a pattern

TEST_F(ATarget, OfAPatternIsInAllOfItsNamespaces)
{
    auto& rooms = server_.of_pattern("/room-*");
    rooms.on_connection([](Socket& socket) { socket.join("all"); });
    auto& one = join("/room-1,");
    auto& two = join("/room-2,");
    rooms.emit("x");
    rooms.to("all").emit("y");
    EXPECT_THAT(hears(one), ElementsAre(R"(42/room-1,["x"])", R"(42/room-1,["y"])"));
    EXPECT_THAT(hears(two), ElementsAre(R"(42/room-2,["x"])", R"(42/room-2,["y"])"));
    EXPECT_THAT(rooms.everybody().sockets(), testing::SizeIs(2));
    server_.of("/room-1").emit("z");
    EXPECT_THAT(hears(one), ElementsAre(R"(42/room-1,["z"])"));
    EXPECT_THAT(hears(two), IsEmpty());
    rooms.everybody().disconnect();
    EXPECT_THAT(hears(two), ElementsAre("41/room-2,"));
}

}  // namespace
}  // namespace wgw::sio
