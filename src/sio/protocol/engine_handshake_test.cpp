#include "sio/protocol/engine_handshake.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

constexpr auto kPolling = Transport::polling;
constexpr auto kWebSocket = Transport::websocket;

struct Row {
    std::string_view name;
    std::string_view method;
    std::string_view query;
    bool upgrade;
    std::optional<Transport> session;
    std::string_view expected;  ///< Status and body; empty: it may go on.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr auto k0 = R"(400 {"code":0,"message":"Transport unknown"})";
constexpr auto k1 = R"(400 {"code":1,"message":"Session ID unknown"})";
constexpr auto k2 = R"(400 {"code":2,"message":"Bad handshake method"})";
constexpr auto k3 = R"(400 {"code":3,"message":"Bad request"})";
constexpr auto k5 = R"(400 {"code":5,"message":"Unsupported protocol version"})";

const Row kRows[] = {
    {"handshake_polling",                     "GET",     "EIO=4&transport=polling",                   false, {},         ""                                },
    {"handshake_websocket",                   "GET",     "transport=websocket&EIO=4&t=x",             true,  {},         ""                                },
    {"transport_missing",                     "GET",     "EIO=4",                                     false, {},         k0                                },
    {"transport_unknown",                     "GET",     "EIO=4&transport=webtransport",              false, {},         k0                                },
    {"transport_twice",                       "GET",     "EIO=4&transport=polling&transport=polling", false, {},         k0                                },
    {"transport_before_sid",                  "GET",     "EIO=4&sid=s",                               false, {},         k0                                },
    {"post_without_sid",                      "POST",    "EIO=4&transport=polling",                   false, {},         k2                                },
    {"options_without_sid",                   "OPTIONS", "EIO=4&transport=polling",                   false, {},         k2                                },
    {"method_before_version",                 "POST",    "transport=polling",                         false, {},         k2                                },
    {"websocket_without_upgrade",             "GET",     "EIO=4&transport=websocket",                 false, {},         k3                                },
    {"polling_with_upgrade",                  "GET",     "EIO=4&transport=polling",                   true,  {},         "400 Bad request"                 },
    {"version_missing",                       "GET",     "transport=polling",                         false, {},         k5                                },
    {"version_three",                         "GET",     "EIO=3&transport=polling",                   false, {},         k5                                },
    {"version_three_upgrade",                 "GET",     "EIO=3&transport=websocket",                 true,  {},         "400 Unsupported protocol version"},
    {"empty_sid_is_none",                     "GET",     "EIO=4&transport=polling&sid=",              false, {},         ""                                },

    {"get",                                   "GET",     "EIO=4&transport=polling&sid=s",             false, kPolling,   ""                                },
    {"post",                                  "POST",    "EIO=4&transport=polling&sid=s",             false, kPolling,   ""                                },
    {"upgrade",                               "GET",     "EIO=4&transport=websocket&sid=s",           true,  kPolling,   ""                                },
    {"second_upgrade_is_the_sessions_matter", "GET",     "EIO=4&transport=websocket&sid=s",           true,  kWebSocket, ""                                },
    {"unknown_sid",                           "GET",     "EIO=4&transport=polling&sid=__proto__",     false, {},         k1                                },
    {"sid_twice",                             "GET",     "EIO=4&transport=polling&sid=s&sid=s",       false, {},         k1                                },
    {"unknown_sid_upgrade",                   "GET",     "EIO=4&transport=websocket&sid=s",           true,  {},         "400 Session ID unknown"          },
    {"polling_on_a_websocket",                "GET",     "EIO=4&transport=polling&sid=s",             false, kWebSocket, k3                                },
    {"plain_websocket",                       "GET",     "EIO=4&transport=websocket&sid=s",           false, kPolling,   k3                                },
    {"plain_websocket_on_a_websocket",        "GET",     "EIO=4&transport=websocket&sid=s",           false, kWebSocket, k3                                },
    {"version_changed",                       "GET",     "EIO=3&transport=polling&sid=s",             false, kPolling,   k3                                },
    {"version_dropped",                       "GET",     "transport=polling&sid=s",                   false, kPolling,   k3                                },
    {"put",                                   "PUT",     "EIO=4&transport=polling&sid=s",             false, kPolling,   "405 "                            },
    {"head",                                  "HEAD",    "EIO=4&transport=polling&sid=s",             false, kPolling,   "405 "                            },
};

class Handshake : public testing::TestWithParam<Row> {};

TEST_P(Handshake, IsCheckedInOrder)
{
    const auto& row = GetParam();
    const EngineRequest request{
        .method = row.method, .query = read_engine_query(row.query), .upgrade = row.upgrade, .origin = {}, .refusal = {}
    };
    const auto refusal = check_request(request, row.session);
    EXPECT_EQ(refusal ? std::to_string(refusal->status) + " " + refusal->body : "", row.expected);
}

INSTANTIATE_TEST_SUITE_P(Table, Handshake, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

EngineRequest handshake(std::string_view query, bool upgrade)
{
    return {.method = "GET", .query = read_engine_query(query), .upgrade = upgrade, .origin = {}, .refusal = {}};
}

TEST(HandshakeRefusal, IsJsonOnAPlainRequestAndTextOnAnUpgrade)
{
    const auto plain = check_request(handshake("EIO=3&transport=polling", false), {});
    EXPECT_EQ(plain->content_type, "application/json");
    EXPECT_FALSE(plain->close_connection);
    const auto upgrade = check_request(handshake("EIO=3&transport=websocket", true), {});
    EXPECT_EQ(upgrade->content_type, "text/html");
    EXPECT_TRUE(upgrade->close_connection);
}

TEST(HandshakeRefusal, OfTheApplicationIs403AndComesBeforeTheVersion)
{
    auto request = handshake("EIO=3&transport=polling", false);
    request.allowed = false;
    EXPECT_EQ(check_request(request, {})->status, 403);
    EXPECT_EQ(check_request(request, {})->body, R"({"code":4,"message":"Forbidden"})");
    request.refusal = "not \"here\"";
    EXPECT_EQ(check_request(request, {})->body, R"({"code":4,"message":"not \"here\""})");
    request.method = "POST";
    EXPECT_EQ(check_request(request, {})->status, 400);
}

TEST(HandshakeRefusal, OfTheApplicationHoldsForUpgradesOfKnownSessionsButNotForTheirRequests)
{
    auto upgrade = handshake("EIO=4&transport=websocket&sid=s", true);
    upgrade.allowed = false;
    EXPECT_EQ(check_request(upgrade, kPolling)->status, 403);
    EXPECT_EQ(check_request(upgrade, kPolling)->body, "Forbidden");
    auto get = handshake("EIO=4&transport=polling&sid=s", false);
    get.allowed = false;
    EXPECT_EQ(check_request(get, kPolling), std::nullopt);
}

TEST(HandshakeOrigin, WithBytesThatAHeaderMayNotHoldIsABadRequest)
{
    for (const auto& [origin, good] : {
             std::pair(std::string_view("http://localhost:3000"), true),
             std::pair(std::string_view("http://a\tb"), true),
             std::pair(std::string_view("http://\xc3\xa4"), true),
             std::pair(std::string_view("http://a\x01"), false),
             std::pair(std::string_view("http://a\x7f"), false),
             std::pair(std::string_view("http://a\0b", 10), false),
         }) {
        auto request = handshake("EIO=4&transport=polling", false);
        request.origin = origin;
        EXPECT_EQ(!check_request(request, {}), good) << origin;
    }
}

TEST(HandshakeQuery, ReadsThreeParametersAndSkipsTheRest)
{
    EXPECT_EQ(read_engine_query(""), EngineQuery());
    EXPECT_EQ(read_engine_query("&&=&x"), EngineQuery());
    EXPECT_EQ(read_engine_query("t=1&EIO=4&transport=polling&sid=a=b"), (EngineQuery{"polling", "4", "a=b"}));
    EXPECT_EQ(read_engine_query("EIO&sid=1&sid=2"), (EngineQuery{{}, "", ","}));
}

}  // namespace
}  // namespace wgw::sio
