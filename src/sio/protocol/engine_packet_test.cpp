#include "sio/protocol/engine_packet.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::sio {
namespace {

std::vector<std::string_view> split(std::string_view body)
{
    std::vector<std::string_view> all;
    for (PollPackets packets(body); const auto packet = packets.next();)
        all.push_back(*packet);
    return all;
}

TEST(EnginePacket, IsATypeAndData)
{
    EXPECT_EQ(decode_engine("4hello"), (EnginePacket{EngineType::message, "hello"}));
    EXPECT_EQ(decode_engine("2probe"), (EnginePacket{EngineType::ping, "probe"}));
    EXPECT_EQ(decode_engine("0"), (EnginePacket{EngineType::open, ""}));
    EXPECT_EQ(decode_engine("6"), (EnginePacket{EngineType::noop, ""}));
}

TEST(EnginePacket, OfAnUnknownTypeIsUndecodable)
{
    for (const auto* text : {"", "7", "/", "a", "b", "\x1e", "\xff"})
        EXPECT_EQ(decode_engine(text), std::nullopt) << text;
}

TEST(PollBody, IsSplitAtEachSeparator)
{
    EXPECT_EQ(split("4a"), (std::vector<std::string_view>{"4a"}));
    EXPECT_EQ(
        split("4a\x1e"
              "4b\x1e"
              "3"),
        (std::vector<std::string_view>{"4a", "4b", "3"})
    );
    EXPECT_EQ(split("4a\x1e"), (std::vector<std::string_view>{"4a", ""}));
    EXPECT_EQ(split(""), (std::vector<std::string_view>{""}));
}

TEST(PollBody, HoldsBinaryAsBase64)
{
    EXPECT_TRUE(is_base64("bAQID"));
    EXPECT_EQ(decode_base64("bAQID"), "\x01\x02\x03");
    EXPECT_EQ(decode_base64("b"), "");
    for (const auto* bad : {"bAQI", "bAQI?", "bA Q=", "b=", "b=\n", "bAQI\nD?\n"})
        EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
}

TEST(PollBody, HoldsBase64InLinesToo)
{
    EXPECT_EQ(decode_base64("bAQID\n"), "\x01\x02\x03");
    EXPECT_EQ(decode_base64("bAQID\r\nBA==\r\n"), "\x01\x02\x03\x04");
    EXPECT_EQ(decode_base64("b\n"), "");
}

TEST(PollBody, IsWrittenAsItIsRead)
{
    std::string body;
    append_poll_packet(body, Frame::text("4hello"));
    append_poll_packet(body, Frame::binary(std::string_view("\x01\0\xff", 3)));
    append_poll_packet(body, "1");
    EXPECT_EQ(
        body, "4hello\x1e"
              "bAQD/\x1e"
              "1"
    );
}

}  // namespace
}  // namespace wgw::sio
