#include "chat/entry_hint.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wgw::chat {
namespace {

Entry message()
{
    Entry entry;
    entry.room_id = *Id::parse("aaaaaaaaaaaaaaaaaaaaaaaa");
    entry._id = *Id::parse("bbbbbbbbbbbbbbbbbbbbbbbb");
    entry.user_id = *Id::parse("cccccccccccccccccccccccc");
    entry.seq = (std::int64_t{1} << 53) - 1;
    entry.at = {1'800'000'000'123};
    entry.client_msg_id = std::string(64, 'k');
    entry.send_hash.fill(0x5a);
    entry.body = R"({"content":"caf\u00e9 ☕"})";
    return entry;
}

Entry room()
{
    Entry entry = message();
    entry.client_msg_id.reset();
    entry.send_hash = {};
    entry.seq = 1;
    entry.type = EntryType::room_update;
    entry.body = R"({"name":"General","epoch":"00112233445566778899aabbccddeeff"})";
    return entry;
}

TEST(EntryHintTest, WhatIsEncodedIsDecoded)
{
    EXPECT_EQ(decode_hint(encode_hint(message())), message());
    EXPECT_EQ(decode_hint(encode_hint(room())), room());
}

TEST(EntryHintTest, EveryBeginningOfOneIsNothing)
{
    for (const auto& entry : {message(), room()}) {
        const auto bytes = encode_hint(entry);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(decode_hint(std::string_view(bytes).substr(0, size))) << size;
    }
}

TEST(EntryHintTest, ABodyThatIsNotOfOursIsNothing)
{
    for (const auto* body :
         {"", "{}", "null", R"({"content":1})", R"({"content":"a","b":1})", R"({"content":"a"}x)",
          R"({"content":"a"},"b":"c"})", R"( {"content":"a"})", "{\"content\":\"\xff\"}", R"({"content":"a)"}) {
        auto entry = message();
        entry.body = body;
        EXPECT_FALSE(decode_hint(encode_hint(entry))) << body;
    }
}

TEST(EntryHintTest, OtherVersionsTypesAndNumbersAreNothing)
{
    auto bytes = encode_hint(message());
    bytes[0] = 2;
    EXPECT_FALSE(decode_hint(bytes));
    for (const char type : {'\0', '\4', '\x7f', '\xff'}) {
        bytes = encode_hint(message());
        bytes[1] = type;
        EXPECT_FALSE(decode_hint(bytes));
    }
    auto entry = message();
    entry.seq = 0;
    EXPECT_FALSE(decode_hint(encode_hint(entry)));
    entry = message();
    entry.body = R"({"content":")" + std::string(kMostHintBytes, 'a') + R"("})";
    EXPECT_FALSE(decode_hint(encode_hint(entry)));
}

TEST(EntryHintTest, BytesThatWereChangedHarmNobody)
{
    std::mt19937 random(1);
    for (int turn = 0; turn < 20'000; ++turn) {
        auto bytes = encode_hint(message());
        for (unsigned change = 0; change <= random() % 3; ++change)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto entry = decode_hint(bytes);
        if (entry && entry->type == EntryType::message_receive)
            content_json(*entry);
    }
}

}  // namespace
}  // namespace wgw::chat
