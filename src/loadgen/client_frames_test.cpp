#include "codec/frame.hpp"
#include "codec/ws_frame.hpp"
#include "loadgen/client_frames.hpp"

#include <gtest/gtest.h>

namespace wgw::loadgen {
namespace {

class OfLength : public testing::TestWithParam<std::size_t> {};

TEST_P(OfLength, AClientsFrameIsWhatAServerReads)
{
    const std::string payload(GetParam(), 'x');
    std::string bytes;
    append_client_frame(bytes, Opcode::text, payload, 0xdeadbeef);
    WsDecoder decoder;
    std::span<char> rest(bytes);
    EXPECT_EQ(decoder.next(rest), (WsEvent{WsEvent::Type::text, payload, 0}));
    EXPECT_TRUE(rest.empty());
}

TEST_P(OfLength, AServersFrameIsReadWhenItIsComplete)
{
    const std::string payload(GetParam(), 'x');
    const auto sent = Frame::text(payload);
    const std::string bytes = std::string(sent.wire()) + "behind";
    const auto frame = server_frame(bytes);
    ASSERT_TRUE(frame.has_value());
    EXPECT_FALSE(frame->bad);
    EXPECT_EQ(frame->opcode, Opcode::text);
    EXPECT_EQ(frame->payload, payload);
    EXPECT_EQ(frame->size, sent.size());
    for (const std::size_t part : {std::size_t{0}, std::size_t{1}, sent.size() / 2, sent.size() - 1})
        EXPECT_FALSE(server_frame(std::string_view(bytes).substr(0, part)).has_value()) << part;
}

INSTANTIATE_TEST_SUITE_P(Table, OfLength, testing::Values(0, 1, 125, 126, 65'535, 65'536, 200'000));

TEST(AServersFrame, IsBadIfItIsMaskedReservedAFragmentOrUnknown)
{
    using namespace std::string_view_literals;
    for (const auto bytes : {"\x81\x81\0\0\0\0x"sv, "\xc1\x01x"sv, "\x01\x01x"sv, "\x80\x01x"sv, "\x83\x01x"sv}) {
        const auto frame = server_frame(bytes);
        ASSERT_TRUE(frame.has_value());
        EXPECT_TRUE(frame->bad);
    }
}

}  // namespace
}  // namespace wgw::loadgen
