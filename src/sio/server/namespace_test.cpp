#include "sio/server/namespace.hpp"
#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ANamespace : public AServer {
protected:
    ~ANamespace() override
    {
        wire_.hang_up();
        root_.forget_handlers();  // sessions over polling end with the server, behind us
    }

    void note(std::string what) { noted_.push_back(std::move(what)); }

    /// Notes why sockets leave.
    void note_reasons(Namespace& nsp)
    {
        nsp.on_disconnect([this](Socket&, CloseReason reason) { note(std::string(text_of(reason))); });
    }
    std::vector<std::string> noted() { return std::exchange(noted_, {}); }

private:
    std::vector<std::string> noted_;
};

// Names

TEST_F(ANamespace, IsTheSameWithAndWithoutItsSlash)
{
    EXPECT_EQ(&server_.of("/news"), &server_.of("news"));
    EXPECT_EQ(server_.of("news").name(), "/news");
    EXPECT_EQ(&server_.of(""), &root_);
}

TEST_F(ANamespace, OfTheRootIsThereForEverybody)
{
    Server untouched(loop_, random_);
    TestWire wire(loop_, [&](HttpRequest request, net::Exchange exchange) {
        untouched.on_request(std::move(request), exchange);
    });
    untouched.attach(wire);
    auto& client = wire.open(kWebSocket);
    client.received();
    client.send("40");
    wire.turn();
    EXPECT_THAT(client.received(), ElementsAre(HasSubstr(R"(40{"sid":")")));
    wire.hang_up();
}

TEST_F(ANamespace, FindsItsSocketsByIdAndByNumber)
{
    auto& other = server_.of("/other");
    join("/other,");
    join();
    Socket& socket = newest(root_);
    EXPECT_EQ(root_.find(socket.id()), &socket);
    EXPECT_EQ(root_.find(socket.number()), &socket);
    EXPECT_EQ(other.find(socket.id()), nullptr);
    EXPECT_EQ(other.find(socket.number()), nullptr);
    std::string forged(socket.id());
    forged[0] = forged[0] == 'A' ? 'B' : 'A';
    EXPECT_EQ(root_.find(forged), nullptr);
    EXPECT_EQ(root_.find("lobby"), nullptr);
    const SocketRef ref = socket.ref();
    EXPECT_EQ(ref.get(), &socket);
    wire_.clients.back().drop();
    wire_.turn();
    EXPECT_FALSE(ref);
    EXPECT_FALSE(SocketRef());
}

// Middleware

TEST_F(ANamespace, AsksItsMiddlewaresInTheirOrderUntilOneRefuses)
{
    for (const char* name : {"first", "second", "third"})
        root_.use([this, name](Socket& socket, Next next) {
            note(name);
            EXPECT_THAT(socket.rooms(), IsEmpty());
            next(socket.auth().contains(name) ? std::optional(ConnectError{name}) : std::nullopt);
        });
    root_.on_connection([this](Socket& socket) {
        note("connection");
        EXPECT_TRUE(socket.is_in(socket.id()));
    });
    join();
    EXPECT_THAT(noted(), ElementsAre("first", "second", "third", "connection"));
    auto& client = wire_.open(kWebSocket);
    client.received();
    client.send(R"(40{"no":"second"})");
    EXPECT_THAT(hears(client), ElementsAre(R"(44{"message":"second"})"));
    EXPECT_THAT(noted(), ElementsAre("first", "second"));
    client.send("40");
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr(R"(40{"sid":")")));
}

TEST_F(ANamespace, HearsOfTheEndOfASocketThatWasRefused)
{
    root_.use([](Socket&, Next next) { next(ConnectError{"no"}); });
    note_reasons(root_);
    join();
    EXPECT_THAT(noted(), ElementsAre("server namespace disconnect"));
}

TEST_F(ANamespace, AnswersAClientWhoseMiddlewareEndsItsSocket)
{
    root_.use([](Socket& socket, Next next) {
        const bool out = socket.auth().contains("out");
        if (out)
            socket.disconnect();
        next({});
    });
    auto& client = wire_.open(kWebSocket);
    client.received();
    client.send(R"(40{"who":"out"})");
    EXPECT_THAT(hears(client), ElementsAre(R"(44{"message":"server namespace disconnect"})"));
    client.send("40");
    EXPECT_THAT(hears(client), ElementsAre(HasSubstr(R"(40{"sid":")"))) << "it may ask again";
}

TEST_F(ANamespace, EndsAConnectionWhoseMiddlewareThrows)
{
    root_.use([](Socket&, Next) { throw std::runtime_error("planned"); });
    EXPECT_TRUE(join().closed);
    EXPECT_EQ(root_.size(), 0U);
}

// Events

TEST_F(ANamespace, ShowsAnEventToItsGuardsThenToOnAnyThenToItsHandler)
{
    root_.on_connection([this](Socket& socket) {
        socket.use([this](std::string_view event, const Arguments& arguments) {
            note("guard of " + std::string(event) + arguments.text());
            return event == "secret" ? std::optional<std::string>("not for you") : std::nullopt;
        });
        socket.use([this](std::string_view, const Arguments&) {
            note("second guard");
            return std::optional<std::string>();
        });
    });
    root_.on_any([this](Socket&, std::string_view event, const Arguments&) { note("any " + std::string(event)); });
    root_.on("known", [this](Socket&, const Arguments&, const Reply&) { note("known"); });
    root_.on_other([this](Socket&, std::string_view event, const Arguments&, const Reply&) {
        note("other " + std::string(event));
    });
    root_.on_error([this](Socket&, std::string_view why) { note("error: " + std::string(why)); });
    auto& client = join();
    client.send(R"(42["known",1])");
    EXPECT_THAT(noted(), ElementsAre("guard of known[1]", "second guard", "any known", "known"));
    client.send(R"(42["new"])");
    EXPECT_THAT(noted(), ElementsAre("guard of new[]", "second guard", "any new", "other new"));
    client.send(R"(427["secret"])");
    EXPECT_THAT(noted(), ElementsAre("guard of secret[]", "error: not for you"));
    EXPECT_THAT(hears(client), IsEmpty()) << "the client is not told";
    client.send(R"(42[7])");
    EXPECT_THAT(noted(), ElementsAre("guard of 7[]", "second guard", "any 7", "other 7"));
}

TEST_F(ANamespace, TakesASecondHandlerInPlaceOfTheFirst)
{
    root_.on("x", [this](Socket&, const Arguments&, const Reply&) { note("first"); });
    root_.on("x", [this](Socket&, const Arguments&, const Reply&) { note("second"); });
    auto& client = join();
    client.send(R"(42["x"])");
    EXPECT_THAT(noted(), ElementsAre("second"));
    root_.forget_handlers();
    client.send(R"(42["x"])");
    EXPECT_THAT(noted(), IsEmpty());
}

TEST_F(ANamespace, LetsAGuardEndItsSocket)
{
    root_.on_connection([this](Socket& socket) {
        socket.use([ref = socket.ref()](std::string_view, const Arguments&) {
            ref.get()->disconnect();
            return std::optional<std::string>();
        });
        socket.use([this](std::string_view, const Arguments&) {
            note("second guard");
            return std::optional<std::string>();
        });
    });
    root_.on("x", [this](Socket&, const Arguments&, const Reply&) { note("heard"); });
    auto& client = join();
    client.send(R"(42["x"])");
    EXPECT_THAT(hears(client), ElementsAre("41"));
    EXPECT_THAT(noted(), IsEmpty()) << "it had left";
}

TEST_F(ANamespace, LetsAHandlerOfErrorsEndItsSocket)
{
    auto& other = server_.of("/other");
    for (auto* nsp : {&root_, &other})
        nsp->on_error([this](Socket& socket, std::string_view why) {
            note(std::string(why));
            socket.disconnect(true);
        });
    note_reasons(root_);
    auto& client = join();
    client.send("40/other,");
    client.send("4");
    wire_.turn();
    EXPECT_TRUE(client.closed);
    EXPECT_EQ(root_.size() + other.size(), 0U);
    EXPECT_THAT(noted(), testing::SizeIs(testing::Ge(2U)));
}

TEST_F(ANamespace, EndsNoProcessWhateverAHandlerThrows)
{
    root_.on("x", [](Socket&, const Arguments&, const Reply&) { throw 42; });  // NOLINT(hicpp-exception-baseclass)
    auto& client = join();
    client.send(R"(42["x"])");
    wire_.turn();
    EXPECT_TRUE(client.closed);
}

// Ends

TEST_F(ANamespace, ShowsTheRoomsOfASocketThatIsAboutToLeave)
{
    root_.on_connection([](Socket& socket) { socket.join("room"); });
    root_.on_disconnecting([this](Socket& socket, CloseReason) {
        note(socket.is_in("room") ? "in it" : "out of it");
        socket.to("room").emit("gone");
    });
    root_.on_disconnect([this](Socket& socket, CloseReason) { note(socket.is_in("room") ? "in it" : "out of it"); });
    auto& first = join();
    join().drop();
    wire_.turn();
    EXPECT_THAT(noted(), ElementsAre("in it", "out of it"));
    EXPECT_THAT(hears(first), ElementsAre(R"(42["gone"])"));
}

TEST_F(ANamespace, SaysWhyASocketHasLeft)
{
    note_reasons(root_);
    const auto reason_of = [&](auto act) {
        auto& client = join();
        act(client);
        wire_.turn();
        const auto reasons = noted();
        return reasons.size() == 1 ? reasons[0] : "not one reason, but " + std::to_string(reasons.size());
    };
    root_.on("throw", [](Socket&, const Arguments&, const Reply&) { throw std::runtime_error("planned"); });
    EXPECT_EQ(reason_of([](auto& client) { client.drop(); }), "transport error");
    EXPECT_EQ(
        reason_of([](auto& client) { std::exchange(client.stream, nullptr)->on_closed(false); }), "transport close"
    );
    EXPECT_EQ(reason_of([this](auto&) { advance(25s), advance(20s); }), "ping timeout");
    EXPECT_EQ(reason_of([](auto& client) { client.send("x"); }), "parse error");
    EXPECT_EQ(reason_of([](auto& client) { client.send("42{}"); }), "forced close");
    EXPECT_EQ(reason_of([](auto& client) { client.send(R"(42["throw"])"); }), "forced close");
    EXPECT_EQ(reason_of([](auto& client) { client.send("41"); }), "client namespace disconnect");
    EXPECT_EQ(reason_of([this](auto&) { newest(root_).disconnect(); }), "server namespace disconnect");
    EXPECT_EQ(reason_of([this](auto&) { newest(root_).disconnect(true); }), "server namespace disconnect");
    EXPECT_EQ(reason_of([this](auto&) { server_.drain(0ms); }), "server shutting down");
}

TEST_F(ANamespace, ForgetsWhatASocketJoinsWhenItHasLeft)
{
    root_.on_disconnect([this](Socket& socket, CloseReason) {
        socket.join("room");
        socket.ask("anybody?", {}, std::nullopt, [this](const AckResult& result) {
            note(result ? "answered" : std::string(text_of(result.error())));
        });
    });
    auto& client = join();
    client.send("41");
    EXPECT_THAT(hears(client), IsEmpty());
    EXPECT_THAT(noted(), ElementsAre("socket has been disconnected"));
    EXPECT_FALSE(root_.has_room("room"));
}

TEST_F(ANamespace, KeepsASocketUntilTheCallThatEndsItHasReturned)
{
    auto& rooms = server_.of_pattern("/room-*");
    rooms.on("bye", [this](Socket& socket, const Arguments&, Reply reply) {
        socket.disconnect();
        socket.join("room");
        socket.emit("too late");
        reply("too late");
        note(std::string(socket.id()) + " of " + socket.nsp().name());
        EXPECT_FALSE(socket.ref());
        socket.disconnect(true);
    });
    auto& client = join("/room-1,");
    const std::string id(newest(rooms).id());
    client.send(R"(42/room-1,7["bye"])");
    wire_.turn();
    EXPECT_THAT(noted(), ElementsAre(id + " of /room-1"));
    EXPECT_TRUE(client.closed);
    client.drop();
    wire_.turn();
    EXPECT_THAT(rooms.everybody().sockets(), IsEmpty());
}

// A full queue

TEST_F(ANamespace, AsksWhatToDoForAClientThatReadsTooSlowly)
{
    bool drops = true;
    root_.on_full([&](Socket&) {
        note("full");
        return drops;
    });
    note_reasons(root_);
    const auto sid = poll();  // never fetches anything
    post(sid, "40");
    for (int i = 0; i < 100; ++i)
        root_.emit("n", i);
    wire_.turn();
    EXPECT_THAT(noted(), ElementsAre("full")) << "the bound is 100, and the answer to its CONNECT is one";
    EXPECT_EQ(root_.size(), 1U);
    drops = false;
    root_.emit("n", 100);
    wire_.turn();
    EXPECT_THAT(noted(), ElementsAre("full", "transport error"));
    EXPECT_EQ(root_.size(), 0U);
}

TEST_F(ANamespace, LetsTheHandlerOfAFullQueueEndAnySocketAndChangeAnyRoom)
{
    root_.on_connection([](Socket& socket) { socket.join("r"); });
    note_reasons(root_);
    for (int i = 0; i < 3; ++i)
        post(poll(), "40");  // never fetch anything
    auto& reader = join();
    const std::string readers_id(newest(root_).id());
    root_.on_full([&](Socket& socket) {
        note("full");
        for (auto* other : root_.to("r").sockets())
            if (other != &socket && other->id() != readers_id)
                other->disconnect(true);
        socket.leave("r");
        return true;
    });
    for (int i = 0; i < 100; ++i) {
        root_.broadcast("r", root_.encode("n", Payload::of(i)));
        wire_.turn();
        reader.received();
    }
    EXPECT_THAT(noted(), ElementsAre("full", "server namespace disconnect", "server namespace disconnect"));
    EXPECT_EQ(root_.to("r").sockets().size(), 1U) << "the reader";
}

TEST_F(ANamespace, EndsAClientWhoseQueueIsFullWhereTheHandlerFails)
{
    root_.on_full([](Socket&) -> bool { throw std::runtime_error("a bug"); });
    note_reasons(root_);
    post(poll(), "40");
    auto& reader = join();
    for (int i = 0; i < 100; ++i) {
        root_.emit("n", i);
        wire_.turn();
        reader.received();
    }
    EXPECT_THAT(noted(), ElementsAre("transport error"));
    EXPECT_EQ(root_.size(), 1U);
}

// Patterns

TEST_F(ANamespace, OfAPatternIsMadeForItsFirstSocketAndGoesWithItsLast)
{
    auto& rooms = server_.of_pattern("/room-*");
    rooms.use([this](Socket& socket, Next next) {
        note("asked by " + socket.nsp().name());
        next({});
    });
    rooms.on_connection([this](Socket& socket) { note("in " + socket.nsp().name()); });
    rooms.on("x", [](Socket& socket, const Arguments&, Reply reply) { reply(socket.nsp().name()); });
    auto& one = join("/room-1,");
    EXPECT_THAT(noted(), ElementsAre("asked by /room-1", "in /room-1"));
    one.send(R"(42/room-1,1["x"])");
    EXPECT_THAT(hears(one), ElementsAre(R"(43/room-1,1["/room-1"])"));
    EXPECT_EQ(rooms.everybody().sockets().size(), 1U);
    auto& two = join("/room-1,");
    EXPECT_EQ(rooms.everybody().sockets().size(), 2U);
    one.send("41/room-1,");
    two.send("41/room-1,");
    wire_.turn();
    EXPECT_THAT(rooms.everybody().sockets(), IsEmpty());
    rooms.emit("nobody");
    two.send("40/room-1,");
    EXPECT_THAT(hears(two), ElementsAre(HasSubstr(R"(40/room-1,{"sid":")")));
}

TEST_F(ANamespace, OfAPatternIsForNamesThatMatch)
{
    server_.of_pattern("/a-*/b");
    server_.of_matching([](std::string_view name, std::string_view auth) {
        return name == "/guarded" && auth.contains("good");
    });
    const auto joins = [&](const std::string& name) {
        auto& client = wire_.open(kWebSocket);
        client.received();
        client.send("40" + name);
        return hears(client).at(0).starts_with("40");
    };
    EXPECT_TRUE(joins("/a-1/b,"));
    EXPECT_TRUE(joins("/a-/b,"));
    EXPECT_TRUE(joins("/a-x-1/b,"));
    EXPECT_FALSE(joins("/a-1/2/b,"));
    EXPECT_FALSE(joins("/a-1/bc,"));
    EXPECT_FALSE(joins("/xa-1/b,"));
    EXPECT_FALSE(joins("/guarded,"));
    EXPECT_TRUE(joins(R"(/guarded,{"good":1})"));
}

}  // namespace
}  // namespace wgw::sio
