#include "auth/test_accounts.hpp"
#include "base/all.hpp"

#include <gmock/gmock.h>

namespace wgw::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ARevocation : public Accounts {
protected:
    ARevocation() { listen(); }

    void listen()
    {
        revocations().set_listener([this](UserId user_id) { told_.push_back(user_id); });
    }

    Caller of_session(Id session) const
    {
        Caller caller;
        caller.user_id = user_;
        caller.ended_by = session;
        caller.has_session = true;
        return caller;
    }

    Caller of_token(Id token, std::optional<std::int64_t> issued_s) const
    {
        Caller caller = of_session(token);
        caller.has_session = false;
        caller.issued_s = issued_s;
        return caller;
    }

    const UserId user_ = ids_.next();
    const Id one_ = ids_.next();
    const Id two_ = ids_.next();
    const std::int64_t now_s_ = 1'800'000'000;
    std::vector<UserId> told_;
};

TEST_F(ARevocation, EndsOneSessionOrTokenAndTellsItOnce)
{
    EXPECT_FALSE(revocations().is_revoked(of_session(one_)));
    EXPECT_TRUE(await(revocations().revoke(one_, user_, clock_.now())));
    EXPECT_TRUE(revocations().is_revoked(of_session(one_)));
    EXPECT_FALSE(revocations().is_revoked(of_session(two_)));
    EXPECT_FALSE(await(revocations().revoke(one_, user_, clock_.now())));
    EXPECT_THAT(told_, ElementsAre(user_));
}

TEST_F(ARevocation, SurvivesARestart)
{
    await(revocations().revoke(one_, user_, clock_.now()));
    const auto other = ids_.next();
    await(revocations().set_disabled(other, true));
    restart();
    EXPECT_TRUE(revocations().is_revoked(of_session(one_)));
    EXPECT_FALSE(revocations().is_revoked(of_session(two_)));
    EXPECT_TRUE(revocations().is_disabled(other));
}

TEST_F(ARevocation, IsReadAtTheStartHoweverManyThereAre)
{
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    const auto revoke = [](LocalRevocations& list, Id what) -> Task<> { co_await list.revoke(what, UserId(), {}); };
    const auto together = [](std::vector<Task<>> several) -> Task<> { co_await all(std::move(several)); };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 1'001; ++i)
        tasks.push_back(revoke(revocations(), ids_.next()));
    await(together(std::move(tasks)));
    restart();
    EXPECT_EQ(revocations().size(), 1'001U);
}

TEST_F(ARevocation, IsSweptWhenTheTokensHaveExpiredAndNotBefore)
{
    await(revocations().revoke(one_, user_, Timestamp{clock_.now().unix_ms + 5'000}));
    await(revocations().revoke(two_, user_, {}));
    clock_.advance(Duration(64'999));
    await(revocations().sweep());
    EXPECT_EQ(revocations().size(), 2U);
    clock_.advance(Duration(1));
    await(revocations().sweep());
    EXPECT_EQ(revocations().size(), 1U) << "the token that never expires stays";
    EXPECT_EQ(all_of(*revocation_rows_).size(), 1U);
    EXPECT_TRUE(revocations().is_revoked(of_session(two_)));
}

TEST_F(ARevocation, OfOlderTokensSparesSessionsNewerOnesAndTheOneThatIsKept)
{
    await(revocations().revoke_older(user_, two_));
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, now_s_ - 1)));
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, now_s_))) << "it cannot say in which half of the second";
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, {}))) << "it does not say when";
    EXPECT_FALSE(revocations().is_revoked(of_token(one_, now_s_ + 1)));
    EXPECT_FALSE(revocations().is_revoked(of_token(two_, now_s_ - 1)));
    EXPECT_FALSE(revocations().is_revoked(of_session(one_)));
    auto other = of_token(one_, now_s_ - 1);
    other.user_id = ids_.next();
    EXPECT_FALSE(revocations().is_revoked(other));
    EXPECT_THAT(told_, ElementsAre(user_));
}

TEST_F(ARevocation, OfADisabledUserIsOfAllTokensAndOfOldOnesForEver)
{
    await(revocations().set_disabled(user_, true));
    EXPECT_TRUE(revocations().is_revoked(of_session(one_)));
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, now_s_ + 1)));
    await(revocations().set_disabled(user_, false));
    EXPECT_FALSE(revocations().is_revoked(of_session(one_)));
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, now_s_)));
    EXPECT_FALSE(revocations().is_revoked(of_token(one_, now_s_ + 1)));
    restart();
    EXPECT_FALSE(revocations().is_disabled(user_));
    EXPECT_TRUE(revocations().is_revoked(of_token(one_, now_s_)));
    EXPECT_EQ(all_of(*revocation_rows_).size(), 1U) << "one row per user";
}

TEST_F(ARevocation, ThatIsNotStoredIsNotTold)
{
    writer_.stop();
    EXPECT_THROW(await(revocations().revoke(one_, user_, {})), store::Full);
    EXPECT_FALSE(revocations().is_revoked(of_session(one_)));
    EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace wgw::auth
