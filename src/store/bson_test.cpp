#include "store/bson.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::store {
namespace {

using namespace std::string_view_literals;

const Id kId{
    {0x65, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xff}
};

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(ABsonDocument, HasTheTypesThatTheOriginalWrites)
{
    Bson user;
    user.add("name", "\xC3\xA9").add("last_name", nullptr).add("_id", kId);
    user.add("at", Timestamp{1'800'000'000'000}).add("__v", 0).add("on", true);
    const auto expected = bytes_of("\x48\0\0\0"
                                   "\x02name\0\x03\0\0\0\xC3\xA9\0"
                                   "\x0alast_name\0"
                                   "\x07_id\0\x65\1\2\3\4\5\6\7\x08\x09\x0a\xff"
                                   "\x09"
                                   "at\0\x00\x50\x5c\x18\xa3\x01\x00\x00"
                                   "\x10__v\0\0\0\0\0"
                                   "\x08on\0\1"
                                   "\0"sv);
    const auto made = user.bytes();
    EXPECT_EQ(std::vector(made.begin(), made.end()).size(), expected[0]) << "the expectation is whole";
    EXPECT_EQ(std::vector(made.begin(), made.end()), expected);
}

TEST(ABsonDocument, GivesBackWhatWasAdded)
{
    using Limits = std::numeric_limits<std::int64_t>;
    Bson document;
    document.add("null", nullptr).add("false", false).add("small", -1).add("large", Limits::min());
    document.add("text", "a\0b"sv).add("id", kId).add("time", Timestamp{Limits::max()});
    document.add_binary("bytes", 0x80, "\0\xff"sv);
    document.add("inner", Bson().add("a", 1)).add_array("ids", std::vector{kId});
    const BsonView view(document.bytes());
    EXPECT_TRUE(view.get<std::nullptr_t>("null"));
    EXPECT_EQ(view.get<bool>("false"), false);
    EXPECT_EQ(view.get<std::int64_t>("small"), -1);
    EXPECT_EQ(view.get<std::int64_t>("large"), Limits::min());
    EXPECT_EQ(view.get<std::string_view>("text"), "a\0b"sv);
    EXPECT_EQ(view.get<Id>("id"), kId);
    EXPECT_EQ(view.get<Timestamp>("time"), Timestamp{Limits::max()});
    EXPECT_EQ(view.get<BsonBinary>("bytes")->subtype, 0x80);
    EXPECT_EQ(view.get<BsonBinary>("bytes")->bytes, "\0\xff"sv);
    EXPECT_EQ(view.get<BsonView>("inner")->get<std::int64_t>("a"), 1);
    EXPECT_EQ(view.get<BsonView>("ids")->get<Id>("0"), kId);
    document.add_text("plain", "ab").add_text("with_nul", "a\0b"sv);
    const BsonView with_texts(document.bytes());
    EXPECT_EQ(with_texts.text("plain"), "ab");
    EXPECT_EQ(with_texts.text("with_nul"), "a\0b"sv);
    EXPECT_FALSE(with_texts.get<std::string_view>("with_nul")) << "not every server takes it";
    EXPECT_FALSE(with_texts.text("bytes"));
    EXPECT_FALSE(with_texts.text("missing"));
}

TEST(ABsonDocument, ReadsAWholeNumberOfJavaScriptAsAnInteger)
{
    const auto with = [](double number) {
        auto bytes = bytes_of("\x10\0\0\0\x01n\0________\0"sv);
        const auto bits = std::bit_cast<std::array<std::uint8_t, 8>>(number);
        std::ranges::copy(bits, bytes.begin() + 7);
        return BsonView(bytes).find("n");
    };
    EXPECT_EQ(std::get<std::int64_t>(with(3'000'000'000.0)), 3'000'000'000);
    EXPECT_EQ(std::get<double>(with(0.5)), 0.5);
    EXPECT_TRUE(std::holds_alternative<double>(with(1e300)));
    EXPECT_TRUE(std::holds_alternative<double>(with(std::numeric_limits<double>::quiet_NaN())));
}

TEST(ABsonDocument, IsRefusedIfItIsNone)
{
    const auto bytes = bytes_of("\x05\0\0"sv);
    EXPECT_THROW(BsonView(bytes).find("a"), std::runtime_error);
}

}  // namespace
}  // namespace wgw::store
