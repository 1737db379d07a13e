// Events that ask for an answer: of one socket, of many, with a handler and awaited.

#include "base/task_scope.hpp"
#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::string text_of(const AckResult& result) { return result ? result->text() : std::string(text_of(result.error())); }

std::string text_of(const BroadcastAnswers& all)
{
    std::string text;
    for (const auto& answer : all.answers)
        text += answer.text();
    return text + " missing " + std::to_string(all.missing);
}

class AskingClients : public AServer {
protected:
    ~AskingClients() override { wire_.hang_up(); }

    AckHandler note()
    {
        return [this](const AckResult& result) { noted_.push_back(text_of(result)); };
    }
    BroadcastHandler note_all()
    {
        return [this](const BroadcastAnswers& all) { noted_.push_back(text_of(all)); };
    }
    std::vector<std::string> noted() { return std::exchange(noted_, {}); }

    std::vector<std::string> noted_;
};

TEST_F(AskingClients, GivesTheFirstAnswer)
{
    auto& client = join();
    newest(root_).ask("size?", Payload::of(1), std::nullopt, note());
    newest(root_).ask("size?", {}, 5s, note());
    EXPECT_THAT(hears(client), ElementsAre(R"(420["size?",1])", R"(421["size?"])"));
    EXPECT_THAT(noted(), IsEmpty());
    client.send(R"(431["b"])");
    client.send(R"(431["late"])");
    client.send(R"(437["never asked"])");
    client.send(R"(430["a",{"c":[]}])");
    EXPECT_THAT(noted(), ElementsAre(R"(["b"])", R"(["a",{"c":[]}])"));
}

TEST_F(AskingClients, EndsAtItsTimeout)
{
    auto& client = join();
    newest(root_).ask("size?", {}, 5s, note());
    newest(root_).ask("name?", {}, std::nullopt, note());
    advance(5s - 1ms);
    EXPECT_THAT(noted(), IsEmpty());
    advance(1ms);
    EXPECT_THAT(noted(), ElementsAre("operation has timed out"));
    client.send("430[1]");
    EXPECT_THAT(noted(), IsEmpty()) << "too late";
}

TEST_F(AskingClients, EndsWithTheSocket)
{
    auto& client = join();
    newest(root_).ask("size?", {}, std::nullopt, note());
    client.drop();
    wire_.turn();
    EXPECT_THAT(noted(), ElementsAre("socket has been disconnected"));
}

TEST_F(AskingClients, TakesNoAnswerFromAnother)
{
    join();
    newest(root_).ask("size?", {}, 5s, note());
    join().send("430[1]");
    EXPECT_THAT(noted(), IsEmpty());
}

TEST_F(AskingClients, GivesBytesOfAnAnswer)
{
    auto& client = join();
    newest(root_).ask("file?", Payload::of(Bytes("q")), 5s, [this](const AckResult& result) {
        noted_.push_back(result.value().attachments().at(0));
    });
    EXPECT_THAT(hears(client), ElementsAre(R"(451-0["file?",{"_placeholder":true,"num":0}])", "q"));
    client.send(R"(461-0[{"_placeholder":true,"num":0}])");
    client.stream->on_binary("bytes");
    EXPECT_THAT(noted(), ElementsAre("bytes"));
}

TEST_F(AskingClients, CollectsTheAnswersOfMany)
{
    auto& one = join();
    auto& two = join();
    root_.everybody().ask("ready?", {}, 5s, note_all());
    EXPECT_THAT(hears(one), ElementsAre(R"(420["ready?"])"));
    EXPECT_THAT(hears(two), ElementsAre(R"(420["ready?"])"));
    two.send(R"(430["two","dropped"])");
    EXPECT_THAT(noted(), IsEmpty());
    one.send(R"(430["one"])");
    EXPECT_THAT(noted(), ElementsAre(R"(["two"]["one"] missing 0)"));
}

TEST_F(AskingClients, CountsWhoDoesNotAnswerOrGoes)
{
    auto& one = join();
    join();
    auto& three = join();
    root_.everybody().ask("ready?", {}, 5s, note_all());
    one.send("430[1]");
    three.drop();
    wire_.turn();
    EXPECT_THAT(noted(), IsEmpty());
    advance(5s);
    EXPECT_THAT(noted(), ElementsAre("[1] missing 2"));
}

TEST_F(AskingClients, EndsAtOnceWhereNobodyIsAsked)
{
    root_.to("nobody").ask("ready?", {}, 5s, note_all());
    server_.of_pattern("/room-*").everybody().ask("ready?", {}, 5s, note_all());
    EXPECT_THAT(noted(), ElementsAre(" missing 0", " missing 0"));
}

TEST_F(AskingClients, CollectsTheAnswersOfAllNamespacesOfAPattern)
{
    auto& rooms = server_.of_pattern("/room-*");
    auto& one = join("/room-1,");
    auto& two = join("/room-2,");
    rooms.everybody().ask("ready?", {}, 5s, note_all());
    one.send("43/room-1,0[1]");
    two.send("43/room-2,0[2]");
    EXPECT_THAT(noted(), ElementsAre("[1][2] missing 0"));
}

TEST_F(AskingClients, GoesOnWhenAHandlerThrows)
{
    auto& client = join();
    newest(root_).ask("a?", {}, 5s, [](const AckResult&) { throw std::runtime_error("planned"); });
    newest(root_).ask("b?", {}, 5s, note());
    advance(5s);
    EXPECT_THAT(noted(), ElementsAre("operation has timed out"));
    EXPECT_FALSE(client.closed);
}

// Awaited

class AwaitingClients : public AskingClients {
protected:
    ~AwaitingClients() override
    {
        wire_.hang_up();
        EXPECT_EQ(tasks_.running(), 0U) << "nobody is left who would answer";
    }

    /// The socket is there when it is started.
    static Task<void> ask(Socket& socket, std::vector<std::string>& noted)
    {
        const AckResult result = co_await socket.ask("size?", Payload::of(1), 5s);
        noted.push_back(text_of(result));
    }
    /// What is awaited is made of a passing target.
    static Task<void> ask_first(Namespace& nsp, std::vector<std::string>& noted)
    {
        auto asking = nsp.to("nobody").to("everybody else").ask("ready?", Payload::of("a text that is not short"), 5s);
        noted.push_back(text_of(co_await std::move(asking)));
    }
    static Task<void> ask_late(Task<AckResult> asking, std::vector<std::string>& noted)
    {
        noted.push_back(text_of(co_await std::move(asking)));
    }
    static Task<void> ask(Target target, std::vector<std::string>& noted)
    {
        const BroadcastAnswers all = co_await target.ask("ready?", Payload(), 5s);
        noted.push_back(text_of(all));
    }

    TaskScope tasks_{[](std::exception_ptr) { FAIL() << "a task has thrown"; }};
};

TEST_F(AwaitingClients, GoesOnWithTheAnswer)
{
    auto& client = join();
    tasks_.spawn(ask(newest(root_), noted_));
    EXPECT_THAT(hears(client), ElementsAre(R"(420["size?",1])"));
    EXPECT_THAT(noted(), IsEmpty());
    client.send("430[2]");
    EXPECT_THAT(noted(), ElementsAre("[2]"));
}

TEST_F(AwaitingClients, GoesOnAtTheTimeoutAndAtTheEndOfTheSocket)
{
    join();
    tasks_.spawn(ask(newest(root_), noted_));
    advance(5s);
    EXPECT_THAT(noted(), ElementsAre("operation has timed out"));
    tasks_.spawn(ask(newest(root_), noted_));
    newest(root_).disconnect();
    EXPECT_THAT(noted(), ElementsAre("socket has been disconnected"));
}

TEST_F(AwaitingClients, GoesOnWithTheAnswersOfMany)
{
    auto& client = join();
    tasks_.spawn(ask(root_.to("nobody"), noted_));
    EXPECT_THAT(noted(), ElementsAre(" missing 0"));
    tasks_.spawn(ask(root_.everybody(), noted_));
    client.send("431[1]");
    EXPECT_THAT(noted(), ElementsAre("[1] missing 0"));
}

TEST_F(AwaitingClients, NeedsTheTargetNoLongerThanTheCall)
{
    tasks_.spawn(ask_first(root_, noted_));
    EXPECT_THAT(noted(), ElementsAre(" missing 0"));
}

TEST_F(AwaitingClients, NeedsTheSocketNoLongerThanTheCall)
{
    auto& client = join();
    auto asking = newest(root_).ask("size?", Payload(), 5s);
    client.drop();
    wire_.turn();
    wire_.turn();
    tasks_.spawn(ask_late(std::move(asking), noted_));
    EXPECT_THAT(noted(), ElementsAre("socket has been disconnected"));
}

TEST_F(AwaitingClients, EndsWithItsClients)
{
    join();
    tasks_.spawn(ask(newest(root_), noted_));
    tasks_.spawn(ask(root_.everybody(), noted_));
    EXPECT_EQ(tasks_.running(), 2U);
}

}  // namespace
}  // namespace wgw::sio
