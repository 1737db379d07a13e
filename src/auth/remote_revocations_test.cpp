#include "auth/remote_revocations.hpp"
#include "auth/test_accounts.hpp"
#include "base/all.hpp"
#include "bus/test_recording_calls.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace wgw::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Id id_of(unsigned number)
{
    Id id;
    id.bytes.at(10) = static_cast<std::uint8_t>(number >> 8);
    id.bytes.at(11) = static_cast<std::uint8_t>(number);
    return id;
}

Revocation row_of(Id id) { return {id, "token", id_of(7), {}, {}, {}, Timestamp{1'800'000'000'000}}; }

Caller of_session(Id session, UserId user = id_of(7))
{
    Caller caller;
    caller.user_id = user;
    caller.ended_by = session;
    caller.has_session = true;
    return caller;
}

std::string listed(const std::vector<Id>& ids)
{
    std::string out = "[";
    for (const auto& id : ids)
        out.append(out.size() > 1 ? "," : "").append(to_json(row_of(id)));
    return out + "]";
}

class TheListOfAnotherProcess : public Accounts {
protected:
    TheListOfAnotherProcess()
    {
        list_.set_listener([this](UserId user_id) { told_.push_back(user_id); });
    }

    void serve()
    {
        calls_.queues["auth"] = bus::bindings_of(revocation_operations(*revocation_rows_), [](auto) -> Result<Caller> {
            ADD_FAILURE() << "nobody needs a token for it";
            return fail(Errc::internal);
        });
    }
    void answer(std::string json) { calls_.answers.push_back(bus::value(std::move(json))); }

    bus::RecordingCalls calls_;
    RemoteRevocations list_{calls_};
    std::vector<UserId> told_;
};

TEST_F(TheListOfAnotherProcess, SaysWhatThatOneSays)
{
    serve();
    const auto user = ids_.next();
    const auto session = ids_.next();
    const auto kept = ids_.next();
    await(revocations().revoke(session, user, clock_.now()));
    await(revocations().revoke_older(user, kept));
    const auto other = ids_.next();
    await(revocations().set_disabled(other, true));
    await(list_.refresh());
    EXPECT_EQ(list_.size(), 3U);
    Caller old = of_session(ids_.next(), user);
    old.has_session = false;
    old.issued_s = clock_.now().unix_ms / 1'000;
    Caller spared = old;
    spared.ended_by = kept;
    for (const auto& caller :
         {of_session(session), of_session(ids_.next(), user), of_session(ids_.next(), other), old, spared})
        EXPECT_EQ(list_.is_revoked(caller), revocations().is_revoked(caller)) << caller.ended_by.hex();
    EXPECT_TRUE(list_.is_revoked(of_session(session)));
    EXPECT_TRUE(list_.is_disabled(other));
    EXPECT_EQ(told_.size(), 3U);
    await(list_.refresh());
    EXPECT_EQ(told_.size(), 3U) << "nothing new was said";
}

TEST_F(TheListOfAnotherProcess, IsReadHoweverLongItIs)
{
    serve();
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    const auto revoke = [](LocalRevocations& list, Id what) -> Task<> { co_await list.revoke(what, UserId(), {}); };
    const auto together = [](std::vector<Task<>> several) -> Task<> { co_await all(std::move(several)); };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 1'001; ++i)
        tasks.push_back(revoke(revocations(), ids_.next()));
    await(together(std::move(tasks)));
    await(list_.refresh());
    EXPECT_EQ(list_.size(), 1'001U);
    EXPECT_EQ(calls_.asked.size(), 3U);
}

TEST_F(TheListOfAnotherProcess, IsAskedForPageByPageFromTheFirst)
{
    answer(listed({id_of(1), id_of(2)}));
    answer("[]");
    await(list_.refresh());
    ASSERT_EQ(calls_.asked.size(), 2U);
    EXPECT_EQ(calls_.asked.at(0).queue, "auth");
    EXPECT_EQ(calls_.asked.at(0).request.pattern, "auth.revocation.find_all");
    EXPECT_EQ(calls_.asked.at(0).request.data, R"({"after":"000000000000000000000000"})");
    EXPECT_EQ(calls_.asked.at(1).request.data, R"({"after":"000000000000000000000002"})");
    EXPECT_EQ(calls_.asked.at(0).request.header("authorization"), "");
    EXPECT_TRUE(list_.is_revoked(of_session(id_of(2))));
}

TEST_F(TheListOfAnotherProcess, BelievesNothingOfAWrongPage)
{
    std::vector<Id> huge;
    for (unsigned i = 1; i <= 1'001; ++i)
        huge.push_back(id_of(i));
    const std::vector<std::string> wrong{
        "null",
        "7",
        R"({"0":1})",
        "[null]",
        R"([{"_id":"x"}])",
        listed({id_of(1), id_of(1)}),
        listed({id_of(2), id_of(1)}),
        listed({id_of(1), Id()}),
        listed(huge),
        listed({id_of(1)}).insert(1, "7,"),
        listed({id_of(1)}).insert(listed({id_of(1)}).size() - 1, ",7"),
    };
    list_.hear(row_of(id_of(900)));
    told_.clear();
    for (const auto& json : wrong) {
        answer(json);
        EXPECT_THROW(await(list_.refresh()), std::runtime_error) << json.substr(0, 200);
        EXPECT_EQ(list_.size(), 1U) << json.substr(0, 200);
    }
    EXPECT_TRUE(list_.is_revoked(of_session(id_of(900)))) << "what was known is known";
    EXPECT_THAT(told_, IsEmpty());
}

TEST_F(TheListOfAnotherProcess, IsEmptyWhereTheOriginalAnswers)
{
    await(list_.refresh());
    EXPECT_EQ(list_.size(), 0U) << "it knows no such pattern, and revokes nothing";
}

TEST_F(TheListOfAnotherProcess, KeepsWhatItKnowsWhileNobodyAnswers)
{
    list_.hear(row_of(id_of(1)));
    calls_.away = true;
    EXPECT_THROW(await(list_.refresh()), Unavailable);
    calls_.away = false;
    calls_.answers.push_back(bus::error_answer(Errc::internal));
    EXPECT_THROW(await(list_.refresh()), Refused);
    EXPECT_TRUE(list_.is_revoked(of_session(id_of(1))));
}

TEST_F(TheListOfAnotherProcess, TellsOfARowOnce)
{
    list_.hear(row_of(id_of(1)));
    list_.hear(row_of(id_of(1)));
    Revocation user = row_of(id_of(7));
    user.kind = "user";
    user.disabled = true;
    list_.hear(user);
    list_.hear(user);
    user.disabled = false;
    list_.hear(user);
    EXPECT_THAT(told_, ElementsAre(id_of(7), id_of(7), id_of(7)));
    EXPECT_FALSE(list_.is_disabled(id_of(7)));
}

}  // namespace
}  // namespace wgw::auth
