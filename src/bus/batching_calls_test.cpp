#include "base/time.hpp"
#include "bus/batching_calls.hpp"
#include "bus/test_recording_calls.hpp"
#include "model/result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using Kind = Answer::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kOwn = "chat.0123";

class BatchedCalls : public testing::Test {
protected:
    /// What becomes of it is in told_, as `name: …`.
    void ask(std::string name, std::string_view queue = kOwn, Duration patience = Calls::kPatience)
    {
        Request request{"save", "\"" + name + "\"", {{"authorization", name}}};
        scope_.spawn(one(std::move(name), queue, std::move(request), patience));
    }
    void answer(std::string json) { inner_.answers.push_back({Kind::value, std::move(json), {}}); }

    Task<void> one(std::string name, std::string_view queue, Request request, Duration patience)
    {
        try {
            const auto answer = co_await calls_.call(queue, std::move(request), patience);
            told_.push_back(name + ": " + (answer.kind == Kind::value ? answer.json : "no value"));
        } catch (const NotAsked&) {
            told_.push_back(name + ": not asked");
        } catch (const Unavailable& why) {
            told_.push_back(name + ": " + why.what());
        }
    }

    ManualClock clock_;
    RecordingCalls inner_;
    BatchingCalls calls_{inner_, clock_};
    std::vector<std::string> told_;
    TaskScope scope_{[](const std::exception_ptr& error) { std::rethrow_exception(error); }};
};

TEST_F(BatchedCalls, OfATurnGoOutTogetherAndHaveEachItsAnswer)
{
    ask("a");
    ask("b");
    EXPECT_THAT(inner_.asked, SizeIs(0)) << "the turn is not over";
    answer(R"([{"response":1},{"err":{"status":404}}])");
    calls_.flush();
    ASSERT_THAT(inner_.asked, SizeIs(1));
    EXPECT_EQ(inner_.asked[0].queue, kOwn);
    const auto& request = inner_.asked[0].request;
    EXPECT_EQ(request.pattern, kBatchPattern);
    EXPECT_EQ(
        request.data, R"([{"pattern":"save","data":"a","headers":{"authorization":"a"}},)"
                      R"({"pattern":"save","data":"b","headers":{"authorization":"b"}}])"
    );
    EXPECT_EQ(request.header(kUntilHeader), std::to_string(clock_.now().unix_ms + 5'000));
    EXPECT_EQ(request.header("authorization"), "") << "each has its own";
    EXPECT_THAT(told_, ElementsAre("a: 1", "b: no value"));
}

TEST_F(BatchedCalls, AreNoneWhereThereIsOneOnly)
{
    ask("a");
    answer("1");
    calls_.flush();
    calls_.flush();
    ASSERT_THAT(inner_.asked, SizeIs(1));
    EXPECT_EQ(inner_.asked[0].request, (Request{"save", "\"a\"", {{"authorization", "a"}}}));
    EXPECT_THAT(told_, ElementsAre("a: 1"));
}

TEST_F(BatchedCalls, AreToOneProcessEach)
{
    ask("a");
    ask("b", "chat.4567");
    ask("c");
    answer("[{},{}]");
    answer("2");
    calls_.flush();
    EXPECT_THAT(inner_.asked, SizeIs(2));
    EXPECT_THAT(told_, ElementsAre("a: no value", "c: no value", "b: 2"));
}

TEST_F(BatchedCalls, DoNotWaitOnAQueueOfAllNorWithLittleTimeLeftNorWithHeadersThatAreNoText)
{
    ask("a", "chat");
    ask("b", kOwn, BatchingCalls::kLeast - Duration(1));
    ask("\xff");
    EXPECT_THAT(inner_.asked, SizeIs(3));
    EXPECT_EQ(inner_.patiences[1], BatchingCalls::kLeast - Duration(1));
}

TEST_F(BatchedCalls, AreOverWhenTheFirstOfThemWouldBe)
{
    ask("a");
    ask("b", kOwn, Duration(3'000));
    ask("c", kOwn, Duration(4'000));
    calls_.flush();
    EXPECT_THAT(inner_.patiences, ElementsAre(Duration(3'000)));
}

TEST_F(BatchedCalls, AreSoManyInOneAtMost)
{
    for (std::size_t i = 0; i < kMostInABatch + 2; ++i)
        ask("a");
    EXPECT_THAT(inner_.asked, SizeIs(1)) << "it was full";
    calls_.flush();
    ASSERT_THAT(inner_.asked, SizeIs(2));
    EXPECT_THAT(decode_batch(inner_.asked[0].request.data).value(), SizeIs(kMostInABatch));
    EXPECT_THAT(decode_batch(inner_.asked[1].request.data).value(), SizeIs(2));
}

TEST_F(BatchedCalls, AreSoManyBytesInOneAtMost)
{
    const std::string half(BatchingCalls::kMostBatchBytes / 2, 'x');
    ask(half);
    EXPECT_THAT(inner_.asked, SizeIs(0));
    ask(half);
    EXPECT_THAT(inner_.asked, SizeIs(1)) << "each has its data and its header";
    calls_.flush();
    EXPECT_THAT(inner_.asked, SizeIs(2));
}

TEST_F(BatchedCalls, FailTogether)
{
    inner_.away = true;
    ask("a");
    ask("b");
    calls_.flush();
    inner_.away = false;
    ask("c");
    ask("d");
    calls_.flush();  // nobody there knows a batch
    answer("[{}]");
    ask("e");
    ask("f");
    calls_.flush();
    EXPECT_THAT(
        told_, ElementsAre(
                   "a: not asked", "b: not asked", "c: not asked", "d: not asked", HasSubstr("not answered each"),
                   HasSubstr("not answered each")
               )
    );
}

TEST_F(BatchedCalls, AreRefusedAtOnceBehindAStop)
{
    ask("a");
    ask("b");
    inner_.away = true;
    calls_.stop();
    ask("c");
    EXPECT_THAT(told_, ElementsAre("a: not asked", "b: not asked", "c: not asked"));
}

}  // namespace
}  // namespace wgw::bus
