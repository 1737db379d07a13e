#include "sio/protocol/packet_msgpack.hpp"
#include "sio/server/encoded.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

TEST(Encoded, IsOneFrameWithoutBinaryValues)
{
    const Encoded event({.type = PacketType::event, .nsp = "/n", .ack = 7, .json = R"(["a",1])"});
    ASSERT_EQ(event.frames().size(), 1U);
    EXPECT_EQ(event.frames()[0].packet(), R"(42/n,7["a",1])");
    EXPECT_FALSE(event.frames()[0].is_binary());
}

TEST(Encoded, IsAFrameMoreForEachBinaryValue)
{
    const std::vector<std::string> attachments{"one", ""};
    const std::string_view json = R"(["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
    const Encoded event({.type = PacketType::event, .json = json}, attachments);
    ASSERT_EQ(event.frames().size(), 3U);
    EXPECT_EQ(event.frames()[0].packet(), "452-" + std::string(json));
    EXPECT_TRUE(event.frames()[1].is_binary());
    EXPECT_EQ(event.frames()[1].packet(), "one");
    EXPECT_EQ(event.frames()[2].packet(), "");

    const Encoded ack({.type = PacketType::ack, .ack = 3, .json = "[]"}, attachments);
    EXPECT_EQ(ack.frames()[0].packet(), "462-3[]");
}

TEST(Encoded, IsOneMessageInMessagePack)
{
    const std::vector<std::string> attachments{"bytes"};
    const Encoded event(
        {.type = PacketType::event, .nsp = "/n", .ack = 7, .json = R"(["a",{"_placeholder":true,"num":0}])"},
        attachments
    );
    EXPECT_TRUE(event.msgpack().is_binary());
    const auto read = decode_msgpack(event.msgpack().packet());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->type, PacketType::binary_event);
    EXPECT_EQ(read->nsp, "/n");
    EXPECT_EQ(read->ack, 7);
    EXPECT_EQ(read->attachments, attachments);
    EXPECT_EQ(event.msgpack().wire().data(), event.msgpack().wire().data()) << "made once";
}

}  // namespace
}  // namespace wgw::sio
