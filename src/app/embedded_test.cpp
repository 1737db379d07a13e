#include "app/embedded.hpp"
#include "net/test_peer.hpp"
#include "store/failing_disk.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wgw::app {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGrace = R"({"first_name":"Grace","username":"grace.hopper","password":"cobol1959"})";

constexpr std::string_view kHandshake =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// The text member `name` that comes first in `json`.
std::string member(std::string_view json, std::string_view name)
{
    const auto found = json.find('"' + std::string(name) + R"(":")");
    if (found == std::string_view::npos)
        return {};
    const auto from = found + name.size() + 4;
    return std::string(json.substr(from, json.find('"', from) - from));
}

class TheServer : public testing::Test {
protected:
    explicit TheServer(std::string host = "127.0.0.1") : host_(std::move(host)) {}

    static Options options(const std::string& host, const std::string& folder)
    {
        Options options;
        options.host = host;
        options.admin_host = "127.0.0.1";
        options.data = folder;
        return options;
    }

    /// Status and body of an answer.
    std::string ask(std::uint16_t port, std::string_view request) { return ask(net_, port, request); }

    static std::string ask(net::TestNet& net, std::uint16_t port, std::string_view request)
    {
        net::Peer peer(net, port);
        peer.send(request);
        EXPECT_TRUE(net::has_closed(net, peer));
        const auto answer = peer.received();
        return answer.substr(9, 4) + answer.substr(answer.find("\r\n\r\n") + 4);
    }

    std::string readyz()
    {
        return ask(server_.admin_port(), "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    static std::string post_request(std::string_view path, std::string_view body, std::string_view token)
    {
        return "POST /api/v1/" + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
               (token.empty() ? "" : "Authorization: Bearer " + std::string(token) + "\r\n") +
               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               std::string(body);
    }

    std::string post(std::string_view path, std::string_view body, std::string_view token = {})
    {
        return ask(server_.port(), post_request(path, body, token));
    }

    /// Something that has to be stored; its status.
    std::string sign_up() { return post("auth/sign-up", kGrace).substr(0, 3); }

    bool hears(net::Peer& peer, std::string_view text)
    {
        return net_.until([&] { return peer.received().find(text) != std::string::npos; });
    }

    /// The status of a handshake from a page on this machine.
    std::string handshake_of_a_local_page()
    {
        return ask(server_.port(), "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: chat.example\r\n"
                                   "Connection: close\r\nOrigin: http://localhost:5173\r\n\r\n")
            .substr(0, 3);
    }

    std::string host_;
    store::FailingDisk disk_;
    store::TemporaryFolder folder_;
    net::TestNet net_;
    SystemRandom random_;
    int broken_ = 0;
    Embedded server_{options(host_, folder_.path()), net_.loop, net_.clock, random_, [this] { ++broken_; }};
};

TEST_F(TheServer, SaysThatItIsStartingUntilItIsReady)
{
    EXPECT_EQ(readyz(), "503 starting\n");
    server_.set_ready();
    EXPECT_EQ(readyz(), "200 ready\n");
}

TEST_F(TheServer, SaysThatItIsDrainingBeforeItRefusesAnything)
{
    server_.set_ready();
    server_.set_draining();
    EXPECT_EQ(readyz(), "503 draining\n");
    EXPECT_EQ(sign_up(), "201");
    server_.refuse_work();
    EXPECT_EQ(readyz(), "503 draining\n");
}

TEST_F(TheServer, ServesWhoIsConnectedOnceMoreWhenItEnds)
{
    net::Peer peer(net_, server_.port());
    net_.settle();
    server_.set_draining();
    server_.refuse_work();
    net::Peer late(net_, server_.port());
    server_.close_connections(Duration(0));
    EXPECT_THROW(net::Peer(net_, server_.port()), std::runtime_error);
    EXPECT_FALSE(server_.is_drained());
    for (auto* each : {&peer, &late}) {
        each->send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(hears(*each, "HTTP/1.1 200"));
        EXPECT_TRUE(net::has_closed(net_, *each));
    }
    EXPECT_TRUE(net_.until([this] { return server_.is_drained(); }));
}

TEST_F(TheServer, ClosesConnectionsThatAreIdleAndSockets)
{
    net::Peer idle(net_, server_.port());
    idle.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    net::Peer socket(net_, server_.port());
    socket.send(kHandshake);
    ASSERT_TRUE(hears(socket, R"(0{"sid":)"));
    ASSERT_TRUE(hears(idle, "HTTP/1.1 200"));
    server_.refuse_work();
    net_.settle();
    EXPECT_FALSE(idle.closed());
    EXPECT_FALSE(socket.closed());
    EXPECT_FALSE(server_.is_drained());
    server_.close_connections(Duration(0));
    EXPECT_TRUE(net::has_closed(net_, idle));
    EXPECT_TRUE(hears(socket, "\x88\x02\x03\xe9")) << "a close frame, 1001";
    socket.hang_up();
    EXPECT_TRUE(net_.until([this] { return server_.is_drained(); }));
}

TEST_F(TheServer, SaysThatTheStoreIsFullAndLooksItselfWhetherThereIsRoomAgain)
{
    server_.set_ready();
    disk_.failing_writes = 1;
    EXPECT_EQ(sign_up(), "503");
    EXPECT_EQ(readyz(), "503 store_full\n");
    net_.clock.advance(1s);
    EXPECT_TRUE(net_.until([this] { return readyz() == "200 ready\n"; }));
    EXPECT_EQ(sign_up(), "201");
}

TEST_F(TheServer, SaysThatTheStoreIsBrokenAndTellsWhoRunsIt)
{
    server_.set_ready();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(broken_, 0);
        disk_.failing_syncs = 1;
        EXPECT_EQ(sign_up(), "503");
    }
    EXPECT_TRUE(net_.until([this] { return broken_ == 1; }));
    EXPECT_EQ(readyz(), "503 store_broken\n");
}

TEST_F(TheServer, TakesSocketsOfLocalPagesWhileItListensOnLoopback) { EXPECT_EQ(handshake_of_a_local_page(), "200"); }

/// It listens on 127.0.0.1 in a form that is not known to be loopback, as any other address.
class TheServerOfANetwork : public TheServer {
protected:
    TheServerOfANetwork() : TheServer("2130706433") {}
};

TEST_F(TheServerOfANetwork, RefusesSocketsOfLocalPages) { EXPECT_EQ(handshake_of_a_local_page(), "403"); }

TEST_F(TheServer, LeavesNoHoleInARoomWhenACommitHasFailed)
{
    const auto token = member(post("auth/sign-up", kGrace), "access");
    const auto path = "chat/rooms/" + member(post("chat/rooms", R"({"name":"Engines"})", token), "_id") + "/messages";
    EXPECT_THAT(post(path, R"({"content":"one"})", token), HasSubstr(R"("seq":2)"));  // 1 is the room itself
    disk_.failing_syncs = 1;
    EXPECT_THAT(
        post(path, R"({"content":"two"})", token), AllOf(StartsWith("503"), HasSubstr(R"("retry_after_ms":1000)"))
    );
    EXPECT_THAT(post(path, R"({"content":"two"})", token), HasSubstr(R"("seq":3)"));
}

TEST_F(TheServer, OpensAFileOfTheVersionBeforeSessionsAndGoesOn)
{
    store::TemporaryFolder folder;
    const std::string path = folder.path() + "/wegowhere.db";
    {
        // As that version has left it: no tables of sessions and revocations, and credentials without `changed_at`.
        store::Sqlite db(path, store::Sqlite::Mode::write);
        with_tables(db, net_.clock);
        db.exec("DROP TABLE sessions; DROP TABLE revocations");
        db.exec(R"(INSERT INTO users VALUES(x'65f000000000000000000001','{"first_name":"Grace","last_name":null,)"
                R"("username":"grace.hopper","created_at":1800000000000,"updated_at":1800000000000,"__v":0}'))");
        db.exec(
            R"(INSERT INTO userpasswords VALUES(x'65f000000000000000000002','{"user_id":"65f000000000000000000001",)"
            R"("password":"$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni",)"
            R"("created_at":1800000000000,"updated_at":1800000000000,"__v":0}'))"
        );
    }
    net::TestNet net;
    Embedded server(options("127.0.0.1", folder.path()), net.loop, net.clock, random_, [] {});
    const auto body = R"({"username":"grace.hopper","password":"cobol1959"})";
    const auto signed_in = ask(net, server.port(), post_request("auth/sign-in", body, {}));
    EXPECT_THAT(signed_in, StartsWith("200"));
    const auto token = member(signed_in, "access");
    EXPECT_THAT(ask(net, server.port(), post_request("auth/sign-out", "{}", token)), StartsWith("200"));
    EXPECT_THAT(
        ask(net, server.port(), post_request("chat/rooms", R"({"name":"x"})", token)), HasSubstr("token_revoked")
    );
}

TEST_F(TheServer, KnowsWhatWasRevokedAfterARestart)
{
    store::TemporaryFolder folder;
    std::string token;
    {
        net::TestNet net;
        Embedded server(options("127.0.0.1", folder.path()), net.loop, net.clock, random_, [] {});
        token = member(ask(net, server.port(), post_request("auth/sign-up", kGrace, {})), "access");
        EXPECT_THAT(ask(net, server.port(), post_request("auth/sign-out", "{}", token)), StartsWith("200"));
    }
    net::TestNet net;
    Embedded server(options("127.0.0.1", folder.path()), net.loop, net.clock, random_, [] {});
    EXPECT_THAT(ask(net, server.port(), post_request("auth/sign-out", "{}", token)), HasSubstr("token_revoked"));
}

TEST_F(TheServer, IsWorkingUntilARequestIsAnswered)
{
    EXPECT_FALSE(server_.is_working());
    net::Peer peer(net_, server_.port());
    peer.send(post_request("auth/sign-in", R"({"username":"nobody","password":"cobol1959"})", {}));
    EXPECT_TRUE(net_.until([this] { return server_.is_working(); }));
    server_.refuse_work();
    server_.close_connections(Duration(0));
    EXPECT_FALSE(server_.is_drained());
    EXPECT_TRUE(hears(peer, "HTTP/1.1 404"));
    EXPECT_FALSE(server_.is_working());
    EXPECT_TRUE(server_.is_drained());
}

TEST_F(TheServer, IsWorkingUntilAMessageOfASocketIsAcked)
{
    const auto token = member(post("auth/sign-up", kGrace), "access");
    const auto room = member(post("chat/rooms", R"({"name":"Engines"})", token), "_id");
    net::Peer peer(net_, server_.port());
    peer.send(kHandshake);
    ASSERT_TRUE(hears(peer, R"(0{"sid":)"));
    peer.send(net::client_text(R"(40{"token":")" + token + R"("})"));
    ASSERT_TRUE(hears(peer, R"(40{"sid":)"));
    net_.settle();
    ASSERT_FALSE(server_.is_working());
    peer.send(net::client_text(R"(420["chat.message.send",{"room_id":")" + room + R"(","content":"hello"}])"));
    EXPECT_TRUE(net_.until([this] { return server_.is_working(); }));
    server_.refuse_work();
    EXPECT_TRUE(net_.until([this] { return !server_.is_working(); }));
    EXPECT_TRUE(hears(peer, R"(430[{"success":true)"));
}

}  // namespace
}  // namespace wgw::app
