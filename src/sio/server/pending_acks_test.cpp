#include "sio/server/pending_acks.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant kStart{1'000};

class Acks : public testing::Test {
protected:
    AckHandler note(std::string name)
    {
        return [this, name = std::move(name)](const AckResult& result) {
            heard_.push_back(name + " " + (result ? result->text() : std::string(text_of(result.error()))));
        };
    }
    BroadcastHandler note_all()
    {
        return [this](const BroadcastAnswers& all) {
            std::string line;
            for (const auto& answer : all.answers)
                line += answer.text();
            heard_.push_back(line + " missing " + std::to_string(all.missing));
        };
    }
    std::vector<std::string> heard() { return std::exchange(heard_, {}); }

    PendingAcks acks_;
    std::vector<std::string> heard_;
};

TEST_F(Acks, AreTakenOnceByTheSocketThatWasAsked)
{
    EXPECT_EQ(acks_.ask(1, kNever, note("a")), 0);
    EXPECT_EQ(acks_.ask(2, kNever, note("b")), 1);
    acks_.answer(2, 0, Arguments("[\"not yours\"]"));
    acks_.answer(1, 7, Arguments("[\"never asked\"]"));
    EXPECT_THAT(heard(), IsEmpty());
    acks_.answer(1, 0, Arguments("[1,{}]"));
    acks_.answer(1, 0, Arguments("[2]"));
    EXPECT_THAT(heard(), ElementsAre("a [1,{}]"));
    EXPECT_FALSE(acks_.empty());
}

TEST_F(Acks, EndAtTheirDeadline)
{
    acks_.ask(1, kStart + 100ms, note("a"));
    acks_.ask(1, kStart + 50ms, note("b"));
    acks_.ask(1, kNever, note("c"));
    EXPECT_EQ(acks_.next_deadline(), kStart + 50ms);
    acks_.tick(kStart + 49ms);
    EXPECT_THAT(heard(), IsEmpty());
    acks_.tick(kStart + 50ms);
    EXPECT_THAT(heard(), ElementsAre("b operation has timed out"));
    acks_.answer(1, 1, Arguments("[\"late\"]"));
    acks_.tick(kStart + 1h);
    EXPECT_THAT(heard(), ElementsAre("a operation has timed out"));
    EXPECT_EQ(acks_.next_deadline(), kNever);
}

TEST_F(Acks, EndWithTheirSocket)
{
    acks_.ask(1, kStart + 100ms, note("a"));
    acks_.ask(2, kStart + 100ms, note("b"));
    acks_.ask(1, kNever, note("c"));
    acks_.gone(1);
    EXPECT_THAT(heard(), ElementsAre("a socket has been disconnected", "c socket has been disconnected"));
    acks_.tick(kStart + 1h);
    EXPECT_THAT(heard(), ElementsAre("b operation has timed out"));
    EXPECT_TRUE(acks_.empty());
}

TEST_F(Acks, OfABroadcastAreCollectedUnderOneId)
{
    const std::uint64_t sockets[] = {1, 2, 3};
    EXPECT_EQ(acks_.ask(9, kNever, note("other")), 0);
    EXPECT_EQ(acks_.ask_all(sockets, kStart + 100ms, note_all()), 1);
    acks_.answer(3, 1, Arguments("[\"c\",\"more\"]"));
    acks_.answer(1, 1, Arguments("[\"a\"]"));
    acks_.answer(3, 1, Arguments("[\"again\"]"));
    EXPECT_THAT(heard(), IsEmpty());
    acks_.answer(2, 1, Arguments("[\"b\"]"));
    EXPECT_THAT(heard(), ElementsAre(R"(["c"]["a"]["b"] missing 0)"));
}

TEST_F(Acks, OfABroadcastAreWhatThereIsAtTheDeadline)
{
    const std::uint64_t sockets[] = {1, 2, 3};
    acks_.ask_all(sockets, kStart + 100ms, note_all());
    acks_.answer(2, 0, Arguments("[\"b\"]"));
    acks_.gone(1);
    acks_.tick(kStart + 100ms);
    EXPECT_THAT(heard(), ElementsAre(R"(["b"] missing 2)"));
    acks_.ask_all({}, kStart + 100ms, note_all());
    EXPECT_THAT(heard(), ElementsAre(" missing 0")) << "to nobody";
}

TEST_F(Acks, MayBeAskedForInAHandler)
{
    acks_.ask(1, kStart + 10ms, [this](const AckResult&) { acks_.ask(1, kStart + 10ms, note("again")); });
    acks_.tick(kStart + 10ms);
    EXPECT_THAT(heard(), ElementsAre("again operation has timed out"));
    acks_.ask(1, kNever, [this](const AckResult&) { acks_.ask(2, kNever, note("other")); });
    acks_.gone(1);
    EXPECT_FALSE(acks_.empty());
}

}  // namespace
}  // namespace wgw::sio
