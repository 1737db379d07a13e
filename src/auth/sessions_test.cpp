#include "auth/test_accounts.hpp"
#include "base/all.hpp"

#include <gmock/gmock.h>

namespace wgw::auth {
namespace {

using testing::ElementsAre;

constexpr Timestamp at(std::int64_t ms) { return {1'800'000'000'000 + ms}; }

// The rule of use_pair(), without a store.

struct Step {
    std::int64_t at_ms;
    std::int64_t pair;
    PairUse use;
    std::int64_t newest;  ///< Afterwards.
};

struct Story {
    std::string_view name;
    std::vector<Step> steps;

    friend void PrintTo(const Story& row, std::ostream* out) { *out << row.name; }
};

const Story kStories[] = {
    {"once_each",                   {{0, 1, PairUse::first, 2}, {1, 2, PairUse::first, 3}}                                      },
    {"again_at_29_999_ms",          {{0, 1, PairUse::first, 2}, {29'999, 1, PairUse::retry, 2}}                                 },
    {"again_at_30_000_ms",          {{0, 1, PairUse::first, 2}, {30'000, 1, PairUse::retry, 2}}                                 },
    {"again_at_30_001_ms",          {{0, 1, PairUse::first, 2}, {30'001, 1, PairUse::replay, 2}}                                },
    {"a_retry_starts_no_new_span",
     {{0, 1, PairUse::first, 2}, {20'000, 1, PairUse::retry, 2}, {31'000, 1, PairUse::replay, 2}}                               },
    {"late_behind_its_successor",
     {{0, 1, PairUse::first, 2}, {10, 2, PairUse::first, 3}, {29'000, 1, PairUse::retry, 3}}                                    },
    {"too_late_behind_it",          {{0, 1, PairUse::first, 2}, {20'000, 2, PairUse::first, 3}, {30'001, 1, PairUse::replay, 3}}
    },
    {"its_successor_still_retried",
     {{0, 1, PairUse::first, 2}, {20'000, 2, PairUse::first, 3}, {50'000, 2, PairUse::retry, 3}}                                },
    {"never_used_before_the_first", {{0, 0, PairUse::replay, 1}}                                                                },
    {"newer_than_the_store_knows",  {{0, 7, PairUse::first, 8}, {10, 7, PairUse::retry, 8}, {10, 6, PairUse::replay, 8}}
    },
    {"a_clock_that_was_set_back",   {{90'000, 1, PairUse::first, 2}, {0, 1, PairUse::retry, 2}}                                 },
};

class APairOfTokens : public testing::TestWithParam<Story> {};

TEST_P(APairOfTokens, IsUsed)
{
    SessionRow row;
    for (const auto& step : GetParam().steps) {
        EXPECT_EQ(use_pair(row, step.pair, at(step.at_ms)), step.use) << step.at_ms << " ms";
        EXPECT_EQ(row.pair, step.newest) << step.at_ms << " ms";
    }
}

INSTANTIATE_TEST_SUITE_P(Table, APairOfTokens, testing::ValuesIn(kStories), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(APairOfTokens, RemembersOfItsUsesWhatARetryCanAskFor)
{
    SessionRow row;
    for (int i = 0; i < 100; ++i)
        use_pair(row, row.pair, at(i));
    EXPECT_EQ(std::ranges::count(row.used_at, ','), 15);
    use_pair(row, row.pair, at(40'000));
    EXPECT_EQ(row.used_at, "1800000040000");
}

// With a store.

class ASession : public Accounts {
protected:
    TokenPair grace_ = sign_up("grace.hopper").value();
};

TEST_F(ASession, RemembersWhereItCameFromAndWhen)
{
    clock_.advance(Duration(5'000));
    peer_ = {"192.0.2.2", "another \xff test " + std::string(300, 'x')};
    const auto second = sign_in("grace.hopper").value();
    const auto list = sessions_of(second);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].created_at, at(0));
    EXPECT_EQ(list[0].last_used_at, at(0));
    EXPECT_EQ(list[0].address, "192.0.2.1");
    EXPECT_EQ(list[0].user_agent, "a test");
    EXPECT_FALSE(list[0].current);
    EXPECT_EQ(list[1].created_at, at(5'000));
    EXPECT_EQ(list[1].user_agent.substr(0, 20), "another \xef\xbf\xbd test xxx");
    EXPECT_EQ(list[1].user_agent.size(), kAgentBytes);
    EXPECT_TRUE(list[1].current);
}

TEST_F(ASession, IsCarriedOnByRefreshingWithTheNewestToken)
{
    clock_.advance(Duration(86'400'000));
    peer_.address = "192.0.2.9";
    const auto second = refresh(grace_.refresh);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(caller(*second).ended_by, caller(grace_).ended_by);
    EXPECT_EQ(caller(*second).username, "grace.hopper");
    EXPECT_TRUE(counts(grace_)) << "the first access token lives until it expires";
    const auto list = sessions_of(*second);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].last_used_at, at(86'400'000));
    EXPECT_EQ(list[0].address, "192.0.2.9");
    EXPECT_TRUE(refresh(second->refresh).has_value());
}

TEST_F(ASession, GivesARetryAPairThatIsAsGood)
{
    const auto lost = refresh(grace_.refresh).value();
    clock_.advance(Duration(29'999));
    const auto retry = refresh(grace_.refresh);
    ASSERT_TRUE(retry.has_value());
    EXPECT_NE(retry->access, lost.access);
    EXPECT_TRUE(counts(*retry));
    EXPECT_TRUE(refresh(retry->refresh).has_value());
}

TEST_F(ASession, EndsWhenATokenIsUsedAgainLater)
{
    const auto second = refresh(grace_.refresh).value();
    clock_.advance(Duration(30'001));
    testing::internal::CaptureStderr();
    const auto replay = refresh(grace_.refresh);
    const auto again = refresh(grace_.refresh);
    const auto log = testing::internal::GetCapturedStderr();
    ASSERT_FALSE(replay.has_value());
    EXPECT_EQ(replay.error().code, Errc::token_revoked);
    EXPECT_EQ(again.error().code, Errc::token_revoked);
    EXPECT_EQ(std::ranges::count(log, '\n'), 1) << log;
    EXPECT_THAT(log, testing::HasSubstr(caller(grace_).ended_by.hex()));
    EXPECT_THAT(log, testing::Not(testing::HasSubstr(grace_.refresh)));
    EXPECT_FALSE(counts(grace_));
    EXPECT_FALSE(counts(second));
    EXPECT_EQ(refresh(second.refresh).error().code, Errc::token_revoked);
    EXPECT_TRUE(all_of(*session_rows_).empty());
}

TEST_F(ASession, IsOneSessionWhenTenRefreshAtOnce)
{
    std::vector<Result<TokenPair>> pairs;
    std::vector<Task<>> tasks;
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    const auto one = [](AuthService& service, std::string token, std::vector<Result<TokenPair>>& out) -> Task<> {
        Refresh request{std::move(token)};
        Peer peer;
        out.push_back(co_await service.refresh(std::move(request), std::move(peer)));
    };
    for (int i = 0; i < 10; ++i)
        tasks.push_back(one(auth(), grace_.refresh, pairs));
    const auto together = [](std::vector<Task<>> several) -> Task<> { co_await all(std::move(several)); };
    await(together(std::move(tasks)));
    ASSERT_EQ(pairs.size(), 10U);
    for (const auto& pair : pairs) {
        ASSERT_TRUE(pair.has_value());
        EXPECT_EQ(tokens_.check_refresh(pair->refresh)->pair, 2);
    }
    EXPECT_EQ(sessions_of(grace_).size(), 1U);
    EXPECT_TRUE(refresh(pairs[3]->refresh).has_value());
}

TEST_F(ASession, IsNotCarriedOnByAnythingElse)
{
    const Tokens others({.current = std::string(32, 'x')}, clock_);
    const auto user_id = caller(grace_).user_id;
    struct Row {
        std::string_view name;
        std::string token;
        Errc code;
        std::string_view text;
    };
    const Row rows[] = {
        {"an access token", grace_.access, Errc::unauthorized, "Refresh token type is invalid!"},
        {"the original's access token", original_pair(user_id).access, Errc::unauthorized,
         "Refresh token type is invalid!"},
        {"no token", "x", Errc::unauthorized, "jwt malformed"},
        {"another secret", others.sign(user_id, "grace.hopper").refresh, Errc::unauthorized, "invalid signature"},
        {"a session that never was", tokens_.sign(user_id, "grace.hopper", {ids_.next(), 1}).refresh,
         Errc::token_revoked, "This session has ended. Please sign in again."},
        {"somebody else's session", tokens_.sign(ids_.next(), "eve", {caller(grace_).ended_by, 1}).refresh,
         Errc::token_revoked, "This session has ended. Please sign in again."},
        {"expired", original_token(user_id, 1'800'000'000 - 30 * 86'400, 30 * 86'400), Errc::token_expired,
         "jwt expired"},
    };
    for (const auto& row : rows) {
        const auto answer = refresh(row.token);
        ASSERT_FALSE(answer.has_value()) << row.name;
        EXPECT_EQ(answer.error().code, row.code) << row.name;
        EXPECT_EQ(answer.error().text(), row.text) << row.name;
    }
    EXPECT_TRUE(counts(grace_));
}

TEST_F(ASession, OfTheOriginalIsBegunByItsRefreshTokenOnce)
{
    const auto user_id = caller(grace_).user_id;
    const auto original = original_pair(user_id);
    const auto first = refresh(original.refresh);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(caller(*first).has_session);
    clock_.advance(Duration(29'999));
    const auto retry = refresh(original.refresh);
    ASSERT_TRUE(retry.has_value());
    EXPECT_EQ(caller(*retry).ended_by, caller(*first).ended_by);
    EXPECT_EQ(sessions_of(grace_).size(), 2U);
    EXPECT_TRUE(refresh(retry->refresh).has_value());
    clock_.advance(Duration(2));
    EXPECT_EQ(refresh(original.refresh).error().code, Errc::token_revoked);
    EXPECT_FALSE(counts(*first));
    EXPECT_TRUE(counts(original)) << "its access token is of no session";
    restart();
    EXPECT_EQ(refresh(original.refresh).error().code, Errc::token_revoked) << "also when its row is gone";
    clock_.advance(Duration(29 * 86'400'000LL));
    await(sessions().sweep());
    await(revocations().sweep());
    EXPECT_EQ(refresh(original.refresh).error().code, Errc::token_revoked) << "until it has expired";
}

TEST_F(ASession, IsListedInPagesOldestFirst)
{
    for (int i = 0; i < 4; ++i) {
        clock_.advance(Duration(1'000));
        sign_in("grace.hopper");
    }
    const auto page = [this](SessionPage which) {
        const auto list = await(auth().sessions(caller(grace_), which)).value();
        std::vector<std::int64_t> seconds;
        for (const auto& session : list.items)
            seconds.push_back((session.created_at.unix_ms - at(0).unix_ms) / 1'000);
        return std::pair(seconds, list.more);
    };
    const auto ids = sessions_of(grace_);
    EXPECT_EQ(page({}), std::pair(std::vector<std::int64_t>({0, 1, 2, 3, 4}), false));
    EXPECT_EQ(page({.limit = 2}), std::pair(std::vector<std::int64_t>({3, 4}), true));
    EXPECT_EQ(page({.limit = 2, .before = ids[3]._id}), std::pair(std::vector<std::int64_t>({1, 2}), true));
    EXPECT_EQ(page({.limit = 2, .after = ids[2]._id}), std::pair(std::vector<std::int64_t>({3, 4}), false));
}

TEST_F(ASession, IsOneOfAHundredAtMost)
{
    clock_.advance(Duration(1'000));
    for (std::size_t i = 0; i < kMostSessions; ++i)
        ASSERT_TRUE(sign_in("grace.hopper").has_value());
    EXPECT_FALSE(counts(grace_)) << "the one that was used longest ago makes room";
    EXPECT_EQ(all_of(*session_rows_).size(), kMostSessions);
}

TEST_F(ASession, IsSweptWhenItsLastTokenHasExpired)
{
    clock_.advance(Duration(30 * 86'400'000LL));
    await(sessions().sweep());
    EXPECT_EQ(all_of(*session_rows_).size(), 1U) << "a retry may have been signed a little later";
    clock_.advance(Duration(60'000));
    await(sessions().sweep());
    EXPECT_TRUE(all_of(*session_rows_).empty());
}

TEST_F(ASession, ThatHasEndedIsNotThereAlsoIfItsRowIs)
{
    const auto id = caller(grace_).ended_by;
    auto row = all_of(*session_rows_).at(0);
    await(auth().end_session(caller(grace_), id));
    await(session_rows_->insert(row));  // as if the program had been killed between the two steps
    restart();
    EXPECT_TRUE(sessions_of(grace_).empty());
    EXPECT_EQ(refresh(grace_.refresh).error().code, Errc::token_revoked);
    EXPECT_TRUE(await(auth().end_session(caller(grace_), id)).has_value()) << "it can be ended once more";
    await(session_rows_->insert(row));
    await(sessions().sweep());
    EXPECT_TRUE(all_of(*session_rows_).empty());
}

}  // namespace
}  // namespace wgw::auth
