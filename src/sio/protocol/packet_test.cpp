#include "sio/protocol/packet.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wgw::sio {
namespace {

using enum PacketType;

struct Good {
    std::string_view name;
    std::string_view text;
    Packet packet;

    friend void PrintTo(const Good& row, std::ostream* out) { *out << row.name; }
};

const Good kGood[] = {
    {"connect_root",                      "0",                                        {connect, "/", {}, 0, ""}                                                                           },
    {"connect_auth",                      R"(0/news,{"token":"t"})",                  {connect, "/news", {}, 0, R"({"token":"t"})"}                                                       },
    {"connect_query_is_name",             "0/?a=1,",                                  {connect, "/?a=1", {}, 0, ""}                                                                       },
    {"disconnect",                        "1/news,",                                  {disconnect, "/news", {}, 0, ""}                                                                    },
    {"event",                             R"(2["say","hi"])",                         {event, "/", {}, 0, R"(["say","hi"])"}                                                              },
    {"event_with_ack",                    R"(2/news,7["say","hi"])",                  {event, "/news", 7, 0, R"(["say","hi"])"}                                                           },
    {"event_name_number",                 "2[1]",                                     {event, "/", {}, 0, "[1]"}                                                                          },
    {"event_ack_greatest",                R"(29007199254740991["x"])",                {event, "/", kMaxAck, 0, R"(["x"])"}                                                                },
    {"event_number_too_great_for_double", R"(2["x",1e400])",                          {event, "/", {}, 0, R"(["x",1e400])"}                                                               },
    {"event_literal_placeholder",
     R"(2["x",{"_placeholder":true,"num":9}])",                                       {event, "/", {}, 0, R"(["x",{"_placeholder":true,"num":9}])"}                                       },
    {"ack_empty",                         "37[]",                                     {ack, "/", 7, 0, "[]"}                                                                              },
    {"ack_without_id",                    "3[]",                                      {ack, "/", {}, 0, "[]"}                                                                             },
    {"connect_error_object",              R"(4/n,{"message":"no"})",                  {connect_error, "/n", {}, 0, R"({"message":"no"})"}                                                 },
    {"connect_error_string",              R"(4"no")",                                 {connect_error, "/", {}, 0, R"("no")"}                                                              },
    {"binary_event",                      R"(51-["file",{"n":0}])",                   {binary_event, "/", {}, 1, R"(["file",{"n":0}])"}                                                   },
    {"binary_event_everything",
     R"(52-/n,3["f",{"_placeholder":true,"num":1},[{"num":0,"_placeholder":true}]])", {binary_event, "/n", 3, 2, R"(["f",{"_placeholder":true,"num":1},[{"num":0,"_placeholder":true}]])"}},
    {"binary_ack",                        "610-5[]",                                  {binary_ack, "/", 5, 10, "[]"}                                                                      },
};

class PacketGood : public testing::TestWithParam<Good> {};

TEST_P(PacketGood, DecodesAndEncodesBack)
{
    const auto packet = decode(GetParam().text);
    ASSERT_TRUE(packet.has_value());
    EXPECT_EQ(*packet, GetParam().packet);
    EXPECT_EQ(encode(*packet), GetParam().text);
    EXPECT_EQ(to_frame(*packet).packet(), "4" + std::string(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(Table, PacketGood, testing::ValuesIn(kGood), [](const auto& row) {
    return std::string(row.param.name);
});

struct Bad {
    std::string_view text;
    PacketError error;
};

const Bad kBad[] = {
    {"",                                          PacketError::unknown_type    },
    {"7",                                         PacketError::unknown_type    },
    {"x",                                         PacketError::unknown_type    },
    {"/",                                         PacketError::unknown_type    },
    {"2",                                         PacketError::wrong_payload   }, // ours: Node delivers an event without a name
    {"3",                                         PacketError::wrong_payload   }, // ours: likewise
    {"51-",                                       PacketError::wrong_payload   },
    {"2{}",                                       PacketError::wrong_payload   },
    {"2[]",                                       PacketError::wrong_payload   },
    {"2[{}]",                                     PacketError::wrong_payload   },
    {"2[null]",                                   PacketError::wrong_payload   },
    {R"(2["connect"])",                           PacketError::wrong_payload   },
    {R"(2["connect_error"])",                     PacketError::wrong_payload   },
    {R"(2["disconnect"])",                        PacketError::wrong_payload   },
    {R"(2["disconnecting"])",                     PacketError::wrong_payload   },
    {R"(2["newListener"])",                       PacketError::wrong_payload   },
    {R"(2["removeListener"])",                    PacketError::wrong_payload   },
    {R"(2["\u0063onnect"])",                      PacketError::wrong_payload   },
    {R"(51-["connect"])",                         PacketError::wrong_payload   },
    {"4",                                         PacketError::wrong_payload   },
    {"4[]",                                       PacketError::wrong_payload   },
    {"1{}",                                       PacketError::wrong_payload   },
    {R"(0/x,"str")",                              PacketError::wrong_payload   },
    {"0[]",                                       PacketError::wrong_payload   },
    {"3{}",                                       PacketError::wrong_payload   },
    {R"(2["x")",                                  PacketError::json            },
    {R"(2["x"]])",                                PacketError::json            },
    {R"(2abc["x"])",                              PacketError::json            },
    {"3abc",                                      PacketError::json            },
    {R"(21.5["x"])",                              PacketError::json            },
    {R"(2-1["x"])",                               PacketError::json            },
    {R"(2 ["x"])",                                PacketError::json            }, // ours: Node takes the space for ack id 0
    {R"(21 ["x"])",                               PacketError::json            },
    {"2[\"\xff\"]",                               PacketError::json            },
    {R"(29007199254740992["x"])",                 PacketError::ack_id          },
    {R"(299999999999999999999["x"])",             PacketError::ack_id          },
    {R"(5["x"])",                                 PacketError::attachment_count},
    {R"(50-["x"])",                               PacketError::attachment_count},
    {R"(5-["x"])",                                PacketError::attachment_count},
    {R"(5-1-["x"])",                              PacketError::attachment_count},
    {R"(51["x"])",                                PacketError::attachment_count},
    {R"(51.5-["x"])",                             PacketError::attachment_count},
    {R"(511-["x"])",                              PacketError::attachment_count},
    {R"(599999999999999999999-["x"])",            PacketError::attachment_count},
    {"6",                                         PacketError::attachment_count},
    {R"(51-["x",{"_placeholder":true,"num":1}])", PacketError::placeholder     },
};

TEST(PacketBad, IsRefusedWithThePartThatIsWrong)
{
    for (const auto& row : kBad) {
        const auto packet = decode(row.text);
        ASSERT_FALSE(packet.has_value()) << row.text;
        EXPECT_EQ(packet.error(), row.error) << row.text;
    }
}

TEST(Packet, LeadingZerosOfAnAckIdVanish)
{
    EXPECT_EQ(decode(R"(2007["x"])")->ack, 7);
    EXPECT_EQ(encode(*decode(R"(2007["x"])")), R"(27["x"])");
}

TEST(Packet, NamespaceEndsAtItsCommaOrAtTheEnd)
{
    EXPECT_EQ(decode("0/custom")->nsp, "/custom");
    EXPECT_EQ(decode("1/custom")->nsp, "/custom");
    EXPECT_EQ(decode(R"(0/x{"a":1})")->nsp, R"(/x{"a":1})");
}

TEST(Packet, NamespaceHas255BytesAtMost)
{
    const auto longest = "0/" + std::string(254, 'n');
    EXPECT_TRUE(decode(longest).has_value());
    EXPECT_EQ(decode(longest + "n").error(), PacketError::nsp);
}

TEST(Packet, AttachmentsCanBeBoundedOtherwise)
{
    EXPECT_TRUE(decode(R"(520-["x"])", 20).has_value());
    EXPECT_EQ(decode(R"(52-["x"])", 1).error(), PacketError::attachment_count);
}

TEST(Packet, DepthOfJsonIsBounded)
{
    const auto nested = [](std::size_t depth) {
        return R"(2["x",)" + std::string(depth, '[') + std::string(depth, ']') + "]";
    };
    EXPECT_TRUE(decode(nested(127)).has_value());
    EXPECT_EQ(decode(nested(128)).error(), PacketError::json);
}

TEST(Packet, EventJsonPutsTheNameFirst)
{
    EXPECT_EQ(event_json("say", ""), R"(["say"])");
    EXPECT_EQ(event_json("say\xff", ""), "[\"say\ufffd\"]");
    for (const auto* reserved :
         {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
        EXPECT_THROW(event_json(reserved, ""), std::invalid_argument) << reserved;
    EXPECT_EQ(event_json("a\"b", R"({"n":1},2)"), R"(["a\"b",{"n":1},2])");
}

TEST(Packet, OfRandomBytesIsReadAndWrittenOrRefused)
{
    std::mt19937 random(1);
    constexpr std::string_view kAlphabet = "0123456789-/,[]{}\":. \\_placeholdernumtruex\x1e\xff";
    for (int i = 0; i < 200'000; ++i) {
        std::string text(random() % 24, '0');
        for (auto& c : text)
            c = kAlphabet[random() % kAlphabet.size()];
        const auto packet = decode(text);
        if (!packet)
            continue;
        // What was accepted means the same after it has been written and read again.
        const auto written = encode(*packet);
        const auto again = decode(written);
        ASSERT_TRUE(again.has_value()) << text;
        ASSERT_EQ(*again, *packet) << text;
    }
}

}  // namespace
}  // namespace wgw::sio
