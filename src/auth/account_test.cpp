#include "auth/test_accounts.hpp"

#include <gmock/gmock.h>

namespace wgw::auth {
namespace {

constexpr std::string_view kRevoked = "This session has ended. Please sign in again.";

class AnAccount : public Accounts {
protected:
    Result<void> sign_out(const TokenPair& pair, bool everywhere = false)
    {
        return await(auth().sign_out(caller(pair), {everywhere}));
    }

    Result<void> change_password(const TokenPair& pair, std::string password, std::string new_password)
    {
        return await(auth().change_password(caller(pair), {std::move(password), std::move(new_password)}));
    }

    TokenPair grace_ = sign_up("grace.hopper").value();
    TokenPair second_ = sign_in("grace.hopper").value();
    TokenPair alan_ = sign_up("alan.turing").value();
    const UserId user_ = caller(grace_).user_id;
};

TEST_F(AnAccount, IsSignedOutOfOneSession)
{
    ASSERT_TRUE(sign_out(grace_).has_value());
    EXPECT_FALSE(counts(grace_));
    EXPECT_EQ(refresh(grace_.refresh).error().text(), kRevoked);
    EXPECT_TRUE(counts(second_));
    EXPECT_EQ(sessions_of(second_).size(), 1U);
    restart();
    EXPECT_FALSE(counts(grace_));
}

TEST_F(AnAccount, IsSignedOutEverywhere)
{
    const auto original = original_pair(user_);
    ASSERT_TRUE(sign_out(grace_, true).has_value());
    for (const auto& pair : {grace_, second_, original}) {
        EXPECT_FALSE(counts(pair));
        EXPECT_EQ(refresh(pair.refresh).error().text(), kRevoked);
    }
    EXPECT_TRUE(counts(alan_));
    EXPECT_TRUE(counts(sign_in("grace.hopper").value())) << "in the same second";
}

TEST_F(AnAccount, IsSignedOutWithATokenOfTheOriginalThatNamesNoSession)
{
    const auto original = original_pair(user_);
    clock_.advance(Duration(1'000));
    const auto later = original_pair(user_);
    ASSERT_TRUE(sign_out(original).has_value());
    EXPECT_FALSE(counts(original));
    EXPECT_TRUE(counts(later));
    EXPECT_TRUE(counts(grace_));
    clock_.advance(Duration(8 * 86'400'000LL));
    await(revocations().sweep());
    EXPECT_EQ(revocations().size(), 0U);
}

TEST_F(AnAccount, IsSignedOutAlsoIfTheStoreDoesNotKnowTheSession)
{
    const auto lost = tokens_.sign(user_, "grace.hopper", {ids_.next(), 3});  // as behind an old backup
    EXPECT_TRUE(counts(lost));
    ASSERT_TRUE(sign_out(lost).has_value());
    EXPECT_FALSE(counts(lost));
}

TEST_F(AnAccount, KnowsWhatHasEndedASessionAndWhen)
{
    const auto why = [this](const TokenPair& pair) { return await(revocations().why_revoked(caller(pair))); };
    EXPECT_FALSE(why(grace_));
    ASSERT_TRUE(sign_out(grace_).has_value());
    const auto at = clock_.now();
    const auto original = original_pair(user_);
    clock_.advance(Duration(5'000));
    ASSERT_TRUE(sign_out(second_, true).has_value());
    await(auth().set_disabled(caller(alan_).user_id, true));
    restart();
    ASSERT_TRUE(why(grace_));
    EXPECT_EQ(why(grace_)->what, WhyRevoked::What::session);
    EXPECT_EQ(why(grace_)->cause, Cause::signed_out);
    EXPECT_EQ(why(grace_)->at, at);
    EXPECT_EQ(why(second_)->cause, Cause::signed_out_everywhere);
    EXPECT_EQ(why(original)->what, WhyRevoked::What::older);
    EXPECT_EQ(why(original)->at, Timestamp{at.unix_ms + 5'000});
    EXPECT_EQ(why(alan_)->cause, Cause::disabled);
    EXPECT_EQ(words(why(grace_)->cause), "signed out");
}

TEST_F(AnAccount, EndsOneOfItsSessionsAndNobodyElses)
{
    const auto end = [this](const TokenPair& pair, Id id) { return await(auth().end_session(caller(pair), id)); };
    const auto grace_session = caller(grace_).ended_by;
    EXPECT_EQ(end(alan_, grace_session).error().http_status(), 404);
    EXPECT_EQ(end(alan_, ids_.next()).error().text(), "Session is not found!");
    EXPECT_TRUE(counts(grace_));
    EXPECT_TRUE(end(second_, grace_session).has_value());
    EXPECT_FALSE(counts(grace_));
    EXPECT_EQ(end(second_, grace_session).error().http_status(), 404);
}

TEST_F(AnAccount, WithANewPasswordKeepsTheSessionThatChangedIt)
{
    const auto original = original_pair(user_);
    clock_.advance(Duration(1'000));
    ASSERT_TRUE(change_password(grace_, "cobol1959", "flowmatic1955").has_value());
    EXPECT_TRUE(counts(grace_));
    EXPECT_FALSE(counts(second_));
    EXPECT_FALSE(counts(original));
    EXPECT_TRUE(counts(alan_));
    EXPECT_TRUE(refresh(grace_.refresh).has_value());
    EXPECT_EQ(sign_in("grace.hopper").error().text(), "Username or password is wrong!");
    EXPECT_TRUE(sign_in("grace.hopper", "flowmatic1955").has_value());
}

TEST_F(AnAccount, WithANewPasswordKeepsTheTokenOfTheOriginalThatChangedIt)
{
    const auto original = original_pair(user_);
    ASSERT_TRUE(change_password(original, "cobol1959", "flowmatic1955").has_value());
    EXPECT_TRUE(counts(original));
    EXPECT_FALSE(counts(grace_));
    EXPECT_EQ(refresh(original.refresh).error().text(), kRevoked);
}

TEST_F(AnAccount, KeepsItsPasswordIfTheOldOneIsWrong)
{
    const auto refused = change_password(grace_, "wrong-pass", "flowmatic1955");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().http_status(), 400);
    EXPECT_EQ(refused.error().text(), "Username or password is wrong!");
    EXPECT_TRUE(counts(second_));
    EXPECT_TRUE(sign_in("grace.hopper").has_value());
}

TEST_F(AnAccount, WithoutAPasswordIsToldToResetIt)
{
    const auto imported = import("imported.user", std::nullopt);
    const auto refused = change_password(original_pair(imported), "cobol1959", "flowmatic1955");
    EXPECT_EQ(refused.error().http_status(), 404);
    EXPECT_EQ(refused.error().text(), "Please reset your password!");
}

TEST_F(AnAccount, IsGivenAPasswordByTheOperator)
{
    const auto reset = [this](UserId user_id, std::string password) {
        return await(auth().reset_password(user_id, std::move(password)));
    };
    ASSERT_TRUE(reset(user_, "flowmatic1955").has_value());
    EXPECT_FALSE(counts(grace_));
    EXPECT_FALSE(counts(second_));
    EXPECT_TRUE(sign_in("grace.hopper", "flowmatic1955").has_value());
    EXPECT_FALSE(sign_in("grace.hopper").has_value());

    const auto imported = import("imported.user", std::nullopt);
    ASSERT_TRUE(reset(imported, "flowmatic1955").has_value());
    EXPECT_TRUE(sign_in("imported.user", "flowmatic1955").has_value());

    EXPECT_EQ(reset(ids_.next(), "flowmatic1955").error().code, Errc::not_found);
    EXPECT_EQ(reset(user_, "short").error().code, Errc::validation_failed);
    EXPECT_EQ(reset(user_, std::string(129, 'x')).error().code, Errc::validation_failed);
    EXPECT_TRUE(sign_in("grace.hopper", "flowmatic1955").has_value());
}

TEST_F(AnAccount, ThatIsDisabledIsShutAndOpensAnewWithoutItsSessions)
{
    const auto original = original_pair(user_);
    ASSERT_TRUE(await(auth().set_disabled(user_, true)).has_value());
    EXPECT_TRUE(await(auth().is_disabled(user_)));
    for (const auto& pair : {grace_, second_, original}) {
        EXPECT_FALSE(counts(pair));
        EXPECT_EQ(refresh(pair.refresh).error().text(), kRevoked);
    }
    const auto refused = sign_in("grace.hopper");
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_EQ(refused.error().http_status(), 403);
    EXPECT_EQ(sign_in("grace.hopper", "wrong-pass").error().http_status(), 400) << "only who has the password is told";
    EXPECT_TRUE(counts(alan_));
    restart();
    EXPECT_EQ(sign_in("grace.hopper").error().code, Errc::forbidden);

    ASSERT_TRUE(await(auth().set_disabled(user_, false)).has_value());
    for (const auto& pair : {grace_, second_, original})
        EXPECT_FALSE(counts(pair));
    EXPECT_TRUE(sign_in("grace.hopper").has_value());
    EXPECT_EQ(await(auth().set_disabled(ids_.next(), true)).error().code, Errc::not_found);
}

TEST_F(AnAccount, EndsSessionsThatDisablingLeftWhenItIsEnabled)
{
    await(revocations().set_disabled(user_, true));  // and killed before the sessions were ended
    restart();
    await(auth().set_disabled(user_, false));
    EXPECT_FALSE(counts(grace_));
    EXPECT_TRUE(all_of(*session_rows_).size() == 1) << "alan's";
}

TEST_F(AnAccount, IsNotEnteredWithAPasswordThatWasChangedWhileItWasChecked)
{
    // Both are under way at once: whichever is first, no session of the old password is left.
    std::optional<Result<TokenPair>> entered;
    const auto both = [this, &entered]() -> void {
        TaskScope tasks([](std::exception_ptr) { FAIL(); });
        // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
        const auto enter = [](AuthService& service, std::optional<Result<TokenPair>>& out) -> Task<> {
            SignIn request{"grace.hopper", "cobol1959"};
            Peer peer;
            out = co_await service.sign_in(std::move(request), std::move(peer));
        };
        tasks.spawn(enter(auth(), entered));
        await(auth().reset_password(user_, "flowmatic1955"));
        while (tasks.running() > 0) {
            passwords_.flush();
            writer_.flush();
            readers_.flush();
            loop_.run_one();
        }
    };
    both();
    ASSERT_TRUE(entered.has_value());
    if (entered->has_value())
        EXPECT_FALSE(counts(**entered));
    else
        EXPECT_EQ(entered->error().http_status(), 400);
    for (const auto& document : all_of(*session_rows_))
        EXPECT_NE(std::get<Id>(document.values.at(0)), user_);
}

}  // namespace
}  // namespace wgw::auth
