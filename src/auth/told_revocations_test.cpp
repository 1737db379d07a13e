#include "auth/test_accounts.hpp"
#include "auth/told_revocations.hpp"
#include "base/task_scope.hpp"

#include <gmock/gmock.h>

namespace wgw::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr bus::Pattern kOurs{"auth.session.end", false, false};
constexpr bus::Pattern kRecorded{"auth.sign_in", false, true};

class TheTrail : public Accounts {
protected:
    Revocation row(Id what) { return {what, "token", user_, {}, {}, {}, clock_.now()}; }

    /// An operation that revokes `what`, and then is answered.
    bus::Operations operations(bus::Pattern pattern)
    {
        const auto run = [this](bus::Request, Caller) -> Task<Result<bus::Answer>> {
            trail_.add(row(one_));
            co_return bus::Answer{};
        };
        return {
            {pattern, run}
        };
    }
    std::string header_of(bus::Pattern pattern)
    {
        const auto services = bus::make_local_services(telling(operations(pattern), trail_));
        const auto answer = await(services->ask(pattern, "{}", {}));
        return std::string(bus::header_of(answer->headers, kRevokedHeader));
    }

    const UserId user_ = ids_.next();
    const Id one_ = ids_.next();
    RevocationTrail trail_;
};

TEST_F(TheTrail, HasWhatWasAddedBehindAMoment)
{
    EXPECT_EQ(trail_.since(0), "");
    trail_.add(row(one_));
    const auto before = trail_.count();
    EXPECT_EQ(trail_.since(before), "");
    const Id two = ids_.next();
    trail_.add(row(two));
    EXPECT_EQ(trail_.since(before), "[" + to_json(row(two)) + "]");
    EXPECT_EQ(trail_.since(0), "[" + to_json(row(one_)) + "," + to_json(row(two)) + "]");
}

TEST_F(TheTrail, KeepsSoManyAndNoMore)
{
    for (std::size_t i = 0; i < 2 * RevocationTrail::kMost; ++i)
        trail_.add(row(one_));
    const std::string rows = trail_.since(0);
    auto elements = JsonValue(rows).elements();
    std::size_t count = 0;
    while (elements.next())
        ++count;
    EXPECT_EQ(count, RevocationTrail::kMost);
}

TEST_F(TheTrail, GoesAlongWithTheAnswersOfOurOwnOperations)
{
    trail_.add(row(ids_.next()));
    EXPECT_EQ(header_of(kOurs), "[" + to_json(row(one_)) + "]");
    EXPECT_EQ(header_of(kRecorded), "") << "what is recorded stays as it is";
}

TEST_F(TheTrail, IsHeardBeforeTheAnswerIs)
{
    RevocationList heard;
    std::vector<UserId> told;
    heard.set_listener([&](UserId user) { told.push_back(user); });
    HearingServices services(bus::make_local_services(telling(operations(kOurs), trail_)), heard);
    Caller caller;
    caller.user_id = user_;
    caller.ended_by = one_;
    EXPECT_FALSE(heard.is_revoked(caller));
    EXPECT_TRUE(await(services.ask(kOurs, "{}", {})).has_value());
    EXPECT_TRUE(heard.is_revoked(caller));
    EXPECT_THAT(told, ElementsAre(user_));
}

TEST_F(TheTrail, IsNotHeardOfAUserWhoseRowMayBeNewerByNow)
{
    const auto run = [this](bus::Request, Caller) -> Task<Result<bus::Answer>> {
        trail_.add({user_, "user", user_, {}, {}, true, {}});
        co_return bus::Answer{};
    };
    RevocationList heard;
    HearingServices services(
        bus::make_local_services(telling(
            {
                {kOurs, run}
    },
            trail_
        )),
        heard
    );
    EXPECT_TRUE(await(services.ask(kOurs, "{}", {})).has_value());
    EXPECT_FALSE(heard.is_disabled(user_));
}

TEST_F(TheTrail, IsPassedOverWhereItIsNoneOfOurs)
{
    for (const std::string rows : {"nonsense", "{}", "[1]", R"([{"kind":1}])"}) {
        const auto run = [&rows](bus::Request, Caller) -> Task<Result<bus::Answer>> {
            bus::Answer answer;
            answer.headers.push_back({std::string(kRevokedHeader), rows});
            co_return answer;
        };
        RevocationList heard;
        HearingServices services(
            bus::make_local_services({
                {kOurs, run}
        }),
            heard
        );
        EXPECT_TRUE(await(services.ask(kOurs, "{}", {})).has_value()) << rows;
        EXPECT_EQ(heard.size(), 0U) << rows;
    }
}

}  // namespace
}  // namespace wgw::auth
