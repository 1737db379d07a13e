#include "app/options.hpp"
#include "app/secret_file.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace wgw::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Map = std::map<std::string, std::string>;

constexpr const char* kKey = "0123456789abcdef0123456789abcdef";
constexpr const char* kOldKey = "fedcba9876543210fedcba9876543210";

struct ASecretInAFile : testing::Test {
    std::string write(const std::string& name, const std::string& text)
    {
        const std::string path = folder.path() + "/" + name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    static Options read(const Map& environment, std::string_view dotenv = {})
    {
        return read_options({}, environment, dotenv);
    }
    static std::string refusal(const Map& environment, std::string_view dotenv = {})
    {
        try {
            read(environment, dotenv);
            return "none";
        } catch (const OptionError& error) {
            return error.what();
        }
    }

    store::TemporaryFolder folder;
};

TEST_F(ASecretInAFile, IsItsBytesWithoutALineBreakAtTheEnd)
{
    EXPECT_EQ(read_secret_file("X", write("a", "one\n")), "one");
    EXPECT_EQ(read_secret_file("X", write("b", "one\r\n")), "one");
    EXPECT_EQ(read_secret_file("X", write("c", "one")), "one");
    EXPECT_EQ(read_secret_file("X", write("d", "one\n\n")), "one\n");
    EXPECT_EQ(read_secret_file("X", write("e", std::string(4'096, 'x') + "\n")).size(), 4'096U);
}

TEST_F(ASecretInAFile, IsTheValueOfItsSettingAndSaysWhereItComesFrom)
{
    const Map environment{
        {"JWT_SECRET_FILE", write("key", std::string(kKey) + "\n")}
    };
    EXPECT_EQ(read(environment).jwt_secret, kKey);
    EXPECT_THAT(read(environment).warnings, testing::IsEmpty());
    EXPECT_EQ(read({}, "JWT_SECRET_FILE=" + folder.path() + "/key").jwt_secret, kKey);
    for (const auto& row : list_settings({}, environment, {}).rows)
        if (row.name == "JWT_SECRET")
            EXPECT_EQ(row.origin, "file " + folder.path() + "/key");
}

TEST_F(ASecretInAFile, IsFoundAmongTheCredentialsOfSystemd)
{
    write("jwt_secret", kKey);
    write("jwt_secret_previous", kOldKey);
    const Options options = read({
        {"CREDENTIALS_DIRECTORY", folder.path()}
    });
    EXPECT_EQ(options.jwt_secret, kKey);
    EXPECT_EQ(options.previous_secret, kOldKey);
}

TEST_F(ASecretInAFile, IsRefusedWhereAnotherPlaceSaysItToo)
{
    const auto path = write("jwt_secret", kKey);
    const Map both{
        {"JWT_SECRET",      kKey},
        {"JWT_SECRET_FILE", path}
    };
    EXPECT_EQ(refusal(both), "JWT_SECRET and JWT_SECRET_FILE are both set. Unset one of them.");
    EXPECT_THAT(
        refusal(
            {
                {"JWT_SECRET_FILE", path}
    },
            std::string("JWT_SECRET=") + kKey
        ),
        HasSubstr("both set")
    );
    EXPECT_THAT(
        refusal({
            {"JWT_SECRET",            kKey         },
            {"CREDENTIALS_DIRECTORY", folder.path()}
    }),
        StartsWith("JWT_SECRET and the credential " + path + " are both set")
    );
    EXPECT_THAT(
        refusal({
            {"JWT_SECRET_FILE",       path         },
            {"CREDENTIALS_DIRECTORY", folder.path()}
    }),
        StartsWith("JWT_SECRET_FILE and the credential")
    );
}

TEST_F(ASecretInAFile, ThatIsWeakIsRefusedLikeAnyOther)
{
    const auto sentence = refusal({
        {"JWT_SECRET_FILE", write("key", "hunter2\n")}
    });
    EXPECT_THAT(sentence, StartsWith("JWT_SECRET has 7 bytes."));
    EXPECT_THAT(sentence, Not(HasSubstr("hunter2")));
}

TEST_F(ASecretInAFile, ThatCannotBeUsedIsNamedWithItsSetting)
{
    const auto of = [&](const std::string& path) {
        return refusal({
            {"JWT_SECRET_FILE", path}
        });
    };
    EXPECT_THAT(of(folder.path() + "/nowhere"), HasSubstr("/nowhere of JWT_SECRET cannot be read: No such file"));
    EXPECT_THAT(of(folder.path()), HasSubstr("cannot be read: Is a directory. Correct JWT_SECRET_FILE"));
    EXPECT_THAT(of(write("empty", "\n")), HasSubstr("is empty"));
    EXPECT_THAT(of(write("large", std::string(4'098, 'x'))), HasSubstr("over 4096 bytes"));
}

TEST(ASecretBefore, HasToBeAnother)
{
    const Map environment{
        {"JWT_SECRET",          kKey},
        {"JWT_SECRET_PREVIOUS", kKey}
    };
    EXPECT_THROW(read_options({}, environment, {}), OptionError);
}

TEST(ASecretBefore, ThatIsWeakIsRefusedByItsName)
{
    const Map environment{
        {"JWT_SECRET",          kKey       },
        {"JWT_SECRET_PREVIOUS", "wegowhere"}
    };
    try {
        read_options({}, environment, {});
        FAIL();
    } catch (const OptionError& error) {
        EXPECT_THAT(error.what(), StartsWith("JWT_SECRET_PREVIOUS is a well-known word"));
    }
}

}  // namespace
}  // namespace wgw::app
