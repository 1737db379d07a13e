#include "codec/msgpack.hpp"
#include "sio/protocol/packet_msgpack.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

using namespace std::string_literals;
using enum PacketType;

const std::string kLiteral = R"({"_placeholder":true,"num":0})";
const std::string kFirst = kLiteral;  // the same text: a reference where there are attachments

/// The packet whose fields are these, as MessagePack. Names in `json` stand in any order.
std::string pack(std::string_view json, std::vector<std::string> attachments = {})
{
    return msgpack_from_json(json, attachments);
}

struct Good {
    std::string_view name;
    std::string bytes;
    MsgpackPacket packet;

    friend void PrintTo(const Good& row, std::ostream* out) { *out << row.name; }
};

const Good kGood[] = {
    {"connect_of_a_client",
     "\x83\xa4type\x00\xa4"
     "data\x81\xa1t\xa1x\xa3nsp\xa1/"s,                                      {connect, "/", {}, R"({"t":"x"})"}                              },
    {"connect_without_auth",        "\x82\xa4type\x00\xa3nsp\xa1/"s,         {connect, "/"}                                                  },
    {"disconnect",                  "\x82\xa4type\x01\xa3nsp\xa5/news",      {disconnect, "/news"}                                           },
    {"event",
     "\x83\xa4type\x02\xa4"
     "data\x92\xa3say\xa2hi\xa3nsp\xa1/",                                    {event, "/", {}, R"(["say","hi"])"}                             },
    {"event_with_ack",
     "\x84\xa4type\x02\xa4"
     "data\x92\xa1x\x01\xa3nsp\xa1/\xa2id\x07",                              {event, "/", 7, R"(["x",1])"}                                   },
    {"event_with_the_greatest_ack",
     "\x84\xa4type\x02\xa4"
     "data\x91\xa1x\xa3nsp\xa1/\xa2id\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"s, {event, "/", kMaxAck, R"(["x"])"}                               },
    {"ack",
     "\x84\xa4type\x03\xa4"
     "data\x90\xa3nsp\xa2/n\xa2id\x00"s,                                     {ack, "/n", 0, "[]"}                                            },
    {"connect_error",
     "\x83\xa4type\x04\xa4"
     "data\x81\xa7message\xa2no\xa3nsp\xa1/",                                {connect_error, "/", {}, R"({"message":"no"})"}                 },
    {"binary_event",
     "\x83\xa4type\x02\xa4"
     "data\x92\xa1x\xc4\x02\x01\x02\xa3nsp\xa1/",                            {binary_event, "/", {}, R"(["x",)" + kFirst + "]", {"\x01\x02"}}},
    {"binary_ack",
     "\x84\xa4type\x03\xa4"
     "data\x91\xc4\x00\xa3nsp\xa1/\xa2id\x05"s,                              {binary_ack, "/", 5, "[" + kFirst + "]", {""}}                  },
    {"event_with_a_literal",
     "\x83\xa4type\x02\xa4"
     "data\x92\xa1x\x82\xac_placeholder\xc3\xa3num\x00\xa3nsp\xa1/"s,        {event, "/", {}, R"(["x",)" + kLiteral + "]"}                   },
};

class MsgpackPacketGood : public testing::TestWithParam<Good> {};

TEST_P(MsgpackPacketGood, DecodesAndEncodesBack)
{
    const auto packet = decode_msgpack(GetParam().bytes);
    ASSERT_TRUE(packet.has_value());
    EXPECT_EQ(*packet, GetParam().packet);
    EXPECT_EQ(encode_msgpack(packet->packet(), packet->attachments), GetParam().bytes);
    // The text form is one that packet.hpp reads as the same.
    EXPECT_EQ(decode(encode(packet->packet())), packet->packet());
}

INSTANTIATE_TEST_SUITE_P(Table, MsgpackPacketGood, testing::ValuesIn(kGood), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(MsgpackPacket, KeysComeInAnyOrderAndOthersAreIgnored)
{
    const MsgpackPacket expected{event, "/", 7, R"(["x"])"};
    EXPECT_EQ(
        decode_msgpack(pack(R"({"id":7,"options":{"compress":true},"nsp":"/","data":["x"],"type":2})")), expected
    );
    EXPECT_EQ(decode_msgpack(pack(R"({"":[1],"nsp":"/","type":2,"data":["x"],"id":7})")), expected);
}

TEST(MsgpackPacket, UndefinedIsAbsent)
{
    EXPECT_EQ(
        decode_msgpack("\x84\xa4type\x00\xa4"
                       "data\xd4\x00\x00\xa3nsp\xa1/\xa2id\xd4\x00\x00"s),
        (MsgpackPacket{connect, "/"})
    );
}

TEST(MsgpackPacket, AFloatThatIsAnIntegerIsOne)
{
    EXPECT_EQ(
        decode_msgpack("\x83\xa4type\xcb\x40\x00\x00\x00\x00\x00\x00\x00\xa4"
                       "data\x91\xa1x\xa3nsp\xa1/"s),
        (MsgpackPacket{event, "/", {}, R"(["x"])"})
    );
}

TEST(MsgpackPacket, BinaryInAnIgnoredKeyIsAnAttachmentThatStaysUnused)
{
    const auto packet = decode_msgpack(pack(R"({"options":)" + kFirst + R"(,"type":2,"nsp":"/","data":["x"]})", {"b"}));
    EXPECT_EQ(packet, (MsgpackPacket{binary_event, "/", {}, R"(["x"])", {"b"}}));
}

struct Bad {
    std::string json;
    PacketError error;
    std::vector<std::string> attachments = {};
};

const std::string kEleven = R"({"type":2,"nsp":"/","data":["x")" + [] {
    std::string out;
    for (int i = 0; i < 11; ++i)
        out += "," + kFirst;
    return out;
}() + "]}";

const Bad kBad[] = {
    {"{}", PacketError::unknown_type},
    {"[]", PacketError::unknown_type},
    {"2", PacketError::unknown_type},
    {R"({"type":5,"nsp":"/","data":["x"]})", PacketError::unknown_type},
    {R"({"type":-1,"nsp":"/"})", PacketError::unknown_type},
    {R"({"type":0.5,"nsp":"/"})", PacketError::unknown_type},
    {R"({"type":"0","nsp":"/"})", PacketError::unknown_type},
    {R"({"type":null,"nsp":"/"})", PacketError::unknown_type},
    {R"({"type":18446744073709551616,"nsp":"/"})", PacketError::unknown_type},
    {R"({"type":0})", PacketError::nsp},
    {R"({"type":0,"nsp":1})", PacketError::nsp},
    {R"({"type":0,"nsp":""})", PacketError::nsp},
    {R"({"type":0,"nsp":"nsp"})", PacketError::nsp},
    {R"({"type":0,"nsp":"/a,b"})", PacketError::nsp},
    {R"({"type":0,"nsp":"/)" + std::string(255, 'n') + "\"}", PacketError::nsp},
    {R"({"type":2,"nsp":"/","data":["x"],"id":null})", PacketError::ack_id},
    {R"({"type":2,"nsp":"/","data":["x"],"id":-1})", PacketError::ack_id},
    {R"({"type":2,"nsp":"/","data":["x"],"id":1.5})", PacketError::ack_id},
    {R"({"type":2,"nsp":"/","data":["x"],"id":"1"})", PacketError::ack_id},
    {R"({"type":2,"nsp":"/","data":["x"],"id":9007199254740992})", PacketError::ack_id},
    {R"({"type":0,"nsp":"/","data":null})", PacketError::wrong_payload},
    {R"({"type":0,"nsp":"/","data":[]})", PacketError::wrong_payload},
    {R"({"type":0,"nsp":"/","data":"x"})", PacketError::wrong_payload},
    {R"({"type":0,"nsp":"/","data":{"b":)" + kFirst + "}}", PacketError::wrong_payload, {"b"}},
    {R"({"type":1,"nsp":"/","data":null})", PacketError::wrong_payload},
    {R"({"type":1,"nsp":"/","data":{}})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/"})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":{}})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":[]})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":[null]})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":["connect"]})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":["newListener"]})", PacketError::wrong_payload},
    {R"({"type":2,"nsp":"/","data":[)" + kFirst + "]}", PacketError::wrong_payload, {"x"}},
    {R"({"type":3,"nsp":"/","id":1})", PacketError::wrong_payload},
    {R"({"type":3,"nsp":"/","id":1,"data":{}})", PacketError::wrong_payload},
    {R"({"type":4,"nsp":"/"})", PacketError::wrong_payload},
    {R"({"type":4,"nsp":"/","data":{"data":)" + kFirst + "}}", PacketError::wrong_payload, {"b"}},
    {kEleven, PacketError::attachment_count, {"b"}},
};

TEST(MsgpackPacketBad, IsRefusedWithThePartThatIsWrong)
{
    for (const auto& row : kBad) {
        const auto packet = decode_msgpack(pack(row.json, row.attachments));
        ASSERT_FALSE(packet.has_value()) << row.json;
        EXPECT_EQ(packet.error(), row.error) << row.json;
    }
}

TEST(MsgpackPacketBad, WhatIsNoMessagePackIsRefused)
{
    EXPECT_EQ(decode_msgpack("").error(), PacketError::json);
    EXPECT_EQ(decode_msgpack("\xc1").error(), PacketError::json);
    EXPECT_EQ(decode_msgpack(std::string(40'000, '\x91')).error(), PacketError::json);
    EXPECT_EQ(decode_msgpack("\xdf\xff\xff\xff\xff\xa4type").error(), PacketError::json);
    EXPECT_EQ(decode_msgpack(pack(R"({"type":0,"nsp":"/"})") + "\xc0").error(), PacketError::json);
}

TEST(MsgpackPacket, ALiteralPlaceholderNeverBecomesAReference)
{
    // Alone it is data, in both forms. Beside binary there is no way to say it, so the packet is refused.
    EXPECT_EQ(
        decode_msgpack("\x83\xa4type\x02\xa4"
                       "data\x93\xa1x\xc4\x01"
                       "b\x82\xac_placeholder\xc3\xa3num\x00\xa3nsp\xa1/"s)
            .error(),
        PacketError::placeholder
    );
}

TEST(MsgpackPacket, BoundsAreParameters)
{
    const auto two = pack(R"({"type":2,"nsp":"/","data":["x",)" + kFirst + "," + kFirst + "]}", {"b"});
    EXPECT_TRUE(decode_msgpack(two, 2).has_value());
    EXPECT_EQ(decode_msgpack(two, 1).error(), PacketError::attachment_count);
    const auto long_one = pack(R"({"type":2,"nsp":"/","data":["x"]})");
    EXPECT_TRUE(decode_msgpack(long_one, 10, 33).has_value());
    EXPECT_EQ(decode_msgpack(long_one, 10, 32).error(), PacketError::json);
}

}  // namespace
}  // namespace wgw::sio
