#include "app/addresses.hpp"
#include "app/option_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::app {
namespace {

using testing::HasSubstr;

template <class Check>
std::string refusal(Check check)
{
    try {
        check();
        return "";
    } catch (const OptionError& error) {
        return error.what();
    }
}

std::string of_host(const std::string& host)
{
    return refusal([&] { check_host("GATEWAY_HOST", host); });
}

std::string of_origin(const std::string& origin)
{
    return refusal([&] { check_origin(origin); });
}

TEST(AHost, IsANameOrAnAddress)
{
    for (const auto* host :
         {"localhost", "0.0.0.0", "127.0.0.1", "127.1", "::", "::1", "2001:db8::7", "fe80::1%eth0", "chat.example",
          "chat.example.", "my_host", "7up.example", "xn--bcher-kva.example"})
        EXPECT_EQ(of_host(host), "") << host;
}

TEST(AHost, ThatCanBeNeitherIsRefusedWithWhatIsMeant)
{
    struct Row {
        std::string host;
        const char* advice;
    };
    const Row rows[] = {
        {"0.0.0.0:80", "GATEWAY_PORT"},
        {"localhost:3000", "GATEWAY_PORT"},
        {"[::1]:80", "GATEWAY_PORT"},
        {"[::1]", "without the brackets: ::1."},
        {"http://localhost", "Leave out the scheme"},
        {"not a host", "Write a name"},
        {"a..b", "Write a name"},
        {"-a.example", "Write a name"},
        {"300.1.1.1", "Write a name"},
        {"*", "Write a name"},
        {"127.0.0.1 x", "Write a name"},
        {std::string(64, 'a'), "Write a name"},
        {std::string(300, '\x80'), "Write a name"},
    };
    for (const auto& [host, advice] : rows)
        EXPECT_THAT(of_host(host), testing::AllOf(HasSubstr("GATEWAY_HOST is \"" + host), HasSubstr(advice))) << host;
}

TEST(AnOrigin, IsWhatBrowsersSend)
{
    for (const auto* origin :
         {"*", "null", "https://a.example", "http://a.example:8080", "https://b.example:80", "http://localhost:5173",
          "http://[::1]:3000", "capacitor://localhost", "chrome-extension://abcdef", "https://xn--bcher-kva.example"})
        EXPECT_EQ(of_origin(origin), "") << origin;
}

TEST(AnOrigin, ThatNeverMatchesIsRefusedWithWhatToWrite)
{
    const std::pair<const char*, const char*> rows[] = {
        {"https://a.b/",      "Write https://a.b."},
        {"https://a.b/chat",  "Write https://a.b."},
        {"https://a.b?x",     "Write https://a.b."},
        {"a.b",               "as https://a.b."   },
        {"https://A.b",       "Write https://a.b."},
        {"https://*.a.b",     "no patterns"       },
        {"https://a.b:443",   "Write https://a.b."},
        {"http://a.b:80",     "Write http://a.b." },
        {"https://me:pw@a.b", "no user"           },
        {"https://bücher.b",  "xn--"              },
        {"https://",          "write a host"      },
    };
    for (const auto& [origin, advice] : rows)
        EXPECT_THAT(of_origin(origin), testing::AllOf(HasSubstr("in WGW_ORIGINS never matches"), HasSubstr(advice)))
            << origin;
}

TEST(AUrl, HasAnIPv6AddressInBrackets)
{
    EXPECT_EQ(url_of("::1", 3000), "http://[::1]:3000");
    EXPECT_EQ(url_of("fe80::1%eth0", 80), "http://[fe80::1%25eth0]:80");
    EXPECT_EQ(url_of("127.0.0.1", 0), "http://127.0.0.1:0");
    EXPECT_EQ(place_of("::", 3000), "[::]:3000");
    EXPECT_EQ(url_of("chat.example", 8080), "http://chat.example:8080");
    for (const auto* any : {"0.0.0.0", "::"})
        EXPECT_EQ(url_of(any, 3000), "http://localhost:3000") << any;
}

}  // namespace
}  // namespace wgw::app
