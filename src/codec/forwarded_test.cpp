#include "codec/forwarded.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Row {
    std::string_view name;
    std::string_view peer;
    Headers headers;
    std::string_view client;
};

Headers list(std::string value)
{
    return {
        {"x-forwarded-for", std::move(value)}
    };
}
Headers forwarded(std::string value)
{
    return {
        {"forwarded", std::move(value)}
    };
}

/// Trusted: 10.0.0.0/8 and 2001:db8:ff::/48.
const Row kRows[] = {
    // Who is believed
    {"nobody_said_anything",   "10.0.0.1",        {},                                                                       "10.0.0.1"         },
    {"an_untrusted_peer",      "192.0.2.1",       list("198.51.100.1"),                                                     "192.0.2.1"        },
    {"an_untrusted_forwarder", "192.0.2.1",       forwarded("for=198.51.100.1"),                                            "192.0.2.1"        },
    {"an_untrusted_v6_peer",   "2001:db8:fe::1",  list("198.51.100.1"),                                                     "2001:db8:fe::1"   },
    {"a_peer_unknown_to_net",  "",                list("198.51.100.1"),                                                     ""                 },
    {"a_trusted_peer",         "10.0.0.1",        list("198.51.100.1"),                                                     "198.51.100.1"     },
    {"a_mapped_peer",          "::ffff:10.0.0.1", list("198.51.100.1"),                                                     "198.51.100.1"     },
    {"a_trusted_v6_peer",      "2001:db8:ff::1",  list("2001:db8::9"),                                                      "2001:db8::9"      },
    // Chains, from their end
    {"a_forged_beginning",     "10.0.0.1",        list("1.1.1.1, 198.51.100.1"),                                            "198.51.100.1"     },
    {"a_forged_garbage",       "10.0.0.1",        list("\"<script>,,, , 198.51.100.1"),                                     "198.51.100.1"     },
    {"two_trusted",            "10.0.0.1",        list("1.1.1.1, 198.51.100.1, 10.9.9.9"),                                  "198.51.100.1"     },
    {"all_trusted",            "10.0.0.1",        list("10.1.1.1, 10.2.2.2"),                                               "10.1.1.1"         },
    {"an_untrusted_between",   "10.0.0.1",        list("10.1.1.1, 198.51.100.1"),                                           "198.51.100.1"     },
    {"two_fields",             "10.0.0.1",        {{"x-forwarded-for", "1.1.1.1"}, {"x-forwarded-for", "198.51.100.1"}},    "198.51.100.1"     },
    // Forms of X-Forwarded-For
    {"spaces",                 "10.0.0.1",        list("  \t198.51.100.1 \t"),                                              "198.51.100.1"     },
    {"no_space",               "10.0.0.1",        list("1.1.1.1,198.51.100.1"),                                             "198.51.100.1"     },
    {"a_port",                 "10.0.0.1",        list("198.51.100.1:4711"),                                                "198.51.100.1"     },
    {"a_bare_v6",              "10.0.0.1",        list("2001:DB8::1"),                                                      "2001:db8::1"      },
    {"brackets",               "10.0.0.1",        list("[2001:db8::1]"),                                                    "2001:db8::1"      },
    {"brackets_and_port",      "10.0.0.1",        list("[2001:db8::1]:80"),                                                 "2001:db8::1"      },
    {"mapped",                 "10.0.0.1",        list("::ffff:198.51.100.1"),                                              "198.51.100.1"     },
    // What is no address
    {"empty",                  "10.0.0.1",        list(""),                                                                 "10.0.0.1"         },
    {"a_comma_behind",         "10.0.0.1",        list("198.51.100.1,"),                                                    "10.0.0.1"         },
    {"unknown",                "10.0.0.1",        list("198.51.100.1, unknown"),                                            "10.0.0.1"         },
    {"unknown_behind_a_proxy", "10.0.0.1",        list("198.51.100.1, unknown, 10.9.9.9"),                                  "10.9.9.9"         },
    {"a_name",                 "10.0.0.1",        list("client.example"),                                                   "10.0.0.1"         },
    {"no_port",                "10.0.0.1",        list("198.51.100.1:"),                                                    "10.0.0.1"         },
    {"a_port_of_letters",      "10.0.0.1",        list("198.51.100.1:http"),                                                "10.0.0.1"         },
    {"a_long_port",            "10.0.0.1",        list("198.51.100.1:123456"),                                              "10.0.0.1"         },
    {"an_open_bracket",        "10.0.0.1",        list("[2001:db8::1"),                                                     "10.0.0.1"         },
    {"brackets_around_v4",     "10.0.0.1",        list("[198.51.100.1]"),                                                   "10.0.0.1"         },
    {"words_behind_brackets",  "10.0.0.1",        list("[2001:db8::1]x"),                                                   "10.0.0.1"         },
    {"a_zone",                 "10.0.0.1",        list("fe80::1%eth0"),                                                     "10.0.0.1"         },
    {"leading_zeros",          "10.0.0.1",        list("198.051.100.001"),                                                  "10.0.0.1"         },
    {"quotes_in_a_list",       "10.0.0.1",        list("\"198.51.100.1\""),                                                 "10.0.0.1"         },
    // Forwarded
    {"forwarded",              "10.0.0.1",        forwarded("for=198.51.100.1"),                                            "198.51.100.1"     },
    {"its_name_in_capitals",   "10.0.0.1",        forwarded("For=198.51.100.1"),                                            "198.51.100.1"     },
    {"others_beside_it",       "10.0.0.1",        forwarded("by=203.0.113.43;for=198.51.100.1;proto=http"),                 "198.51.100.1"     },
    {"spaces_around",          "10.0.0.1",        forwarded(" by=_p ; for=198.51.100.1 ; host=a "),                         "198.51.100.1"     },
    {"quoted",                 "10.0.0.1",        forwarded("for=\"198.51.100.1\""),                                        "198.51.100.1"     },
    {"quoted_with_port",       "10.0.0.1",        forwarded("for=\"198.51.100.1:4711\""),                                   "198.51.100.1"     },
    {"quoted_v6",              "10.0.0.1",        forwarded("for=\"[2001:db8:cafe::17]:4711\""),                            "2001:db8:cafe::17"},
    {"quoted_pairs",           "10.0.0.1",        forwarded("for=\"\\198.51.100\\.1\""),                                    "198.51.100.1"     },
    {"a_chain",                "10.0.0.1",        forwarded("for=1.1.1.1, for=198.51.100.1;proto=https, for=10.9.9.9"),     "198.51.100.1"     },
    {"two_forwarded",          "10.0.0.1",        {{"forwarded", "for=1.1.1.1"}, {"forwarded", "for=198.51.100.1"}},        "198.51.100.1"     },
    {"separators_in_quotes",   "10.0.0.1",        forwarded("for=198.51.100.1;host=\"a,for=1.1.1.1;\""),                    "198.51.100.1"     },
    {"a_semicolon_behind",     "10.0.0.1",        forwarded("for=198.51.100.1;"),                                           "198.51.100.1"     },
    {"forwarded_unknown",      "10.0.0.1",        forwarded("for=198.51.100.1, for=unknown"),                               "10.0.0.1"         },
    {"forwarded_hidden",       "10.0.0.1",        forwarded("for=198.51.100.1, for=_SEVKISEK"),                             "10.0.0.1"         },
    {"forwarded_without_for",  "10.0.0.1",        forwarded("for=198.51.100.1, proto=https"),                               "10.0.0.1"         },
    {"for_twice",              "10.0.0.1",        forwarded("for=198.51.100.1;for=1.1.1.1"),                                "10.0.0.1"         },
    {"v6_without_brackets",    "10.0.0.1",        forwarded("for=\"2001:db8::1\""),                                         "10.0.0.1"         },
    {"quotes_that_do_not_end", "10.0.0.1",        forwarded("for=\"a, for=198.51.100.1"),                                   "10.0.0.1"         },
    {"a_backslash_at_the_end", "10.0.0.1",        forwarded("for=\"a\\"),                                                   "10.0.0.1"         },
    {"words_behind_quotes",    "10.0.0.1",        forwarded("for=\"198.51.100.1\"x"),                                       "10.0.0.1"         },
    {"no_equals_sign",         "10.0.0.1",        forwarded("for"),                                                         "10.0.0.1"         },
    {"a_quote_for_a_name",     "10.0.0.1",        forwarded("\"for\"=198.51.100.1"),                                        "10.0.0.1"         },
    {"forwarded_empty",        "10.0.0.1",        forwarded(""),                                                            "10.0.0.1"         },
    // Both
    {"both_say_the_same",
     "10.0.0.1",                                  {{"x-forwarded-for", "198.51.100.1"}, {"forwarded", "for=198.51.100.1"}},
     "198.51.100.1"                                                                                                                            },
    {"both_differ",            "10.0.0.1",        {{"x-forwarded-for", "198.51.100.1"}, {"forwarded", "for=1.1.1.1"}},      "10.0.0.1"         },
    {"one_of_both_is_garbage", "10.0.0.1",        {{"x-forwarded-for", "198.51.100.1"}, {"forwarded", "x"}},                "10.0.0.1"         },
};

TEST(TheAddressOfAClient, IsTheLastThatATrustedProxyWasCalledFrom)
{
    const IpNetwork trusted[] = {*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("2001:db8:ff::/48")};
    for (const auto& row : kRows) {
        HttpRequest request;
        request.peer = row.peer;
        request.headers = row.headers;
        EXPECT_EQ(client_address(request, trusted), row.client) << row.name;
    }
}

TEST(TheAddressOfAClient, IsThatOfThePeerWhereNobodyIsTrusted)
{
    HttpRequest request;
    request.peer = "127.0.0.1";
    request.headers = list("198.51.100.1");
    EXPECT_EQ(client_address(request, {}), "127.0.0.1");
}

TEST(TheAddressOfAClient, IsFoundInALongListQuickly)
{
    HttpRequest request;
    request.peer = "10.0.0.1";
    std::string all = "198.51.100.1";
    for (int i = 0; i < 2'000; ++i)
        all += ",10.0.0.2";
    request.headers = list(all);
    EXPECT_EQ(client_address(request, std::vector{*IpNetwork::parse("10.0.0.0/8")}), "198.51.100.1");
}

}  // namespace
}  // namespace wgw
