#include "model/errc.hpp"
#include "model/result.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(TheTableOfErrors, HasANameAStatusAndASentenceOfEach)
{
    for (int i = 0; i <= static_cast<int>(Errc::draining); ++i) {
        const auto& entry = row(static_cast<Errc>(i));
        EXPECT_FALSE(entry.name.empty());
        EXPECT_FALSE(entry.sentence.empty());
        EXPECT_GE(entry.status, 400);
        // What is over soon says when to come again: an answer of 503 without that is repeated at once, by everybody.
        EXPECT_EQ(entry.retry_after_ms, entry.status == 503 ? 1'000 : 0) << entry.name;
    }
}

TEST(AFailure, HasWhatItsCodeSaysUnlessItKnowsBetter)
{
    Failure failure = Errc::unavailable;
    EXPECT_EQ(failure.text(), "Oops! Something unexpected occurred.");
    EXPECT_EQ(failure.http_status(), 503);
    EXPECT_EQ(failure.retry_after_ms, 1'000);
    failure = {Errc::unauthorized, "Username or password is wrong!"};
    failure.status = 400;
    EXPECT_EQ(failure.text(), "Username or password is wrong!");
    EXPECT_EQ(failure.http_status(), 400);
    EXPECT_EQ(failure.retry_after_ms, 0);
}

}  // namespace
}  // namespace wgw
