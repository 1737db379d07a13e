#include "store/failing_disk.hpp"
#include "store/sqlite.hpp"
#include "store/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace wgw::store {
namespace {

using namespace std::string_literals;

struct Table {
    Table(Sqlite& db, const std::string& columns) { db.exec("CREATE TABLE t(" + columns + ")"); }
};

class ASqliteStatement : public testing::Test {
protected:
    Sqlite db_{"", Sqlite::Mode::memory};
    Table table_{db_, "a INTEGER PRIMARY KEY, b, c, UNIQUE(b, c)"};
    Statement insert_{db_, "INSERT INTO t(a, b, c) VALUES(?, ?, ?)"};
    Statement select_{db_, "SELECT b, c FROM t WHERE a = ?"};
};

TEST_F(ASqliteStatement, GivesBackWhatWasBound)
{
    const std::string text = "a\0b'\"\xF0\x9F\x98\x80"s;
    const std::string bytes = "\0\xFF"s;
    ASSERT_TRUE(insert_.run(1, text, Blob{bytes}));
    ASSERT_TRUE(insert_.run(2, "", nullptr));
    ASSERT_TRUE(insert_.run(3, std::optional<std::int64_t>(INT64_MIN), std::optional<std::int64_t>()));
    {
        auto rows = select_.query(1);
        ASSERT_TRUE(rows.step());
        EXPECT_EQ(rows.text(0), text);
        EXPECT_EQ(rows.blob(1), bytes);
        EXPECT_FALSE(rows.step());
    }
    {
        auto rows = select_.query(2);
        ASSERT_TRUE(rows.step());
        EXPECT_FALSE(rows.is_null(0));
        EXPECT_EQ(rows.text(0), "");
        EXPECT_TRUE(rows.is_null(1));
    }
    auto rows = select_.query(3);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), INT64_MIN);
    EXPECT_TRUE(rows.is_null(1));
}

TEST_F(ASqliteStatement, SaysWhichUniqueColumnsAreTakenAndLeavesTheTransactionOpen)
{
    db_.begin();
    EXPECT_TRUE(insert_.run(1, "x", "y"));
    EXPECT_FALSE(insert_.run(2, "x", "y"));
    EXPECT_EQ(db_.taken(), "t.b, t.c");
    EXPECT_FALSE(insert_.run(1, "x", "z"));
    EXPECT_EQ(db_.taken(), "t.a");
    EXPECT_TRUE(insert_.run(2, "x", "z"));
    db_.commit();
    EXPECT_TRUE(select_.query(2).step());
}

TEST_F(ASqliteStatement, ThrowsForEveryOtherError)
{
    db_.exec("CREATE TABLE checked(a CHECK(a > 0))");
    EXPECT_THROW(Statement(db_, "INSERT INTO checked VALUES(?)").run(0), Error);
    EXPECT_THROW(Statement(db_, "SELECT nothing"), Error);
    EXPECT_THROW(db_.exec("not SQL"), Error);
}

TEST_F(ASqliteStatement, IsPreparedOnceWhenItIsKeptByTheConnection)
{
    Statement& first = db_.prepared("SELECT 1");
    EXPECT_EQ(&first, &db_.prepared("SELECT "s + "1"));
    EXPECT_NE(&first, &db_.prepared("SELECT 2"));
}

class ASqliteFile : public testing::Test {
protected:
    static std::int64_t count(Sqlite& db)
    {
        auto rows = db.prepared("SELECT count(*) FROM t").query();
        return rows.step() ? rows.integer(0) : -1;
    }

    TemporaryFolder folder_;
    Sqlite writer_{folder_.path() + "/test.sqlite", Sqlite::Mode::write};
    Table table_{writer_, "a UNIQUE"};
    Sqlite reader_{folder_.path() + "/test.sqlite", Sqlite::Mode::read};
    Statement insert_{writer_, "INSERT INTO t(a) VALUES(?)"};
};

TEST_F(ASqliteFile, ShowsReadersWhatWasCommittedAndNothingElse)
{
    writer_.begin();
    insert_.run(1);
    EXPECT_EQ(count(reader_), 0);
    writer_.commit();
    EXPECT_EQ(count(reader_), 1);
    writer_.begin();
    insert_.run(2);
    writer_.rollback();
    EXPECT_EQ(count(reader_), 1);
}

TEST_F(ASqliteFile, ShowsOneViewInsideAReadersTransaction)
{
    reader_.begin();
    EXPECT_EQ(count(reader_), 0);
    insert_.run(1);
    EXPECT_EQ(count(reader_), 0);
    reader_.commit();
    EXPECT_EQ(count(reader_), 1);
}

TEST_F(ASqliteFile, CannotBeWrittenByAReader)
{
    EXPECT_THROW(Statement(reader_, "INSERT INTO t(a) VALUES(1)").run(), Error);
}

TEST_F(ASqliteFile, KeepsItsStatementsWhenItIsReopened)
{
    insert_.run(1);
    writer_.begin();
    insert_.run(2);
    writer_.reopen();
    EXPECT_FALSE(writer_.in_transaction());
    EXPECT_TRUE(insert_.run(3));
    writer_.begin();
    EXPECT_TRUE(insert_.run(4));
    writer_.commit();
    EXPECT_EQ(count(writer_), 3);
    EXPECT_EQ(count(reader_), 3);
}

TEST_F(ASqliteFile, StartsItsWriteAheadLogAnewAfterACheckpoint)
{
    for (int i = 0; i < 50; ++i)
        insert_.run(i);
    const int before = writer_.wal_pages();
    EXPECT_GE(before, 50);
    const auto checkpoint = writer_.checkpoint();
    EXPECT_EQ(checkpoint.pages, before);
    EXPECT_EQ(checkpoint.moved, before);
    insert_.run(100);
    EXPECT_LT(writer_.wal_pages(), 5);
}

TEST_F(ASqliteFile, LeavesPagesThatAReaderHoldsForTheNextCheckpoint)
{
    insert_.run(1);
    reader_.begin();
    EXPECT_EQ(count(reader_), 1);
    insert_.run(2);
    const auto held = writer_.checkpoint();
    EXPECT_LT(held.moved, held.pages);
    reader_.commit();
    const auto all = writer_.checkpoint();
    EXPECT_EQ(all.moved, all.pages);
}

TEST(ASqliteFileOnABadDisk, DoesNotBelieveACommitWhoseSyncFailedWhenItIsReopened)
{
    FailingDisk disk;
    const TemporaryFolder folder;
    Sqlite db(folder.path() + "/test.sqlite", Sqlite::Mode::write);
    const Table table(db, "a");
    Statement insert(db, "INSERT INTO t VALUES(?)");
    insert.run(1);
    disk.failing_syncs = 1;
    db.begin();
    insert.run(2);
    EXPECT_THROW(db.commit(), Error);
    db.reopen();  // nobody else has the file open
    insert.run(3);
    auto rows = db.prepared("SELECT group_concat(a, ' ') FROM t").query();
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.text(0), "1 3");
}

TEST(ASqliteError, TellsAFullStoreFromABrokenOne)
{
    Sqlite db("", Sqlite::Mode::memory);
    db.exec("PRAGMA max_page_count=3; CREATE TABLE t(a)");
    Statement insert(db, "INSERT INTO t(a) VALUES(zeroblob(100000))");
    try {
        insert.run();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::full);
    }
    EXPECT_THROW(Sqlite("/nowhere/at/all.sqlite", Sqlite::Mode::write), Error);
}

TEST(AFile, ThatIsNoDatabaseIsToldSoAndNothingIsMadeBesideIt)
{
    const TemporaryFolder folder;
    const std::string good = folder.path() + "/good#%3f?.db";
    Sqlite(good, Sqlite::Mode::write).exec("CREATE TABLE t(a)");
    EXPECT_EQ(why_not_opened(good), "");
    const std::string bad = folder.path() + "/bad.db";
    std::ofstream(bad) << std::string(10'000, '\x5a');
    EXPECT_NE(why_not_opened(bad).find("not a database"), std::string::npos) << why_not_opened(bad);
    EXPECT_NE(why_not_opened(folder.path() + "/none"), "");
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        files += entry.path().filename().string().starts_with("bad") ? 1 : 0;
    EXPECT_EQ(files, 1U);
}

}  // namespace
}  // namespace wgw::store
