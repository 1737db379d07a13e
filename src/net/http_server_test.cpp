#include "net/test_stream.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

struct AnHttpServer : testing::Test {
    TestNet net;

    std::string refusal(const std::string& host, std::uint16_t port)
    {
        TestHandler handler;
        HttpServer server(net.loop, handler, {});
        try {
            server.listen(host, port);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }
    bool is_answered(Peer& peer)
    {
        peer.clear();
        peer.send(kGet);
        return net.until([&] { return !bodies(peer.received()).empty() || peer.closed(); }) && !peer.closed();
    }
};

// Listening

TEST_F(AnHttpServer, ChoosesAFreePortAndSaysWhich)
{
    TestServer a(net);
    TestServer b(net);
    EXPECT_NE(a.port, 0);
    EXPECT_NE(a.port, b.port);
}

TEST_F(AnHttpServer, SaysThatAPortIsInUseAndWhatToDo)
{
    TestServer first(net);
    const std::string sentence = refusal("127.0.0.1", first.port);
    EXPECT_THAT(sentence, HasSubstr("Port " + std::to_string(first.port) + " of 127.0.0.1 is in use"));
    EXPECT_THAT(sentence, HasSubstr("choose another port: the argument of listen()."));
}

TEST_F(AnHttpServer, SaysThatAnAddressIsNotOfThisMachine)
{
    EXPECT_THAT(refusal("192.0.2.1", 0), HasSubstr("192.0.2.1 is no address of this machine"));
}

TEST_F(AnHttpServer, SaysThatANameIsUnknown)
{
    const std::string sentence = refusal("no such host", 0);
    EXPECT_THAT(sentence, HasSubstr("Cannot listen on \"no such host\""));
    EXPECT_THAT(sentence, HasSubstr("Give a name or an IP address of this machine."));
}

TEST_F(AnHttpServer, TakesNoConnectionsOnceItHasStoppedButServesThoseItHas)
{
    TestServer server(net);
    Peer peer(net, server.port);
    net.settle();
    server.http.stop_accepting();
    net.settle();
    EXPECT_THROW(Peer(net, server.port), std::runtime_error);
    for (std::size_t i = 1; i <= 2; ++i) {
        peer.send(kGet);
        ASSERT_TRUE(net.until([&] { return bodies(peer.received()).size() == i; }));
    }
    EXPECT_FALSE(peer.closed()) << "who polls for what is under way comes back";
    server.http.close_idle();
    EXPECT_TRUE(net.until([&] { return peer.closed(); }));
}

TEST_F(AnHttpServer, AnswersWhoeverHasConnectedBeforeItStoppedAccepting)
{
    TestServer server(net);
    Peer asked(net, server.port);  // in the kernel's queue: the loop has not turned
    asked.send(kGet);
    Peer silent(net, server.port);
    server.http.stop_accepting();
    EXPECT_THROW(Peer(net, server.port), std::runtime_error);
    server.http.close_idle();
    EXPECT_TRUE(net.until([&] { return bodies(asked.received()).size() == 1; }));
    silent.send(kGet);
    EXPECT_TRUE(net.until([&] { return bodies(silent.received()).size() == 1; }));
    for (auto* peer : {&asked, &silent}) {
        EXPECT_TRUE(has_closed(net, *peer));
        EXPECT_THAT(peer->received(), HasSubstr("\r\nConnection: close\r\n"));
    }
    EXPECT_TRUE(net.until([&] { return server.http.drained(); }));
}

TEST_F(AnHttpServer, ThatEndsWaitsASecondForTheFirstRequestOfAConnection)
{
    TestServer server(net);
    Peer peer(net, server.port);
    net.settle();
    server.http.stop_accepting();
    server.http.close_idle();
    net.clock.advance(Duration(999));
    net.settle();
    EXPECT_FALSE(server.http.drained());
    net.clock.advance(Duration(1));
    EXPECT_TRUE(has_closed(net, peer));
    EXPECT_TRUE(server.http.drained());
}

TEST_F(AnHttpServer, IsDrainedWhenTheLastAnswerHasBeenRead)
{
    TestServer server(net);
    server.handler.answer = TestHandler::Answer::later;
    Peer peer(net, server.port, 4'096);
    peer.send(kGet);
    ASSERT_TRUE(net.until([&] { return server.handler.exchanges.size() == 1; }));
    EXPECT_FALSE(server.http.drained());
    server.http.close_idle();
    EXPECT_FALSE(server.http.drained());
    server.http.respond(server.handler.exchanges[0], text_response(std::string(20'000'000, 'x')));
    net.settle();
    EXPECT_FALSE(server.http.drained()) << "the kernel has not taken it all";
    EXPECT_TRUE(net.until([&] { return peer.received().size() > 20'000'000; }));
    EXPECT_TRUE(net.until([&] { return server.http.drained(); }));
}

TEST_F(AnHttpServer, ThatIsToEndTellsEachConnectionToComeElsewhere)
{
    TestServer server(net);
    Peer peer(net, server.port);
    peer.send(kGet);
    ASSERT_TRUE(net.until([&] { return bodies(peer.received()).size() == 1; }));
    EXPECT_THAT(peer.received(), Not(HasSubstr("Connection: close")));
    server.http.stop_reusing();
    peer.send(kGet);
    EXPECT_TRUE(has_closed(net, peer));
    EXPECT_THAT(peer.received(), HasSubstr("\r\nConnection: close\r\n"));
    Peer next(net, server.port);
    next.send(kGet);
    EXPECT_TRUE(has_closed(net, next));
    EXPECT_EQ(bodies(next.received()).size(), 1U) << "it is served until it stops accepting";
}

// At a Unix socket

struct AUnixSocket : AnHttpServer {
    std::string folder = (std::filesystem::temp_directory_path() / "wegowhere-XXXXXX").string();

    AUnixSocket() { EXPECT_NE(::mkdtemp(folder.data()), nullptr); }
    ~AUnixSocket() override { std::filesystem::remove_all(folder); }
};

TEST_F(AUnixSocket, IsForItsOwnerOnlyAndServesAsAPortDoes)
{
    TestServer server(net);
    server.http.listen_at(folder + "/s");
    struct stat status{};
    ASSERT_EQ(::stat((folder + "/s").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    Peer peer(net, folder + "/s");
    EXPECT_TRUE(is_answered(peer));
    EXPECT_EQ(server.handler.requests.back().peer, "");
}

TEST_F(AUnixSocket, TakesThePlaceOfOneThatAServerHasLeftBehind)
{
    ::close(listen_at(folder + "/s").release());
    EXPECT_THROW(Peer(net, folder + "/s"), std::runtime_error);
    TestServer server(net);
    server.http.listen_at(folder + "/s");
    Peer peer(net, folder + "/s");
    EXPECT_TRUE(is_answered(peer));
}

TEST_F(AUnixSocket, MayHaveAPathThatIsLongerThanItsAddress)
{
    const std::string deep = folder + "/" + std::string(100, 'a') + "/" + std::string(100, 'b');
    std::filesystem::create_directories(deep);
    TestServer server(net);
    server.http.listen_at(deep + "/s");
    EXPECT_TRUE(std::filesystem::is_socket(deep + "/s"));
    Peer peer(net, deep + "/s");
    EXPECT_TRUE(is_answered(peer));
}

TEST_F(AUnixSocket, ThatCannotBeMadeIsNamed)
{
    TestServer server(net);
    try {
        server.http.listen_at(folder + "/nowhere/s");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("Cannot listen at " + folder + "/nowhere/s: No such file"));
    }
}

// At its limits

TEST_F(AnHttpServer, LetsConnectionsOverItsLimitWaitUntilOneHasEnded)
{
    TestServer server(net, {.connections = 2});
    Peer a(net, server.port);
    Peer b(net, server.port);
    Peer c(net, server.port);
    EXPECT_TRUE(is_answered(a));
    EXPECT_TRUE(is_answered(b));
    c.send(kGet);
    net.settle();
    EXPECT_EQ(server.http.connections(), 2u);
    EXPECT_EQ(c.received(), "");
    a.hang_up();
    EXPECT_TRUE(net.until([&] { return bodies(c.received()).size() == 1; }));
}

TEST_F(AnHttpServer, AcceptsManyAtOnce)
{
    TestServer server(net);
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 300; ++i)
        peers.push_back(std::make_unique<Peer>(net, server.port));
    EXPECT_TRUE(net.until([&] { return server.http.connections() == 300; }));
    for (const auto& peer : peers)
        peer->hang_up();
    EXPECT_TRUE(net.until([&] { return server.http.connections() == 0; }));
    EXPECT_EQ(net.loop.timers().size(), 0u);
}

#if !__has_feature(undefined_behavior_sanitizer)  // which needs file descriptors of its own
/// The process has no file descriptor left: accepting rests for a second instead of trying for ever.
TEST_F(AnHttpServer, RestsWhenThereIsNoFileDescriptorLeft)
{
    TestServer server(net);
    Peer known(net, server.port);
    EXPECT_TRUE(is_answered(known));
    Peer waiting(net, server.port);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = 3;
    ::setrlimit(RLIMIT_NOFILE, &none);
    net.settle();
    EXPECT_EQ(server.http.connections(), 1u);
    EXPECT_EQ(net.loop.timers().size(), 2u);  // the known one's next request, and the rest
    EXPECT_TRUE(is_answered(known));
    ::setrlimit(RLIMIT_NOFILE, &before);
    net.settle();
    EXPECT_EQ(server.http.connections(), 1u);  // it does not try before its rest is over
    net.clock.advance(1s);
    EXPECT_TRUE(is_answered(waiting));
}
#endif

TEST_F(AnHttpServer, SaysOnceASecondAndNotForEachConnectionThatItIsFull)
{
    TestServer server(net, {.connections = 1});
    testing::internal::CaptureStderr();
    for (int i = 0; i < 20; ++i) {
        Peer in(net, server.port);
        EXPECT_TRUE(is_answered(in));
        const Peer over(net, server.port);
        net.settle();
    }
    net.settle();
    const std::string log = testing::internal::GetCapturedStderr();
    std::size_t lines = 0;
    for (std::size_t at = log.find("All connections are in use"); at != std::string::npos;
         at = log.find("All connections are in use", at + 1))
        ++lines;
    EXPECT_EQ(lines, 1u);
}

/// One client that always has more does not make the others wait.
TEST_F(AnHttpServer, ServesOthersBesideOneThatNeverStopsSending)
{
    StreamServer server(net, {.max_payload = 100'000});
    auto greedy = server.open();
    std::string many;
    for (int i = 0; i < 5'000; ++i)
        many += client_text("x");
    Peer other(net, server.port);
    net.settle();
    net.clock.tick = 1ms;  // so that each turn is over soon
    other.send(kGet);
    std::size_t turns = 0;
    std::size_t sent = 0;
    while (bodies(other.received()).empty() && turns < 1'000) {
        sent = (sent + greedy->send_some(std::string_view(many).substr(sent))) % many.size();
        net.turn();
        ++turns;
    }
    EXPECT_LE(turns, 10u);
}

// Its end

TEST_F(AnHttpServer, TellsWhoeverAnswersThatNobodyWaitsWhenItEnds)
{
    TestHandler handler;
    {
        HttpServer server(net.loop, handler, {});
        handler.server = &server;
        handler.answer = TestHandler::Answer::later;
        Peer peer(net, server.listen("127.0.0.1", 0));
        peer.send(kGet);
        ASSERT_TRUE(net.until([&] { return handler.exchanges.size() == 1; }));
    }
    EXPECT_THAT(handler.gone, SizeIs(1));
    net.settle();  // what its connections awaited comes back, and finds nothing
}

TEST_F(AnHttpServer, LeavesNothingBehindInItsLoop)
{
    TestHandler handler;
    auto loop = std::make_unique<TestNet>();
    auto server = std::make_unique<HttpServer>(loop->loop, handler, HttpServerOptions{});
    handler.server = server.get();
    const auto port = server->listen("127.0.0.1", 0);
    Peer a(*loop, port);
    a.send(kGet);
    loop->settle();
    loop->loop.post([] {});
    server.reset();
    loop.reset();
    EXPECT_THAT(handler.requests, SizeIs(1));
}

}  // namespace
}  // namespace wgw::net
