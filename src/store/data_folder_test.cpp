#include "store/data_folder.hpp"
#include "store/sqlite.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wgw::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

mode_t mode(const std::string& path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

std::string refusal(const std::string& path)
{
    try {
        const DataFolder folder(path);
    } catch (const DataFolderError& error) {
        return error.what();
    }
    return "";
}

class ADataFolder : public testing::Test {
protected:
    TemporaryFolder temporary_;
    std::string path_ = temporary_.path() + "/above/data";
};

TEST_F(ADataFolder, IsMadeForItsOwnerAlone)
{
    const DataFolder folder(path_ + "/");
    EXPECT_EQ(folder.path(), path_);
    EXPECT_EQ(mode(path_), 0700U);
    EXPECT_EQ(mode(path_ + "/wegowhere.lock"), 0600U);
}

TEST_F(ADataFolder, GivesItsFilesToItsOwnerAloneAndSqliteDoesTheSame)
{
    const DataFolder folder(path_);
    Sqlite db(folder.file("wegowhere.sqlite"), Sqlite::Mode::write);
    db.exec("CREATE TABLE t(a)");
    EXPECT_EQ(mode(path_ + "/wegowhere.sqlite"), 0600U);
    EXPECT_EQ(mode(path_ + "/wegowhere.sqlite-wal"), 0600U);
    EXPECT_EQ(mode(path_ + "/wegowhere.sqlite-shm"), 0600U);
}

TEST_F(ADataFolder, TightensAFileThatIsThereAndKeepsItsContent)
{
    const DataFolder folder(path_);
    std::ofstream(path_ + "/secret") << "kept";
    ::chmod((path_ + "/secret").c_str(), 0644);
    EXPECT_EQ(folder.file("secret"), path_ + "/secret");
    EXPECT_EQ(mode(path_ + "/secret"), 0600U);
    std::string content;
    std::ifstream(path_ + "/secret") >> content;
    EXPECT_EQ(content, "kept");
}

TEST_F(ADataFolder, LeavesTheModeOfAFolderWithOtherThingsInItAlone)
{
    ::chmod(temporary_.path().c_str(), 0755);
    std::ofstream(temporary_.path() + "/other") << "thing";
    const DataFolder folder(temporary_.path());
    EXPECT_EQ(mode(temporary_.path()), 0755U);
}

TEST_F(ADataFolder, RefusesASecondProcessAndNamesTheFirst)
{
    const DataFolder folder(path_);
    const std::string expected = "is in use by process " + std::to_string(::getpid());
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(refusal(path_).find(expected) != std::string::npos ? 0 : 1);
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_THAT(refusal(path_), AllOf(HasSubstr(expected), HasSubstr("set WGW_DATA")));
}

TEST_F(ADataFolder, IsFreeAgainWhenItsHolderWasKilled)
{
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const DataFolder held(path_);
        [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
        ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_THAT(refusal(path_), HasSubstr("process " + std::to_string(child)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(refusal(path_), "");
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_F(ADataFolder, SaysWhatToDoWhenItCannotBeUsed)
{
    std::ofstream(temporary_.path() + "/file") << "no folder";
    const std::string sentence = refusal(temporary_.path() + "/file/data");
    EXPECT_THAT(sentence, AllOf(HasSubstr("/file/data cannot be"), HasSubstr("WGW_DATA")));
    EXPECT_THAT(sentence, AllOf(HasSubstr("A part of the path is a file"), Not(HasSubstr("chown"))));
    EXPECT_THAT(refusal(temporary_.path() + "/file"), AllOf(HasSubstr("is a file"), HasSubstr("WGW_DATA")));
}

TEST_F(ADataFolder, ThatIsAnEmptyFileKeepsItsMode)
{
    const auto file = temporary_.path() + "/empty";
    std::ofstream(file).close();
    ::chmod(file.c_str(), 0644);
    EXPECT_THAT(refusal(file), HasSubstr("is a file"));
    EXPECT_EQ(mode(file), 0644U);
}

TEST_F(ADataFolder, ThatWasMadeIsRemovedAgainUnlessItIsKept)
{
    {
        const DataFolder folder(path_);
        folder.file("wegowhere.sqlite");
    }
    EXPECT_FALSE(std::filesystem::exists(temporary_.path() + "/above"));
    {
        DataFolder folder(path_);
        folder.file("wegowhere.sqlite");
        folder.keep();
    }
    EXPECT_TRUE(std::filesystem::exists(path_ + "/wegowhere.sqlite"));
    {
        const DataFolder folder(path_);
        folder.file("another");
    }
    EXPECT_TRUE(std::filesystem::exists(path_ + "/another")) << "it was there before";
}

TEST_F(ADataFolder, TakesBackOnlyWhatItHasMade)
{
    {
        const DataFolder folder(path_);
        std::ofstream(temporary_.path() + "/above/of_somebody_else") << "x";
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_TRUE(std::filesystem::exists(temporary_.path() + "/above/of_somebody_else"));
}

}  // namespace
}  // namespace wgw::store
