#include "base/test_loop.hpp"
#include "bus/test_recording_calls.hpp"
#include "user/operations.hpp"
#include "user/remote.hpp"
#include "user/test_users.hpp"

#include <gtest/gtest.h>

namespace wgw::user {
namespace {

using Kind = bus::Answer::Kind;

constexpr std::string_view kGrace =
    R"({"first_name":"Grace","last_name":null,"username":"grace.hopper","_id":"65f000000000000000000001",)"
    R"("created_at":"2026-11-22T13:05:38.051Z","updated_at":"2026-11-22T13:05:38.051Z","__v":0,"role":"admin"})";
const UserId kId = *Id::parse("65f000000000000000000001");

class RemoteUsers : public testing::Test {
protected:
    RemoteUsers()
    {
        calls_.queues["user"] =
            bus::bindings_of(operations(here_, ids_, limits_), [this](std::optional<std::string_view> header) {
                return tokens_.check_authorization(header);
            });
    }

    template <class T>
    T await(Task<T> task)
    {
        return loop_.await(std::move(task), [] {});
    }
    void answer(Kind kind, std::string_view json = {}) { calls_.answers.push_back({kind, std::string(json), {}}); }
    const bus::Request& asked(std::size_t number = 0) { return calls_.asked.at(number).request; }

    TestLoop loop_;
    ManualClock clock_{Timestamp{1'795'352'738'051}};
    SeededRandom random_{1};
    IdSource ids_{clock_, random_};
    Limits limits_;
    Tokens tokens_{{.current = std::string(32, 'k')}, clock_};
    TestUsers here_;
    bus::RecordingCalls calls_;
    std::unique_ptr<UserApi> users_ = make_remote_users(calls_, tokens_);
    const std::string authorization_ = "Bearer " + tokens_.sign(kId, "grace.hopper").access;
    const Origin by_{std::make_shared<const std::string>(authorization_), "request-1"};
};

TEST_F(RemoteUsers, AreReadWhateverElseIsSaidOfThem)
{
    answer(Kind::value, kGrace);
    const auto grace = await(users_->find_by_username("grace.hopper", by_));
    ASSERT_TRUE(grace.has_value());
    EXPECT_EQ(grace->_id, kId);
    EXPECT_EQ(grace->last_name, std::nullopt);
    EXPECT_EQ(grace->created_at.unix_ms, 1'795'352'738'051);
    const bus::RecordingCalls::Asked as_recorded{
        "user", {"user.find_by_username", R"({"username":"grace.hopper"})", {}, "request-1"}
    };
    EXPECT_EQ(calls_.asked.at(0), as_recorded);
    answer(Kind::value, "null");
    EXPECT_EQ(await(users_->find_by_username("nobody.here")), std::nullopt);
}

TEST_F(RemoteUsers, AreAskedForWithTheTokenAndTheRequestOfWhoeverAsks)
{
    EXPECT_EQ(await(users_->find_by_id(kId, by_)), std::nullopt);
    EXPECT_EQ(asked().data, R"({"user_id":"65f000000000000000000001"})");
    EXPECT_EQ(asked().header("authorization"), authorization_);
    EXPECT_EQ(asked().request_id, "request-1");
    EXPECT_EQ(await(users_->find_by_id(kId)), std::nullopt) << "the service has accepted a token of our own";
    EXPECT_TRUE(asked(1).header("authorization").starts_with("Bearer "));
}

TEST_F(RemoteUsers, AreMadeUnderTheIdThatIsGiven)
{
    answer(Kind::value, kGrace);
    const auto made = await(users_->create(test_id(7), {"Grace", {}, "grace.hopper"}, by_));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->_id, kId) << "a service may name its own";
    EXPECT_EQ(asked().data, R"({"first_name":"Grace","username":"grace.hopper"})");
    EXPECT_EQ(asked().header("x-wgw-id"), test_id(7).hex());
    EXPECT_EQ(asked().header("authorization"), "") << "as recorded";
    EXPECT_EQ(asked().request_id, "request-1");
}

TEST_F(RemoteUsers, WithANameThatIsTakenAreRefusedWhoeverSaysIt)
{
    answer(Kind::error, R"({"status":422,"data":{"message":"taken"}})");
    EXPECT_EQ(await(users_->create(kId, {"G", {}, "grace.hopper"})).error().code, Errc::username_taken);
    answer(Kind::error, R"({"index":0,"code":11000,"keyPattern":{"username":1}})");
    const auto original = await(users_->create(kId, {"G", {}, "grace.hopper"}));
    EXPECT_EQ(original.error(), Failure(Errc::username_taken));
}

TEST_F(RemoteUsers, AreLookedUpTogether)
{
    here_.unknown.insert(test_id(2));
    const auto users = await(users_->find_by_ids({test_id(1), test_id(2), test_id(3)}, by_));
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[1]._id, test_id(3));
    EXPECT_EQ(calls_.asked.size(), 1U);
}

TEST_F(RemoteUsers, AreLookedUpOneByOneWhereTheServiceKnowsNoOther)
{
    answer(Kind::no_handler);
    for (int i = 0; i < 20; ++i)
        answer(Kind::value, i == 4 ? kGrace : "null");
    std::vector<UserId> ids;
    for (unsigned i = 0; i < 20; ++i)
        ids.push_back(test_id(i));
    const auto users = await(users_->find_by_ids(ids, by_));
    ASSERT_EQ(users.size(), 1U);
    EXPECT_EQ(users[0].username, "grace.hopper");
    EXPECT_EQ(calls_.asked.size(), 21U);
    EXPECT_EQ(asked(20).pattern, "user.find_by_id");
    EXPECT_EQ(asked(20).header("authorization"), authorization_);
    EXPECT_EQ(asked(20).request_id, "request-1");
}

TEST_F(RemoteUsers, AreListedByPagesOrAllAtOnce)
{
    answer(Kind::value, R"({"items":[)" + std::string(kGrace) + R"(],"next":"65f000000000000000000001"})");
    const auto page = await(users_->find_all({.limit = 1, .before = {}, .after = test_id(1)}));
    EXPECT_EQ(page.items.size(), 1U);
    EXPECT_TRUE(page.more);
    EXPECT_EQ(asked().data, R"({"limit":1,"after":")" + test_id(1).hex() + "\"}");
    answer(Kind::value, "[" + std::string(kGrace) + "]");
    EXPECT_FALSE(await(users_->find_all({})).more);
}

TEST_F(RemoteUsers, ThatCannotBeAskedAreNoUsers)
{
    answer(Kind::error, R"({"status":401,"data":{"message":"jwt expired"}})");
    try {
        await(users_->find_by_id(kId, by_));
        FAIL();
    } catch (const Refused& refused) {
        EXPECT_EQ(refused.failure.http_status(), 401) << "is passed on as it is";
    }
    for (const auto* nothing : {"{}", "1", R"({"_id":"x"})"}) {
        answer(Kind::value, nothing);
        EXPECT_THROW(await(users_->find_by_id(kId, by_)), std::runtime_error) << nothing;
    }
    answer(Kind::nothing);
    EXPECT_THROW(await(users_->find_by_id(kId, by_)), std::runtime_error);
    calls_.away = true;
    EXPECT_THROW(await(users_->find_by_ids({kId}, by_)), Unavailable);
}

}  // namespace
}  // namespace wgw::user
