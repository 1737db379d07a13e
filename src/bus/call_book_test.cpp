#include "bus/call_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace wgw::bus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Answer value(std::string json) { return {.kind = Answer::Kind::value, .json = std::move(json)}; }

struct Book : testing::Test {
    CallBook::Done note(std::string name)
    {
        return [this, name](CallBook::Outcome outcome) {
            if (const auto* answer = std::get_if<Answer>(&outcome))
                heard.push_back(name + "=" + answer->json);
            else
                heard.push_back(name + (std::get<Unanswered>(outcome) == Unanswered::late ? " late" : " lost"));
        };
    }
    std::string begin(std::string name, std::int64_t deadline, std::size_t bytes = 10)
    {
        return book.begin(Instant{deadline}, bytes, note(std::move(name)));
    }

    SeededRandom random{1};
    CallBook book{random};
    std::vector<std::string> heard;
};

TEST_F(Book, GivesEachAnswerToItsCall)
{
    const auto a = begin("a", 10);
    const auto b = begin("b", 10);
    EXPECT_TRUE(book.reply(b, {.answer = value("2")}));
    EXPECT_TRUE(book.reply(a, {.answer = value("1")}));
    EXPECT_THAT(heard, ElementsAre("b=2", "a=1"));
    EXPECT_EQ(book.under_way(), 0u);
    EXPECT_EQ(book.next_deadline(), std::nullopt);
}

TEST_F(Book, MakesIdsOf21HexDigits)
{
    std::set<std::string> ids;
    for (int i = 0; i < 1'000; ++i) {
        ids.insert(begin("x", i));
        EXPECT_EQ(ids.begin()->size(), 21u);
        EXPECT_EQ(ids.begin()->find_first_not_of("0123456789abcdef"), std::string::npos);
    }
    EXPECT_EQ(ids.size(), 1'000u);
    book.fail_all();
}

TEST_F(Book, IgnoresWhatComesTwiceLateOrForNobody)
{
    const auto a = begin("a", 10);
    EXPECT_FALSE(book.reply("", {.answer = value("0")}));
    EXPECT_FALSE(book.reply("000000000000000000000", {.answer = value("0")}));
    EXPECT_TRUE(book.reply(a, {.answer = value("1")}));
    EXPECT_FALSE(book.reply(a, {.answer = value("2")}));
    const auto b = begin("b", 20);
    book.expire(Instant{20});
    EXPECT_FALSE(book.reply(b, {.answer = value("3")}));
    EXPECT_THAT(heard, ElementsAre("a=1", "b late"));
}

TEST_F(Book, CompletesAnAnswerOfSeveralPacketsWithTheLastValue)
{
    const auto a = begin("a", 10);
    book.reply(a, {.is_last = false, .answer = value("1")});
    book.reply(a, {.is_last = false, .answer = value("2")});
    book.reply(a, {.is_last = false, .answer = {}});
    EXPECT_THAT(heard, IsEmpty());
    book.reply(a, {.is_last = true, .answer = {}});
    EXPECT_THAT(heard, ElementsAre("a=2"));
}

TEST_F(Book, HearsOfAnErrorBehindAValue)
{
    const auto a = begin("a", 10);
    book.reply(a, {.is_last = false, .answer = value("1")});
    book.reply(
        a,
        {
            .answer = Answer{.kind = Answer::Kind::error, .json = "{}"}
    }
    );
    EXPECT_THAT(heard, ElementsAre("a={}"));
}

TEST_F(Book, GivesUpWhatIsLateInTheOrderOfDeadlines)
{
    begin("a", 30);
    begin("b", 10);
    begin("c", 20);
    EXPECT_EQ(book.next_deadline(), Instant{10});
    book.expire(Instant{9});
    EXPECT_THAT(heard, IsEmpty());
    book.expire(Instant{20});
    EXPECT_THAT(heard, ElementsAre("b late", "c late"));
    EXPECT_EQ(book.next_deadline(), Instant{30});
    book.fail_all();
}

TEST_F(Book, FailsAllAtOnceButNotWhatIsBegunMeanwhile)
{
    book.begin(Instant{10}, 1, [this](CallBook::Outcome) {
        heard.emplace_back("first");
        begin("second", 20);
    });
    begin("third", 30);
    book.fail_all();
    EXPECT_THAT(heard, ElementsAre("first", "third lost"));
    EXPECT_EQ(book.under_way(), 1u);
    book.fail_all();
}

TEST_F(Book, HasRoomForSoManyCallsAndBytes)
{
    for (std::size_t i = 0; i < CallBook::kMost; ++i) {
        EXPECT_TRUE(book.has_room(10));
        begin("x", 10);
    }
    EXPECT_FALSE(book.has_room(0));
    book.fail_all();
    begin("large", 10, CallBook::kMostBytes - 1);
    EXPECT_TRUE(book.has_room(1));
    EXPECT_FALSE(book.has_room(2));
    book.fail_all();
    EXPECT_TRUE(book.has_room(CallBook::kMostBytes * 2)) << "one may be larger than all that";
}

}  // namespace
}  // namespace wgw::bus
