#include "app/embedded.hpp"
#include "net/test_handler.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace wgw::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGrace = R"({"first_name":"Grace","username":"grace.hopper","password":"cobol1959"})";

struct TheControlSocket : testing::Test {
    static Options options(const std::string& folder)
    {
        Options options;
        options.host = options.admin_host = "127.0.0.1";
        options.data = folder;
        return options;
    }

    std::string path() const { return folder.path() + "/control.sock"; }

    /// Status and body of an answer.
    std::string ask(std::string_view operation, std::string_view arguments, std::string_view method = "POST")
    {
        net::Peer peer(net, path());
        peer.send(
            std::string(method) + " /" + std::string(operation) +
            " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(arguments.size()) + "\r\n\r\n" + std::string(arguments)
        );
        EXPECT_TRUE(net::has_closed(net, peer));
        const auto answer = peer.received();
        return answer.substr(9, 4) + answer.substr(answer.find("\r\n\r\n") + 4);
    }

    store::TemporaryFolder folder;
    net::TestNet net;
    SystemRandom random;
    Embedded server{options(folder.path()), net.loop, net.clock, random, [] {}};
};

TEST_F(TheControlSocket, IsForTheOwnerOfTheFolderOnly)
{
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(TheControlSocket, AddsFindsAndListsUsers)
{
    EXPECT_THAT(ask("user.add", kGrace), AllOf(StartsWith("200 "), HasSubstr(R"("username":"grace.hopper")")));
    EXPECT_THAT(ask("user.add", kGrace), AllOf(StartsWith("422 "), HasSubstr(R"("code":"username_taken")")));
    const auto found = ask("user.find", R"({"who":"grace.hopper"})");
    EXPECT_THAT(found, AllOf(StartsWith("200 "), HasSubstr(R"("first_name":"Grace")")));
    const auto id = found.substr(found.find(R"("_id":")") + 7, 24);
    EXPECT_THAT(ask("user.find", R"({"who":")" + id + R"("})"), HasSubstr("grace.hopper"));
    EXPECT_THAT(ask("user.list", "{}"), AllOf(HasSubstr(R"("items":[{"_id":")" + id), HasSubstr(R"("next":null)")));
}

TEST_F(TheControlSocket, ListsUsersInPages)
{
    for (const auto* name : {"grace1", "grace2", "grace3"})
        ask("user.add", R"({"first_name":"Grace","username":")" + std::string(name) + R"(","password":"cobol1959"})");
    const auto first = ask("user.list", R"({"limit":2})");
    EXPECT_THAT(first, AllOf(HasSubstr("grace1"), HasSubstr("grace2"), Not(HasSubstr("grace3"))));
    const auto next = first.substr(first.find(R"("next":")") + 8, 24);
    EXPECT_THAT(
        ask("user.list", R"({"limit":2,"after":")" + next + R"("})"),
        AllOf(HasSubstr("grace3"), Not(HasSubstr("grace2")), HasSubstr(R"("next":null)"))
    );
}

TEST_F(TheControlSocket, ResetsPasswordsAndKeepsUsersOut)
{
    ask("user.add", kGrace);
    EXPECT_THAT(
        ask("user.reset_password", R"({"who":"grace.hopper","password":"short"})"),
        AllOf(StartsWith("400 "), HasSubstr("password must be longer than or equal to 6 characters"))
    );
    EXPECT_THAT(ask("user.reset_password", R"({"who":"grace.hopper","password":"flowmatic1955"})"), StartsWith("200 "));
    EXPECT_THAT(ask("user.disable", R"({"who":"grace.hopper"})"), HasSubstr(R"("disabled":true)"));
    EXPECT_THAT(ask("user.find", R"({"who":"grace.hopper"})"), HasSubstr(R"("disabled":true)"));
    EXPECT_THAT(ask("user.enable", R"({"who":"grace.hopper"})"), HasSubstr(R"("disabled":false)"));
    for (const auto* operation : {"user.reset_password", "user.disable", "user.enable"})
        EXPECT_THAT(ask(operation, R"({"who":"nobody","password":"cobol1959"})"), StartsWith("404 ")) << operation;
}

TEST_F(TheControlSocket, SaysWhetherAUserCanSignIn)
{
    ask("user.add", kGrace);
    EXPECT_THAT(ask("user.find", R"({"who":"grace.hopper"})"), HasSubstr(R"("sign_in":{"possible":true,"why":"ok")"));
    EXPECT_THAT(ask("user.unthrottle", R"({"who":"grace.hopper"})"), StartsWith("200 "));
    EXPECT_THAT(ask("user.find", R"({"who":"Grace.Hopper"})"), HasSubstr(R"(there is \"grace.hopper\")"));
}

TEST_F(TheControlSocket, IssuesAndChecksTokens)
{
    ask("user.add", kGrace);
    const auto issued = ask("token.issue", R"({"who":"grace.hopper","lifetime_s":60})");
    EXPECT_THAT(issued, AllOf(StartsWith("200 "), HasSubstr(R"("expires_at":")"), HasSubstr(R"("key":")")));
    const auto token = issued.substr(
        issued.find(R"("access":")") + 10, issued.find(R"(","expires_at)") - issued.find(R"("access":")") - 10
    );
    EXPECT_THAT(ask("token.check", R"({"token":")" + token + R"("})"), HasSubstr(R"("data":{"good":true,)"));
    ask("user.disable", R"({"who":"grace.hopper"})");
    EXPECT_THAT(
        ask("token.check", R"({"token":")" + token + R"("})"),
        AllOf(HasSubstr(R"("good":false,"reason":"its user is not let in")"), Not(HasSubstr(token)))
    );
    EXPECT_THAT(ask("token.issue", R"({"who":"nobody","lifetime_s":60})"), StartsWith("404 "));
    EXPECT_THAT(ask("token.issue", R"({"who":"grace.hopper","lifetime_s":0})"), StartsWith("400 "));
}

TEST_F(TheControlSocket, SaysWhichKeySigns)
{
    const auto key = load_secret(folder.path())->key;
    EXPECT_THAT(ask("server.state", "{}"), AllOf(HasSubstr(R"("key":")" + key_mark(key) + '"'), Not(HasSubstr(key))));
}

TEST_F(TheControlSocket, SaysWhatIsWrongWithAQuestion)
{
    EXPECT_THAT(ask("user.find", R"({"who":"nobody"})"), AllOf(StartsWith("404 "), HasSubstr("wegowhere user list")));
    EXPECT_THAT(ask("user.find", "nonsense"), AllOf(StartsWith("400 "), HasSubstr("who should not be empty")));
    EXPECT_THAT(ask("user.dance", "{}"), AllOf(StartsWith("404 "), HasSubstr("another version")));
    EXPECT_THAT(ask("user.list", "{}", "GET"), StartsWith("404 "));
    EXPECT_THAT(ask("user.add", std::string(65'537, ' ')), StartsWith("413 "));
}

TEST_F(TheControlSocket, IsWorkUntilItHasAnswered)
{
    net::Peer peer(net, path());
    peer.send(
        "POST /user.add HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kGrace.size()) + "\r\n\r\n" +
        std::string(kGrace)
    );
    EXPECT_TRUE(net.until([this] { return server.is_working(); }));
    server.refuse_work();
    EXPECT_TRUE(net.until([&] { return peer.received().contains("grace.hopper"); }));
    EXPECT_TRUE(net.until([this] { return !server.is_working(); }));
}

TEST(ACommandsOwnServer, ListensNowhere)
{
    const store::TemporaryFolder folder;
    net::TestNet net;
    SystemRandom random;
    const Embedded server(
        TheControlSocket::options(folder.path()), net.loop, net.clock, random, [] {}, Embedded::Listening::no
    );
    EXPECT_EQ(server.port(), 0);
    EXPECT_THROW(net::Peer(net, folder.path() + "/control.sock"), std::runtime_error);
}

TEST(AServerThatEnds, TakesItsSocketWithIt)
{
    const store::TemporaryFolder folder;
    net::TestNet net;
    SystemRandom random;
    {
        const Embedded server(TheControlSocket::options(folder.path()), net.loop, net.clock, random, [] {});
        EXPECT_TRUE(std::filesystem::exists(folder.path() + "/control.sock"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/control.sock"));
}

}  // namespace
}  // namespace wgw::app
