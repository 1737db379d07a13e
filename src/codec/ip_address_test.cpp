#include "codec/ip_address.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(AnAddress, IsReadAndWrittenInItsShortestForm)
{
    const std::pair<const char*, const char*> rows[] = {
        {"192.0.2.1",            "192.0.2.1"  },
        {"0.0.0.0",              "0.0.0.0"    },
        {"::ffff:192.0.2.1",     "192.0.2.1"  },
        {"::FFFF:C000:201",      "192.0.2.1"  },
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::1",                  "::1"        },
        {"::",                   "::"         },
        {"::192.0.2.1",          "::192.0.2.1"},
    };
    for (const auto& [text, shortest] : rows) {
        const auto address = IpAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->text(), shortest);
    }
    EXPECT_TRUE(IpAddress::parse("::ffff:192.0.2.1")->is_v4());
    EXPECT_FALSE(IpAddress::parse("::192.0.2.1")->is_v4());
}

TEST(AnAddress, ThatIsNoneIsNothing)
{
    using namespace std::string_view_literals;
    for (const auto text :
         {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.01"sv, "192.0.2.1:80"sv, "[::1]"sv, "::1%lo"sv, "fe80::1%eth0"sv,
          " ::1"sv, "::1 "sv, "2001:db8::g"sv, ":::"sv, "1::2::3"sv, "unknown"sv, "_hidden"sv, "0x7f.0.0.1"sv,
          "127.1"sv, "::1\0"sv, "127.0.0.1\0.example"sv})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    EXPECT_FALSE(IpAddress::parse(std::string(1'000'000, '1')));
}

TEST(AnAddress, HasANetwork)
{
    const auto network = [](std::string_view text, int bits, int bits_v6) {
        return IpAddress::parse(text)->network(bits, bits_v6).text();
    };
    EXPECT_EQ(network("192.0.2.129", 24, 64), "192.0.2.0");
    EXPECT_EQ(network("192.0.2.129", 25, 64), "192.0.2.128");
    EXPECT_EQ(network("192.0.2.129", 32, 64), "192.0.2.129");
    EXPECT_EQ(network("2001:db8:1:2:3:4:5:6", 24, 64), "2001:db8:1:2::");
    EXPECT_EQ(network("2001:db8:1:2:3:4:5:6", 24, 128), "2001:db8:1:2:3:4:5:6");
}

TEST(AnAddress, IsPrivateOrNot)
{
    for (const auto* text :
         {"127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
          "100.64.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"})
        EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
    for (const auto* text :
         {"128.0.0.1", "11.0.0.1", "172.15.255.255", "172.32.0.0", "192.169.0.0", "100.128.0.0", "8.8.8.8", "::2",
          "2001:db8::1", "::10.0.0.1", "0.0.0.0"})
        EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
}

TEST(ANetwork, HasTheAddressesOfItsPrefix)
{
    struct Row {
        const char* network;
        const char* inside;
        const char* outside;
    };
    const Row rows[] = {
        {"10.0.0.0/8",     "10.255.255.255",   "11.0.0.0"       },
        {"10.1.2.3/8",     "10.0.0.0",         "9.255.255.255"  },
        {"192.0.2.1",      "192.0.2.1",        "192.0.2.2"      },
        {"192.0.2.1/32",   "::ffff:192.0.2.1", "192.0.2.0"      },
        {"192.0.2.128/25", "192.0.2.128",      "192.0.2.127"    },
        {"0.0.0.0/0",      "255.255.255.255",  "2001:db8::1"    },
        {"2001:db8::/32",  "2001:db8:ffff::1", "2001:db9::"     },
        {"2001:db8::1",    "2001:db8::1",      "2001:db8::2"    },
        {"::/0",           "192.0.2.1",        nullptr          },
        {"2001:db8::/33",  "2001:db8:7fff::",  "2001:db8:8000::"},
    };
    for (const auto& row : rows) {
        const auto network = IpNetwork::parse(row.network);
        ASSERT_TRUE(network) << row.network;
        EXPECT_TRUE(network->contains(*IpAddress::parse(row.inside))) << row.network;
        if (row.outside != nullptr)
            EXPECT_FALSE(network->contains(*IpAddress::parse(row.outside))) << row.network;
    }
}

TEST(ANetwork, ThatIsNoneIsNothing)
{
    for (const auto* text :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/8 ", "10.0.0.0/x",
          "::/129", "proxy.example", "10.0.0.0/255.0.0.0"})
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace wgw
