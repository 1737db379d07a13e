#include "store/migrations.hpp"
#include "store/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wgw::store {
namespace {

using testing::HasSubstr;

const Migration kFirst{1, "rooms", "CREATE TABLE rooms(a); CREATE INDEX rooms_a ON rooms(a);"};
const Migration kSecond{2, "members", "CREATE TABLE members(a)"};
const Migration kBroken{2, "broken", "CREATE TABLE half(a); CREATE TABLE rooms(a);"};
const Migration kChanged{1, "rooms", "CREATE TABLE rooms(a, b)"};

class Migrations : public testing::Test {
protected:
    int run(std::vector<Migration> list, std::string_view schema = "chat")
    {
        return migrate(db_, schema, list, Timestamp{1'800'000'000'000});
    }

    std::string refusal(std::vector<Migration> list)
    {
        try {
            run(std::move(list));
        } catch (const MigrationError& error) {
            return error.what();
        }
        return "";
    }

    bool has_table(std::string_view name)
    {
        return db_.prepared("SELECT 1 FROM sqlite_schema WHERE name = ?").query(name).step();
    }

    Sqlite db_{"", Sqlite::Mode::memory};
};

TEST_F(Migrations, RunOnce)
{
    EXPECT_EQ(run({kFirst}), 1);
    EXPECT_EQ(run({kFirst}), 0);
    EXPECT_EQ(run({kFirst, kSecond}), 1);
    EXPECT_TRUE(has_table("rooms_a"));
    EXPECT_TRUE(has_table("members"));
    auto rows = db_.prepared("SELECT number, name, at FROM migrations ORDER BY number").query();
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), 1);
    EXPECT_EQ(rows.text(1), "rooms");
    EXPECT_EQ(rows.integer(2), 1'800'000'000'000);
}

TEST_F(Migrations, AreNumberedBySchema)
{
    EXPECT_EQ(run({kFirst}), 1);
    EXPECT_EQ(
        run(
            {
                {1, "users", "CREATE TABLE users(a)"}
    },
            "user"
        ),
        1
    );
}

TEST_F(Migrations, RefuseAFileOfANewerVersion)
{
    run({kFirst, kSecond});
    EXPECT_THAT(refusal({kFirst}), HasSubstr("newer version of this program: migration 2 (members) of chat"));
    EXPECT_FALSE(db_.in_transaction());
}

TEST_F(Migrations, RefuseAFileOnWhichAnotherTextWasRun)
{
    run({kFirst});
    EXPECT_THAT(refusal({kChanged, kSecond}), HasSubstr("its migration 1 (rooms) of chat differs"));
    EXPECT_FALSE(has_table("members"));
}

TEST_F(Migrations, LeaveNothingBehindWhenOneFails)
{
    EXPECT_THROW(run({kFirst, kBroken}), Error);
    EXPECT_FALSE(has_table("rooms"));
    EXPECT_FALSE(has_table("half"));
    EXPECT_FALSE(db_.in_transaction());
    EXPECT_EQ(run({kFirst, kSecond}), 2);
}

}  // namespace
}  // namespace wgw::store
