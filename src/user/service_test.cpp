#include "base/test_loop.hpp"
#include "store/collection_sqlite.hpp"
#include "store/temporary_folder.hpp"
#include "user/service.hpp"

#include <gtest/gtest.h>

namespace wgw::user {
namespace {

UserId id_of(int number)
{
    UserId id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

class TheUsers : public testing::Test {
protected:
    TheUsers() { users_ = store::make_sqlite_collection(writer_, readers_, users_spec()); }
    ~TheUsers() override
    {
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    template <class T>
    T await(Task<T> task)
    {
        const auto end_of_turn = [this] {
            writer_.flush();
            readers_.flush();
        };
        return loop_.await(std::move(task), end_of_turn);
    }

    UserService service() { return UserService(*users_, clock_); }

    Result<User> create(int number, std::string username, std::optional<std::string> last_name = "Hopper")
    {
        auto users = service();
        return await(users.create(id_of(number), {"Grace", std::move(last_name), std::move(username)}));
    }

    std::vector<int> numbers(Page page, bool more)
    {
        auto users = service();
        const auto list = await(users.find_all(page));
        EXPECT_EQ(list.more, more);
        std::vector<int> result;
        for (const auto& user : list.items)
            result.push_back(user._id.bytes[11]);
        return result;
    }

private:
    std::string prepared_file()
    {
        const auto path = folder_.path() + "/users.db";
        store::Sqlite db(path, store::Sqlite::Mode::write);
        store::create_collection(db, users_spec());
        return path;
    }

    store::TemporaryFolder folder_;
    ManualClock clock_{{1'795'352'738'051}};
    TestLoop loop_;
    store::Sqlite db_{prepared_file(), store::Sqlite::Mode::write};
    store::Writer writer_{db_, loop_, clock_};
    store::Readers readers_{db_.path(), loop_, clock_};
    std::unique_ptr<store::Collection> users_;
};

TEST_F(TheUsers, AreMadeOnceAlsoWhenTheRequestIsDeliveredTwice)
{
    const auto made = create(1, "grace.hopper");
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(create(1, "grace.hopper"), made);
    EXPECT_EQ(create(2, "grace.hopper").error().code, Errc::username_taken);
    EXPECT_THROW(create(1, "alan.turing"), std::runtime_error);
}

TEST_F(TheUsers, AreFoundAsTheyWereMade)
{
    const auto made = create(1, "grace.hopper");
    ASSERT_TRUE(made.has_value());
    auto users = service();
    EXPECT_EQ(await(users.find_by_id(id_of(1))), *made);
    EXPECT_EQ(await(users.find_by_username("grace.hopper")), *made);
    EXPECT_EQ(await(users.find_by_id(id_of(2))), std::nullopt);
    EXPECT_EQ(await(users.find_by_username("Grace.Hopper")), std::nullopt) << "case counts";
}

TEST_F(TheUsers, HaveNamesThatAreUnique)
{
    ASSERT_TRUE(create(1, "grace.hopper").has_value());
    const auto second = create(2, "grace.hopper");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().http_status(), 422);
    EXPECT_EQ(second.error().text(), "User with that username already signed up! Please sign in if it is yours.");
    EXPECT_TRUE(create(2, "Grace.Hopper").has_value());
    EXPECT_TRUE(create(3, "ユーザー名前").has_value());
}

TEST_F(TheUsers, AreAnsweredInTheOrderOfTheIdsThatExist)
{
    create(1, "user.one");
    create(2, "user.two");
    auto users = service();
    const auto found = await(users.find_by_ids({id_of(2), id_of(9), id_of(1)}));
    ASSERT_EQ(found.size(), 2);
    EXPECT_EQ(found[0].username, "user.two");
    EXPECT_EQ(found[1].username, "user.one");
}

TEST_F(TheUsers, AreListedOldestFirstAndTheNewestOfThemInAPage)
{
    for (int i = 1; i <= 5; ++i)
        create(i, "user." + std::to_string(i) + "x");
    EXPECT_EQ(numbers({.limit = 1'000}, false), (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(numbers({.limit = 5}, false), (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(numbers({.limit = 2}, true), (std::vector{4, 5}));
    EXPECT_EQ(numbers({.limit = 2, .before = id_of(4)}, true), (std::vector{2, 3}));
    EXPECT_EQ(numbers({.limit = 2, .before = id_of(2)}, false), (std::vector{1}));
    EXPECT_EQ(numbers({.limit = 2, .after = id_of(1)}, true), (std::vector{2, 3}));
    EXPECT_EQ(numbers({.limit = 2, .after = id_of(3)}, false), (std::vector{4, 5}));
    EXPECT_EQ(numbers({.limit = 2, .after = id_of(5)}, false), std::vector<int>());
}

TEST_F(TheUsers, AreWrittenInTheRecordedOrders)
{
    const auto user = create(1, "grace.hopper", std::nullopt);
    ASSERT_TRUE(user.has_value());
    std::string found;
    std::string created;
    write_user_found(found, *user);
    write_user_created(created, *user);
    EXPECT_EQ(
        found,
        R"({"_id":"000000000000000000000001","first_name":"Grace","last_name":null,"username":"grace.hopper","created_at":"2026-11-22T13:05:38.051Z","updated_at":"2026-11-22T13:05:38.051Z","__v":0})"
    );
    EXPECT_EQ(
        created,
        R"({"first_name":"Grace","last_name":null,"username":"grace.hopper","_id":"000000000000000000000001","created_at":"2026-11-22T13:05:38.051Z","updated_at":"2026-11-22T13:05:38.051Z","__v":0})"
    );
}

}  // namespace
}  // namespace wgw::user
