#include "app/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace wgw::app {
namespace {

class ASecretFile : public testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/wgw-secret-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
    SystemRandom random_;
};

TEST_F(ASecretFile, IsMadeOnceAndReadAfterwards)
{
    const auto first = load_or_make_secret(folder_, random_);
    EXPECT_TRUE(first.made);
    EXPECT_EQ(first.key.size(), 64U);
    const auto second = load_or_make_secret(folder_, random_);
    EXPECT_FALSE(second.made);
    EXPECT_EQ(second.key, first.key);
}

TEST_F(ASecretFile, IsReadableByItsOwnerOnly)
{
    load_or_make_secret(folder_, random_);
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / "jwt_secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ASecretFile, ThatIsDamagedIsRefusedNotReplaced)
{
    std::ofstream(folder_ / "jwt_secret") << "abc\n";
    EXPECT_THROW(load_or_make_secret(folder_, random_), std::runtime_error);
}

TEST_F(ASecretFile, IsMadeAnewWhereAPowerCutHasLeftHalfOfOne)
{
    std::ofstream(folder_ / "jwt_secret.new") << "0123";
    const auto made = load_or_make_secret(folder_, random_);
    EXPECT_TRUE(made.made);
    EXPECT_EQ(load_or_make_secret(folder_, random_).key, made.key);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "jwt_secret.new"));
}

TEST_F(ASecretFile, ThatIsRotatedBecomesThePreviousOne)
{
    const auto first = load_or_make_secret(folder_, random_);
    EXPECT_EQ(first.previous, "");
    rotate_secret(folder_, random_);
    const auto second = load_or_make_secret(folder_, random_);
    EXPECT_FALSE(second.made);
    EXPECT_NE(second.key, first.key);
    EXPECT_EQ(second.previous, first.key);
    rotate_secret(folder_, random_);
    EXPECT_EQ(load_secret(folder_)->previous, second.key);
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / "jwt_secret.previous").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ASecretFile, CannotBeRotatedWhereThereIsNone)
{
    EXPECT_FALSE(load_secret(folder_));
    EXPECT_THROW(rotate_secret(folder_, random_), std::runtime_error);
    EXPECT_FALSE(load_secret(folder_));
}

std::string refusal(const std::filesystem::path& folder, Random& random)
{
    try {
        load_or_make_secret(folder, random);
        return "";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST_F(ASecretFile, ThatCannotBeUsedIsNamedWithWhatToDo)
{
    const auto nowhere = folder_ / "nowhere";
    EXPECT_THAT(refusal(nowhere, random_), testing::AllOf(testing::HasSubstr(nowhere), testing::HasSubstr("written")));
    std::filesystem::create_directory(folder_ / "jwt_secret");
    EXPECT_THAT(
        refusal(folder_, random_),
        testing::AllOf(testing::HasSubstr(folder_ / "jwt_secret"), testing::HasSubstr("Or set JWT_SECRET."))
    );
}

TEST(AKey, HasAMarkThatTellsItApartAndSaysNothing)
{
    EXPECT_EQ(key_mark("a"), key_mark("a"));
    EXPECT_NE(key_mark("a"), key_mark("b"));
    EXPECT_EQ(key_mark("a").size(), 8U);
}

}  // namespace
}  // namespace wgw::app
