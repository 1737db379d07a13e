#include "codec/ws_frame.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace wgw {
namespace {

/// A client's frame: `first` is FIN, reserved bits and opcode.
std::string frame(int first, std::string_view payload, std::string_view mask = "\x11\x22\x33\x44")
{
    std::string out(1, static_cast<char>(first));
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        out += static_cast<char>(payload.size() < 65'536 ? 0xfe : 0xff);
        for (int shift = payload.size() < 65'536 ? 8 : 56; shift >= 0; shift -= 8)
            out += static_cast<char>(payload.size() >> shift);
    }
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

/// Everything that the bytes say, as one text: `t:hello`, `b:…`, `ping:…`, `pong:…`, `close:1000`, `error:1002`.
std::string heard(std::string bytes, const std::function<std::size_t(std::size_t)>& piece, WsLimits limits = {})
{
    WsDecoder decoder(limits);
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = piece(bytes.size() - at);
        std::string copy = bytes.substr(at, size);
        std::span<char> rest(copy);
        while (const auto event = decoder.next(rest)) {
            constexpr std::string_view kNames[] = {"t:", "b:", "ping:", "pong:", "close:", "error:"};
            out += out.empty() ? "" : " ";
            out += kNames[static_cast<std::size_t>(event->type)];
            if (event->type >= WsEvent::Type::close)
                out += std::to_string(event->code);
            else
                out += event->payload.size() > 40 ? std::to_string(event->payload.size()) : std::string(event->payload);
        }
        EXPECT_TRUE(rest.empty());
        at += size;
    }
    return out;
}

struct Row {
    std::string name;
    std::string bytes;
    std::string heard;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

using namespace std::string_literals;

const Row kRows[] = {
    {"text", frame(0x81, "hello"), "t:hello"},
    {"empty_text", frame(0x81, ""), "t:"},
    {"binary", frame(0x82, "\x01\x02"), "b:\x01\x02"},
    {"length_125", frame(0x82, std::string(125, 'a')), "b:125"},
    {"length_126", frame(0x82, std::string(126, 'a')), "b:126"},
    {"length_65535", frame(0x82, std::string(65'535, 'a')), "b:65535"},
    {"length_65536", frame(0x82, std::string(65'536, 'a')), "b:65536"},
    {"two_messages", frame(0x81, "a") + frame(0x81, "b"), "t:a t:b"},
    {"fragments", frame(0x01, "he") + frame(0x00, "l") + frame(0x80, "lo"), "t:hello"},
    {"empty_fragments", frame(0x01, "") + frame(0x00, "") + frame(0x80, "x"), "t:x"},
    {"ping_between_fragments", frame(0x01, "a") + frame(0x89, "p") + frame(0x80, "b"), "ping:p t:ab"},
    {"pong", frame(0x8a, "p"), "pong:p"},
    {"ping_of_125", frame(0x89, std::string(125, 'a')), "ping:125"},
    {"close_without_code", frame(0x88, "") + frame(0x81, "x"), "close:0"},
    {"close_with_code",
     frame(
         0x88, "\x03\xe8"
               "bye"
     ), "close:1000"},
    {"close_4999", frame(0x88, "\x13\x87"), "close:4999"},
    {"text_split_in_character", frame(0x01, "\xe2") + frame(0x80, "\x82\xac"), "t:\xe2\x82\xac"},
    {"not_masked", "\x81\x05hello"s, "error:1002"},
    {"reserved_bit_1", frame(0xc1, "a"), "error:1002"},
    {"reserved_bit_3", frame(0x91, "a"), "error:1002"},
    {"unknown_opcode_3", frame(0x83, "a"), "error:1002"},
    {"unknown_opcode_11", frame(0x8b, "a"), "error:1002"},
    {"fragmented_ping", frame(0x09, "a"), "error:1002"},
    {"ping_of_126", frame(0x89, std::string(126, 'a')), "error:1002"},
    {"continuation_of_nothing", frame(0x80, "a"), "error:1002"},
    {"text_inside_a_message", frame(0x01, "a") + frame(0x81, "b"), "error:1002"},
    {"length_not_minimal_16", "\x82\xfe\x00\x05\x00\x00\x00\x00hello"s, "error:1002"},
    {"length_not_minimal_64", "\x82\xff\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00hello"s, "error:1002"},
    {"length_with_high_bit", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00"s, "error:1002"},
    {"length_of_2_to_the_62", "\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"s, "error:1009"},
    {"text_not_utf8", frame(0x81, "a\xff"), "error:1007"},
    {"text_cut_off", frame(0x81, "\xe2\x82"), "error:1007"},
    {"fragment_not_utf8", frame(0x01, "\xff") + frame(0x80, "a"), "error:1007"},
    {"close_of_one_byte", frame(0x88, "\x03"), "error:1002"},
    {"close_1005", frame(0x88, "\x03\xed"), "error:1002"},
    {"close_999", frame(0x88, "\x03\xe7"), "error:1002"},
    {"close_not_utf8", frame(0x88, "\x03\xe8\xff"), "error:1007"},
    {"nothing_after_an_error", frame(0x83, "a") + frame(0x81, "b"), "error:1002"},
};

class WsFrames : public testing::TestWithParam<Row> {};

TEST_P(WsFrames, AreHeardAsTheRfcSays)
{
    EXPECT_EQ(heard(GetParam().bytes, [](std::size_t left) { return left; }), GetParam().heard);
}

TEST_P(WsFrames, AreHeardTheSameInPieces)
{
    if (GetParam().bytes.size() < 10'000)
        EXPECT_EQ(heard(GetParam().bytes, [](std::size_t) { return 1; }), GetParam().heard);
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        const std::size_t most = GetParam().bytes.size() < 10'000 ? 7 : 9'000;
        const auto piece = [&](std::size_t left) { return 1 + random() % std::min(left, most); };
        ASSERT_EQ(heard(GetParam().bytes, piece), GetParam().heard);
    }
}

INSTANTIATE_TEST_SUITE_P(Table, WsFrames, testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(AMessage, IsBoundedInBytesAndFrames)
{
    const auto all = [](std::size_t left) { return left; };
    const WsLimits limits{.payload = 10, .frames = 3};
    EXPECT_EQ(heard(frame(0x82, "0123456789"), all, limits), "b:0123456789");
    EXPECT_EQ(heard(frame(0x82, "0123456789x"), all, limits), "error:1009");
    EXPECT_EQ(heard(frame(0x02, "012345") + frame(0x80, "6789"), all, limits), "b:0123456789");
    EXPECT_EQ(heard(frame(0x02, "012345") + frame(0x80, "6789x"), all, limits), "error:1009");
    EXPECT_EQ(heard(frame(0x02, "") + frame(0x00, "") + frame(0x80, ""), all, limits), "b:");
    EXPECT_EQ(heard(frame(0x02, "") + frame(0x00, "") + frame(0x00, "") + frame(0x80, ""), all, limits), "error:1008");
    EXPECT_EQ(heard(frame(0x82, "") + frame(0x82, "") + frame(0x82, "") + frame(0x82, ""), all, limits), "b: b: b: b:");
}

TEST(AWholeFrame, IsNotCopied)
{
    WsDecoder decoder;
    std::string bytes = frame(0x81, "hello");
    std::span<char> rest(bytes);
    const auto event = decoder.next(rest);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->payload.data(), bytes.data() + 6);
    EXPECT_FALSE(decoder.in_message());
}

TEST(ADecoder, GivesItsMemoryBackWhenNothingIsHalfWay)
{
    WsDecoder decoder;
    EXPECT_EQ(decoder.held_bytes(), 0u);
    const auto hear = [&](std::string bytes) {
        std::span<char> rest(bytes);
        std::size_t events = 0;
        while (decoder.next(rest))
            ++events;
        return events;
    };
    const std::string half(100'000, 'a');
    EXPECT_EQ(hear(frame(0x02, half)), 0U);
    EXPECT_GE(decoder.held_bytes(), half.size());
    EXPECT_EQ(hear(frame(0x80, half)), 1U);
    EXPECT_EQ(decoder.held_bytes(), 0u);
    EXPECT_EQ(hear(frame(0x02, half) + frame(0x83, "")), 1U);  // a protocol error in the midst of a message
    EXPECT_EQ(decoder.held_bytes(), 0u);
}

TEST(ADecoder, HoldsNothingForALengthThatWasOnlyDeclared)
{
    WsDecoder decoder;
    EXPECT_EQ(decoder.held_bytes(), 0u);
    std::string header("\x82\xff\0\0\0\0\0\x0f\x42\x40mask", 14);  // 1,000,000 bytes
    std::span<char> rest(header);
    EXPECT_FALSE(decoder.next(rest).has_value());
    EXPECT_TRUE(decoder.in_message());
    EXPECT_EQ(decoder.held_bytes(), 0u);
}

TEST(ATextThatCannotBecomeUtf8, IsRefusedAtItsFirstWrongByte)
{
    WsDecoder decoder;
    std::string bytes = frame(0x01, "\xce\xba") + frame(0x80, "\xed\xa0\x80 and more that never comes");
    bytes.resize(8 + 6 + 2);  // up to the a0
    std::span<char> rest(bytes);
    const auto event = decoder.next(rest);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->code, 1007);
}

TEST(CloseCodes, AreLegalOrAProtocolError)
{
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
        const char payload[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
        EXPECT_EQ(
            heard(frame(0x88, {payload, 2}), [](std::size_t left) { return left; }), "close:" + std::to_string(code)
        );
    }
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
        const char payload[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
        EXPECT_EQ(heard(frame(0x88, {payload, 2}), [](std::size_t left) { return left; }), "error:1002") << code;
    }
}

TEST(ControlFrames, AreWrittenAsTheRfcSays)
{
    EXPECT_EQ(ws_close_frame({}), "\x88\x00"s);
    EXPECT_EQ(ws_close_frame(1001), "\x88\x02\x03\xe9"s);
    EXPECT_EQ(ws_pong_frame("hi"), "\x8a\x02hi"s);
}

}  // namespace
}  // namespace wgw
