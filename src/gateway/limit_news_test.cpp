#include "gateway/limit_news.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

LimitNews some_news()
{
    using Kind = SignInGuard::News::Kind;
    LimitNews news{.gateway = 0x0102030405060708};
    news.taken = {
        {RateOf::connect,         RateKey::of(1), 7 },
        {RateOf::sign_in_address, RateKey::of(2), -7}
    };
    news.connected = {
        {WhoIs::user,    RateKey::of(3), 0            },
        {WhoIs::address, RateKey::of(4), 4'000'000'000}
    };
    for (const auto kind : {Kind::failed, Kind::failed_where_known, Kind::right, Kind::forgotten})
        news.sign_ins.push_back({kind, RateKey::of("grace"), *IpAddress::parse("192.0.2.1"), RateKey::of("pair")});
    return news;
}

TEST(LimitNewsBytes, AreReadAsTheyWereWritten)
{
    EXPECT_EQ(decode_limit_news(encode(some_news())), some_news());
    EXPECT_EQ(decode_limit_news(encode({.gateway = 9})), LimitNews{.gateway = 9});
}

TEST(LimitNewsBytes, HaveAFormThatOtherProcessesKnow)
{
    LimitNews news{.gateway = 9};
    news.taken = {
        {RateOf::send, RateKey::of(0x41), 2}
    };
    const std::string expected(
        "\x01\x09\0\0\0\0\0\0\0\x01"
        "A\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\0"
        "\x02\0\0\0",
        30
    );
    EXPECT_EQ(encode(news), expected);
}

TEST(LimitNewsBytes, AreNothingWhereTheyAreCutOff)
{
    const auto whole = encode(some_news());
    std::size_t good = 0;
    for (std::size_t size = 0; size < whole.size(); ++size)
        good += decode_limit_news(std::string_view(whole).substr(0, size)) ? 1 : 0;
    EXPECT_EQ(good, 1U + 2 + 2 + 3) << "behind the number, and behind each record but the last";
}

TEST(LimitNewsBytes, AreNothingWhereTheyAreOfAnotherKind)
{
    const auto whole = encode({.gateway = 9});
    EXPECT_FALSE(decode_limit_news("\x02" + whole.substr(1)));
    for (const int kind : {7, 63, 66, 127, 132, 255})
        EXPECT_FALSE(decode_limit_news(whole + std::string(1, static_cast<char>(kind)) + std::string(48, 'x'))) << kind;
}

}  // namespace
}  // namespace wgw::gateway
