#include "app/weak_secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::app {
namespace {

using testing::HasSubstr;

TEST(AKey, OfRandomBytesIsNotWeak)
{
    for (const auto* secret :
         {"2f8a61c09b7de35412fab3c4d5e60718", "01234567890123456789012345678901",
          "q0Jv8mXr3cT7pYwZ1aLkN5bD9fHs2gEu4iOx6jVt8nM="})
        EXPECT_EQ(weakness_of("JWT_SECRET", secret), "") << secret;
    EXPECT_EQ(weakness_of("JWT_SECRET", ""), "") << "there is none";
}

TEST(AKey, ThatCanBeGuessedIsToldSoWithoutShowingIt)
{
    const std::pair<std::string, const char*> rows[] = {
        {"wegowhere", "JWT_SECRET is a well-known word"},
        {"ChangeMe", "JWT_SECRET is a well-known word"},
        {"0123456789012345678901234567890", "JWT_SECRET has 31 bytes"},
        {std::string(32, 'a'), "JWT_SECRET has only 1 character"},
        {std::string(4'096, ' '), "JWT_SECRET has only 1 character"},
        {"abababababababababababababababab", "only 2 different characters"},
        {"abcdeabcdeabcdeabcdeabcdeabcdeab", "only 5 different characters"},
    };
    for (const auto& [secret, sentence] : rows) {
        EXPECT_THAT(weakness_of("JWT_SECRET", secret), HasSubstr(sentence)) << secret;
        if (secret.size() > 20)
            EXPECT_THAT(weakness_of("JWT_SECRET", secret), testing::Not(HasSubstr(secret)));
    }
    EXPECT_EQ(weakness_of("JWT_SECRET", "abcdefabcdefabcdefabcdefabcdefab"), "") << "six are enough";
}

}  // namespace
}  // namespace wgw::app
