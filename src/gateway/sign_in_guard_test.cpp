#include "gateway/sign_in_guard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;
using enum SignInGuard::Outcome;

class SigningIn : public testing::Test {
protected:
    using Address = std::optional<IpAddress>;

    /// How long it has to wait; 0: the attempt was made, and has ended so.
    Duration attempt(std::string_view account, std::string_view address, SignInGuard::Outcome outcome)
    {
        auto begun = guard_.begin(account, IpAddress::parse(address), now_);
        if (!begun)
            return begun.error().span;
        begun->end(outcome, now_);
        return 0ms;
    }

    /// How many of `times` failures were attempts at all.
    int guess(std::string_view account, std::string_view address, int times)
    {
        int made = 0;
        for (int i = 0; i < times; ++i)
            made += attempt(account, address, failed) == 0ms ? 1 : 0;
        return made;
    }

    Instant now_{1'000};
    SignInGuard guard_{
        Rate{10,  15min, 10 },
        Rate{200, 1h,    200},
        7, 1'000
    };
};

TEST_F(SigningIn, WaitsAfterTenFailuresAndTwiceAsLongAfterEachMore)
{
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 10);
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s, 900s}) {
        EXPECT_EQ(attempt("grace", "192.0.2.1", right), wait) << "not even with the right password";
        now_ = now_ + wait - 1ms;
        EXPECT_EQ(attempt("grace", "192.0.2.1", failed), 1ms);
        now_ = now_ + 1ms;
        EXPECT_EQ(attempt("grace", "192.0.2.1", failed), 0ms);
    }
    EXPECT_EQ(attempt("alan", "192.0.2.1", right), 0ms);
}

TEST_F(SigningIn, IsForgivenAfterAPeriodInQuiet)
{
    guess("grace", "192.0.2.1", 9);
    now_ = now_ + 15min;
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 10);
    now_ = now_ + 1s + 15min;
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 10);
}

TEST_F(SigningIn, BeginsAnewWithTheRightPassword)
{
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(guess("grace", "192.0.2.1", 9), 9);
        EXPECT_EQ(attempt("grace", "192.0.2.1", right), 0ms);
    }
}

TEST_F(SigningIn, IsHeldBackAlsoFromManyNetworks)
{
    int made = 0;
    for (int i = 0; i < 50; ++i)
        made += guess("grace", "192.0." + std::to_string(i) + ".1", 20);
    EXPECT_EQ(made, 10);
}

TEST_F(SigningIn, CountsTheNeighboursOfANetworkTogether)
{
    EXPECT_EQ(guess("grace", "2001:db8:1:2::1", 5) + guess("grace", "2001:db8:1:2:ffff::1", 20), 10);
    EXPECT_EQ(attempt("alan", "2001:db8:1:2::1", right), 0ms);
}

TEST_F(SigningIn, DoesNotKeepTheOwnerOutWhenOthersGuess)
{
    EXPECT_EQ(attempt("grace", "192.0.2.1", right), 0ms);
    for (int i = 0; i < 50; ++i)
        guess("grace", "198.51." + std::to_string(i) + ".1", 20);
    EXPECT_GT(attempt("grace", "203.0.113.1", right), 0ms) << "from where nobody has signed in";
    EXPECT_EQ(attempt("grace", "192.0.2.99", right), 0ms) << "from the owner's network";
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 10) << "which has a counter of its own";
}

TEST_F(SigningIn, KnowsANetworkFromTheMomentAtWhichTheAccountWasMade)
{
    guard_.remember("grace", IpAddress::parse("192.0.2.1"), now_);
    guess("grace", "198.51.100.1", 20);
    EXPECT_EQ(attempt("grace", "192.0.2.1", right), 0ms);
}

TEST_F(SigningIn, GainsNothingFromManyAttemptsAtOnce)
{
    std::vector<SignInGuard::Attempt> under_way;
    while (auto begun = guard_.begin("grace", IpAddress::parse("192.0.2.1"), now_))
        under_way.push_back(*std::move(begun));
    EXPECT_EQ(under_way.size(), 10U);
    for (auto& one : under_way)
        one.end(failed, now_);
    EXPECT_EQ(attempt("grace", "192.0.2.1", failed), 1s);
    now_ = now_ + 1s;
    auto begun = guard_.begin("grace", IpAddress::parse("192.0.2.1"), now_);
    EXPECT_TRUE(begun);
    EXPECT_FALSE(guard_.begin("grace", IpAddress::parse("192.0.2.1"), now_)) << "one by one from now on";
}

TEST_F(SigningIn, IsNoAttemptWhereNobodyLookedAtThePassword)
{
    for (int i = 0; i < 300; ++i)
        EXPECT_TRUE(guard_.begin("grace", IpAddress::parse("192.0.2.1"), now_));
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 10);
}

TEST_F(SigningIn, IsHeldBackByAddressWhateverTheAccount)
{
    const auto guess_of = [this](int i, std::string_view address) {
        return attempt("user" + std::to_string(i), address, failed);
    };
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(guess_of(i, "192.0.2.1"), 0ms);
    EXPECT_EQ(guess_of(200, "192.0.2.1"), 18s);
    EXPECT_EQ(guess_of(200, "192.0.2.2"), 0ms);
    now_ = now_ + 18s;
    EXPECT_EQ(attempt("alan", "192.0.2.1", right), 0ms);
    EXPECT_EQ(attempt("alan", "192.0.2.1", right), 0ms) << "the right password costs nothing";
}

TEST_F(SigningIn, CountsAccountsWhereAddressesAreNotCounted)
{
    EXPECT_EQ(guess("grace", "", 20), 10);
    EXPECT_EQ(attempt("alan", "", right), 0ms);
    for (int i = 0; i < 300; ++i)
        EXPECT_EQ(attempt("user" + std::to_string(i), "", failed), 0ms);
}

TEST_F(SigningIn, RemembersSoManyAndNoMore)
{
    guess("grace", "192.0.2.1", 11);
    for (int i = 0; i < 20'000; ++i)
        attempt("user" + std::to_string(i), "", failed);
    EXPECT_GT(attempt("grace", "198.51.100.1", failed), 0ms) << "those with the fewest failures were forgotten";
}

TEST_F(SigningIn, ThatIsRefusedCanBeSeenWithItsReason)
{
    EXPECT_EQ(guard_.look("grace", now_).failed, 0);
    guess("grace", "192.0.2.1", 4);
    guess("grace", "198.51.100.7", 5);
    const auto before = guard_.look("grace", now_);
    EXPECT_EQ(before.failed, 9);
    EXPECT_FALSE(before.refused_until);
    now_ = now_ + 10s;
    guess("grace", "198.51.100.8", 1);
    const auto since = now_;
    now_ = now_ + 1s;
    guess("grace", "198.51.100.8", 1);
    const auto look = guard_.look("grace", now_);
    EXPECT_EQ(look.failed, 11);
    EXPECT_EQ(look.refused_since, since);
    EXPECT_EQ(look.refused_until, now_ + 2s);
    ASSERT_EQ(look.networks.size(), 2U);
    EXPECT_EQ(look.networks[0].first.text(), "198.51.100.0");
    EXPECT_EQ(look.networks[0].failed, 7);
    EXPECT_EQ(look.networks[1].first.text(), "192.0.2.0");
    EXPECT_FALSE(look.networks[1].refused_until);
    EXPECT_EQ(guard_.look("alan", now_).failed, 0);
    EXPECT_EQ(guard_.look("grace", now_ + 2s + 15min).failed, 0) << "as it is forgiven";
}

TEST_F(SigningIn, OfAnOwnersNetworkIsSeenApart)
{
    attempt("grace", "192.0.2.1", right);
    guess("grace", "192.0.2.1", 20);
    const auto look = guard_.look("grace", now_);
    EXPECT_EQ(look.failed, 0);
    EXPECT_FALSE(look.refused_until);
    ASSERT_EQ(look.networks.size(), 1U);
    EXPECT_EQ(look.networks[0].refused_until, now_ + 1s);
}

TEST_F(SigningIn, IsPossibleAtOnceWhenItsFailuresAreForgotten)
{
    guess("alan", "192.0.2.1", 20);
    guess("grace", "192.0.2.1", 20);
    auto under_way = guard_.begin("grace", IpAddress::parse("192.0.2.1"), now_ + 1s);
    guard_.forget("grace");
    EXPECT_EQ(guard_.look("grace", now_).failed, 0);
    EXPECT_EQ(attempt("grace", "192.0.2.1", failed), 0ms);
    under_way->end(failed, now_);
    EXPECT_EQ(guess("grace", "192.0.2.1", 20), 8);
    EXPECT_GT(attempt("alan", "192.0.2.1", right), 0ms);
}

TEST_F(SigningIn, IsNotHeldBackWhereTheLimitsAreLifted)
{
    SignInGuard guard({}, {}, 7);
    for (int i = 0; i < 100; ++i) {
        auto begun = guard.begin("grace", IpAddress::parse("192.0.2.1"), now_);
        ASSERT_TRUE(begun);
        begun->end(failed, now_);
    }
}

}  // namespace
}  // namespace wgw::gateway
