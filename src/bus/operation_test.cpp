#include "base/test_loop.hpp"
#include "bus/operation.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

constexpr Pattern kOpen{"test.open", false};
constexpr Pattern kGuarded{"test.guarded", true};

struct Parts {
    std::string& heard;
};

Task<Result<Answer>> say(Parts parts, Request request, Caller caller)
{
    parts.heard = caller.username + ":" + request.data;
    if (!caller.origin.request_id.empty())
        parts.heard += " of " + caller.origin.request_id;
    if (request.data == "no")
        co_return fail(Errc::not_member);
    if (request.data == "refused")
        throw Refused(invalid("[1]"));
    if (request.data == "away")
        throw Unavailable("The disk is full.");
    if (request.data == "nothing")
        co_return Answer{};
    co_return value("{}");
}

constexpr OperationRow<Parts> kRows[] = {
    {kOpen,    say},
    {kGuarded, say},
};

class Bound : public testing::Test {
protected:
    Answer ask(std::string pattern, std::string data, std::vector<Header> headers = {})
    {
        Request request{pattern, std::move(data), std::move(headers)};
        return loop_.await(bindings_.at(pattern)(std::move(request)), [] {});
    }

    TestLoop loop_;
    std::string heard_ = "nobody";
    Bindings bindings_ = bindings_of(
        operations_of<Parts>(kRows, {heard_}),
        [](std::optional<std::string_view> header) -> Result<Caller> {
            if (!header)
                return fail(Errc::unauthorized);
            Caller caller;
            caller.username = *header;
            return caller;
        }
    );
};

TEST_F(Bound, AnOperationAnswersAValueOrNothing)
{
    EXPECT_EQ(ask("test.open", "1"), value("{}"));
    EXPECT_EQ(ask("test.open", "nothing"), Answer{});
    EXPECT_EQ(heard_, ":nothing");
}

TEST_F(Bound, EachKnowsTheRequestThatHasCausedIt)
{
    for (const std::string pattern : {"test.open", "test.guarded"}) {
        Request request{pattern, "1", {{"authorization", "grace"}}, "k7m2q9-17"};
        loop_.await(bindings_.at(pattern)(std::move(request)), [] {});
        EXPECT_TRUE(heard_.ends_with(":1 of k7m2q9-17")) << heard_;
    }
}

TEST_F(Bound, AGuardedOneIsRunWithAGoodTokenOnly)
{
    EXPECT_EQ(ask("test.guarded", "1"), error_answer(Errc::unauthorized));
    EXPECT_EQ(
        ask("test.guarded", "1",
            {
                {"authorization", ""}
    }),
        error_answer(Errc::unauthorized)
    );
    EXPECT_EQ(heard_, "nobody");
    EXPECT_EQ(
        ask("test.guarded", "1",
            {
                {"authorization", "grace"}
    }),
        value("{}")
    );
    EXPECT_EQ(heard_, "grace:1");
}

TEST_F(Bound, AnOpenOneDoesNotLookAtTheToken)
{
    ask("test.open", "1",
        {
            {"authorization", "garbage"}
    });
    EXPECT_EQ(heard_, ":1");
}

TEST_F(Bound, AFailureIsAnError)
{
    EXPECT_EQ(
        ask("test.open", "no").json,
        R"({"status":403,"data":{"message":"You are not a member of this chat room! Please join it first.","code":"not_member"}})"
    );
    EXPECT_EQ(ask("test.open", "refused"), error_answer(invalid("[1]"))) << "what another service has said";
    EXPECT_THROW(ask("test.open", "away"), Unavailable) << "for the fence of whoever runs it";
}

TEST(APattern, IsAskedForAtTheQueueOfItsFirstWord) { EXPECT_EQ(kOpen.queue(), "test"); }

}  // namespace
}  // namespace wgw::bus
