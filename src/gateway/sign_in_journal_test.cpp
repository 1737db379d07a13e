#include "gateway/sign_in_journal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;
using Why = SignInJournal::Why;

class TheJournal : public testing::Test {
protected:
    SignInJournal::Told fail(std::string_view name, Why why = Why::wrong_password)
    {
        return journal_.failed(name, IpAddress::parse("192.0.2.1"), why, now_);
    }

    /// How many of `times` failures become a line.
    int lines(std::string_view name, int times, Why why = Why::wrong_password)
    {
        int written = 0;
        for (int i = 0; i < times; ++i)
            written += fail(name, why).log ? 1 : 0;
        return written;
    }

    Instant now_{1'000};
    SignInJournal journal_{1'000};
};

TEST_F(TheJournal, KnowsTheLastFailureUntilTheNameSignsIn)
{
    EXPECT_FALSE(journal_.last("grace"));
    fail("grace");
    fail("grace");
    now_ = now_ + 5s;
    fail("grace", Why::throttled);
    const auto last = journal_.last("grace");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->why, Why::throttled);
    EXPECT_EQ(last->at, now_);
    EXPECT_EQ(last->address, IpAddress::parse("192.0.2.1"));
    EXPECT_EQ(last->wrong_passwords, 2);
    journal_.succeeded("grace");
    EXPECT_FALSE(journal_.last("grace"));
}

TEST_F(TheJournal, HasSomeLinesOfANameAndCountsTheRest)
{
    EXPECT_EQ(lines("grace", 100), 3);
    EXPECT_EQ(lines("grace", 100, Why::throttled), 3) << "that she is refused is told, too";
    now_ = now_ + 1min;
    const auto told = fail("grace");
    EXPECT_TRUE(told.log);
    EXPECT_EQ(told.left_out, 97U) << "since the last line, which was of a refusal";
}

TEST_F(TheJournal, HasSomeLinesOfAllNamesTogether)
{
    int written = 0;
    for (int i = 0; i < 5'000; ++i)
        written += lines("user" + std::to_string(i), 1);
    EXPECT_EQ(written, 30);
}

TEST_F(TheJournal, IsNotSilencedByAFloodOfNamesThatNobodyHas)
{
    fail("grace");
    for (int i = 0; i < 5'000; ++i)
        fail("nobody" + std::to_string(i), Why::no_such_user);
    EXPECT_TRUE(fail("grace").log);
    ASSERT_TRUE(journal_.last("grace")) << "names of nobody go first";
    EXPECT_EQ(journal_.last("grace")->wrong_passwords, 2);
}

TEST_F(TheJournal, ForgetsTheOldest)
{
    for (int i = 0; i < 1'500; ++i) {
        now_ = now_ + 1s;
        fail("user" + std::to_string(i));
    }
    EXPECT_FALSE(journal_.last("user0"));
    EXPECT_TRUE(journal_.last("user1499"));
}

}  // namespace
}  // namespace wgw::gateway
