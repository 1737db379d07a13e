#include "store/backup.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace wgw::store {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

struct ACopy : testing::Test {
    ACopy()
    {
        db.exec("CREATE TABLE word(number INTEGER PRIMARY KEY, text TEXT) STRICT; CREATE INDEX by ON word(text)");
    }

    void write(int from, int to)
    {
        db.begin();
        for (int i = from; i < to; ++i)
            db.prepared("INSERT INTO word(number, text) VALUES(?, ?)")
                .run(i, std::string(1'000, 'x') + std::to_string(i));
        db.commit();
    }

    std::int64_t copy(const std::function<void(const CopyProgress&)>& progress = [](const auto&) {})
    {
        return copy_database(source, target, progress);
    }

    std::string refusal()
    {
        try {
            copy();
            return "none";
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    std::int64_t count(const std::string& path)
    {
        Sqlite copied(path, Sqlite::Mode::read);
        auto rows = copied.prepared("SELECT count(*) FROM word").query();
        rows.step();
        return rows.integer(0);
    }

    std::vector<std::string> files()
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder.path()))
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }

    TemporaryFolder folder;
    TemporaryFolder other;
    std::string source = other.path() + "/source.db";
    std::string target = folder.path() + "/copy";
    Sqlite db{source, Sqlite::Mode::write};
};

TEST_F(ACopy, HasWhatWasCommittedAndIsOneFileOfItsOwner)
{
    write(0, 100);
    EXPECT_GT(copy(), 100'000);
    EXPECT_EQ(count(target), 100);
    EXPECT_THAT(files(), testing::ElementsAre("copy")) << "also after it was read: it needs no log beside it";
    struct stat status{};
    ASSERT_EQ(::stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ACopy, IsOfOneMomentWhileOthersWrite)
{
    write(0, 2'000);
    int written = 2'000;
    int calls = 0;
    copy([&](const auto&) {
        ++calls;
        write(written, written + 50);
        written += 50;
        db.checkpoint();
    });
    EXPECT_GT(calls, 2);
    EXPECT_EQ(count(target), 2'000);
    EXPECT_EQ(count(source), written);
    EXPECT_NO_THROW(check_database(target));
}

TEST_F(ACopy, LeavesItsSourceAsItWas)
{
    write(0, 100);
    const auto wal = fs::file_size(source + "-wal");
    const auto main = fs::file_size(source);
    copy();
    EXPECT_EQ(fs::file_size(source + "-wal"), wal) << "no checkpoint";
    EXPECT_EQ(fs::file_size(source), main);
}

TEST_F(ACopy, SaysHowFarItIs)
{
    write(0, 2'000);
    std::vector<CopyProgress> told;
    copy([&](const auto& at) { told.push_back(at); });
    ASSERT_GT(told.size(), 1U);
    EXPECT_LT(told.front().done, told.front().total);
    EXPECT_EQ(told.back().done, told.back().total);
    EXPECT_EQ(told.back().total, static_cast<std::int64_t>(fs::file_size(target)));
}

TEST_F(ACopy, IsNotWrittenOverAFile)
{
    std::ofstream(target) << "precious";
    EXPECT_THAT(refusal(), HasSubstr("is there already, and is not written over"));
    EXPECT_EQ(fs::file_size(target), 8U);
}

TEST_F(ACopy, TakesThePlaceOfHalfOfOneThatWasEndedFromOutside)
{
    std::ofstream(target + ".partial") << std::string(1'000'000, 'x');
    write(0, 10);
    copy();
    EXPECT_EQ(count(target), 10);
    EXPECT_THAT(files(), testing::ElementsAre("copy"));
}

TEST_F(ACopy, ThatAnotherIsJustWritingIsLeftAlone)
{
    write(0, 2'000);
    std::string sentence;
    copy([&](const auto&) { sentence = refusal(); });
    EXPECT_THAT(sentence, HasSubstr("Another backup is just writing"));
    EXPECT_EQ(count(target), 2'000);
}

TEST_F(ACopy, OfADamagedDatabaseIsRefusedAndNotKept)
{
    write(0, 2'000);
    db.checkpoint(true);
    {
        std::fstream file(source, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(40 * 4'096);
        file << std::string(8'192, '\x5a');
    }
    EXPECT_THAT(refusal(), HasSubstr("is damaged"));
    EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_F(ACopy, OfNothingIsRefused)
{
    source = folder.path() + "/nowhere";
    EXPECT_THAT(refusal(), HasSubstr("cannot open"));
    EXPECT_THAT(files(), testing::IsEmpty());
}

TEST_F(ACopy, CannotBeMadeWhereThereIsNoFolder)
{
    target = folder.path() + "/nowhere/copy";
    EXPECT_THAT(refusal(), HasSubstr("cannot be made: No such file"));
}

TEST(ADatabase, ThatIsNoneIsNotBelieved)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/file";
    std::ofstream(path) << std::string(8'192, 'x');
    EXPECT_THROW(check_database(path), BackupError);
}

}  // namespace
}  // namespace wgw::store
