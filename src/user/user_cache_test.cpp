#include "base/test_loop.hpp"
#include "user/test_users.hpp"

#include <gtest/gtest.h>

namespace wgw::user {
namespace {

class TheUserCache : public testing::Test {
protected:
    void load(std::vector<UserId> ids)
    {
        loop_.await(cache_.load(std::move(ids)), [] {});
    }
    std::string get(UserId id)
    {
        return loop_.await(cache_.get(id), [] {});
    }

    /// Whose end is to be found in told_, with what it threw.
    void begin(std::string name, std::vector<UserId> ids) { scope_.spawn(one(std::move(name), std::move(ids))); }
    Task<void> one(std::string name, std::vector<UserId> ids)
    {
        try {
            co_await cache_.load(std::move(ids));
            told_.push_back(name);
        } catch (const std::exception& error) {
            told_.push_back(name + ": " + error.what());
        }
    }

    TestLoop loop_;
    TestUsers users_;
    UserCache cache_{users_, 10};
    std::vector<std::string> told_;
    TaskScope scope_{[](const std::exception_ptr& error) { std::rethrow_exception(error); }};
};

TEST_F(TheUserCache, AsksForWhatIsMissingAndForEachUserOnce)
{
    load({test_id(1)});
    load({test_id(3), test_id(1), test_id(2), test_id(3)});
    EXPECT_EQ(
        users_.asked, (std::vector<std::vector<UserId>>{
                          {test_id(1)},
                          {test_id(2), test_id(3)}
    })
    );
}

TEST_F(TheUserCache, WaitsForWhoIsBeingLoadedAndGoesOnInTheOrderOfWaiting)
{
    users_.hold = true;
    begin("first", {test_id(1), test_id(2)});
    begin("second", {test_id(2)});
    begin("third", {test_id(2), test_id(3)});
    begin("fourth", {test_id(1), test_id(2)});
    EXPECT_EQ(users_.asked.size(), 1U);
    users_.release();
    EXPECT_EQ(told_, (std::vector<std::string>{"first", "fourth", "second"})) << "fourth waited for the first user";
    EXPECT_EQ(users_.asked.size(), 2U);
    EXPECT_EQ(users_.asked[1], std::vector<UserId>{test_id(3)});
    users_.release();
    EXPECT_EQ(told_.back(), "third");
}

TEST_F(TheUserCache, AsksItselfWhenAnotherHasAskedInVain)
{
    users_.hold = true;
    begin("first", {test_id(1)});
    begin("second", {test_id(1)});
    users_.broken = true;
    users_.release();
    EXPECT_EQ(told_, std::vector<std::string>{"first: no users today"});
    users_.broken = false;
    users_.release();
    EXPECT_EQ(told_.back(), "second");
    EXPECT_EQ(users_.asked.size(), 2U);
}

TEST_F(TheUserCache, AsksOnceForAllWhoWaitForAUserThatDoesNotExist)
{
    users_.hold = true;
    users_.unknown.insert(test_id(1));
    begin("first", {test_id(1)});
    begin("second", {test_id(1)});
    begin("third", {test_id(1)});
    users_.release();
    EXPECT_EQ(told_, (std::vector<std::string>{"first", "second", "third"}));
    EXPECT_EQ(users_.asked.size(), 1U);
}

TEST_F(TheUserCache, FailsAllWhoWaitWhenNobodyCanBeAsked)
{
    users_.hold = true;
    begin("first", {test_id(1)});
    begin("second", {test_id(1)});
    users_.away = true;
    users_.release();
    EXPECT_EQ(told_, (std::vector<std::string>{"first: away", "second: away"}))
        << "one after the other would take long";
    EXPECT_EQ(users_.asked.size(), 1U);
}

TEST_F(TheUserCache, AsksNobodyWhenAllAreThere)
{
    load({test_id(1)});
    load({test_id(1)});
    load({});
    EXPECT_EQ(users_.asked.size(), 1U);
}

TEST_F(TheUserCache, HasUsersInTheOrderInWhichTheyAreFound)
{
    EXPECT_EQ(
        get(test_id(1)), R"({"_id":"000000000000000000000001","first_name":"F","last_name":null,"username":"user01",)"
                         R"("created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z","__v":0})"
    );
    EXPECT_EQ(*cache_.peek(test_id(1)), get(test_id(1)));
}

TEST_F(TheUserCache, SaysNullForAUserThatDoesNotExistAndAsksAgainNextTime)
{
    users_.unknown.insert(test_id(1));
    EXPECT_EQ(get(test_id(1)), "null");
    EXPECT_EQ(cache_.peek(test_id(1)), nullptr);
    users_.unknown.clear();
    EXPECT_NE(get(test_id(1)), "null");
}

TEST_F(TheUserCache, KeepsNoMoreThanItsCapacity)
{
    for (unsigned number = 0; number < 1'000; ++number)
        load({test_id(number)});
    std::size_t kept = 0;
    for (unsigned number = 0; number < 1'000; ++number)
        kept += cache_.peek(test_id(number)) != nullptr ? 1U : 0U;
    EXPECT_GE(kept, 5U);
    EXPECT_LE(kept, 10U);
}

TEST_F(TheUserCache, KeepsWhoIsAskedForBetweenMany)
{
    load({test_id(1)});
    for (unsigned number = 100; number < 200; ++number) {
        load({test_id(number)});
        ASSERT_NE(cache_.peek(test_id(1)), nullptr) << number;
    }
}

TEST_F(TheUserCache, PassesOnThatUsersCannotBeRead)
{
    users_.broken = true;
    EXPECT_THROW(get(test_id(1)), std::runtime_error);
    users_.broken = false;
    EXPECT_NE(get(test_id(1)), "null");
}

}  // namespace
}  // namespace wgw::user
