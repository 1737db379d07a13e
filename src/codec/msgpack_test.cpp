#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <random>

namespace wgw {
namespace {

using namespace std::string_literals;
using enum MsgpackError;

/// Bytes from hexadecimal digits; blanks are for the eye.
std::string hex(std::string_view digits)
{
    std::string out;
    std::string pair;
    for (const char c : digits) {
        if (c == ' ')
            continue;
        pair += c;
        if (pair.size() == 2)
            out += static_cast<char>(std::stoi(std::exchange(pair, {}), nullptr, 16));
    }
    return out;
}

std::string to_hex(std::string_view bytes)
{
    std::string out;
    for (const char c : bytes)
        for (const int shift : {4, 0})
            out += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 15];
    return out;
}

std::string repeat(std::string_view text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

struct Pair {
    std::string_view name;
    std::string bytes;
    std::string json;
    std::vector<std::string> attachments = {};

    friend void PrintTo(const Pair& row, std::ostream* out) { *out << row.name; }
};

/// The form that we write, and read back.
const Pair kCanonical[] = {
    {"null", hex("c0"), "null"},
    {"false_", hex("c2"), "false"},
    {"true_", hex("c3"), "true"},
    {"zero", hex("00"), "0"},
    {"fixint_greatest", hex("7f"), "127"},
    {"uint8", hex("cc 80"), "128"},
    {"uint8_greatest", hex("cc ff"), "255"},
    {"uint16", hex("cd 0100"), "256"},
    {"uint16_greatest", hex("cd ffff"), "65535"},
    {"uint32", hex("ce 00010000"), "65536"},
    {"uint32_greatest", hex("ce ffffffff"), "4294967295"},
    {"uint64", hex("cf 0000000100000000"), "4294967296"},
    {"uint64_beyond_2_to_53", hex("cf 0020000000000001"), "9007199254740993"},
    {"uint64_beyond_int64", hex("cf 8000000000000000"), "9223372036854775808"},
    {"uint64_greatest", hex("cf ffffffffffffffff"), "18446744073709551615"},
    {"minus_one", hex("ff"), "-1"},
    {"negative_fixint_least", hex("e0"), "-32"},
    {"int8", hex("d0 df"), "-33"},
    {"int8_least", hex("d0 80"), "-128"},
    {"int16", hex("d1 ff7f"), "-129"},
    {"int16_least", hex("d1 8000"), "-32768"},
    {"int32", hex("d2 ffff7fff"), "-32769"},
    {"int32_least", hex("d2 80000000"), "-2147483648"},
    {"int64", hex("d3 ffffffff7fffffff"), "-2147483649"},
    {"int64_least", hex("d3 8000000000000000"), "-9223372036854775808"},
    {"float64", hex("cb 3ff8000000000000"), "1.5"},
    {"float64_large", hex("cb 7e37e43c8800759c"), "1e+300"},
    {"float64_beyond_uint64", hex("cb 43f0000000000000"), "18446744073709551616"},
    {"string_empty", hex("a0"), "\"\""},
    {"string_escaped", hex("a4 220a5c00"), R"("\"\n\\\u0000")"},
    {"string_thai", hex("a3 e0b8aa"), "\"\xe0\xb8\xaa\""},
    {"string_31", "\xbf" + repeat("a", 31), "\"" + repeat("a", 31) + "\""},
    {"string_32", "\xd9\x20" + repeat("a", 32), "\"" + repeat("a", 32) + "\""},
    {"string_256", hex("da 0100") + repeat("a", 256), "\"" + repeat("a", 256) + "\""},
    {"string_65536", hex("db 00010000") + repeat("a", 65536), "\"" + repeat("a", 65536) + "\""},
    {"array_empty", hex("90"), "[]"},
    {"array_15", "\x9f" + repeat("\x01", 15), "[1" + repeat(",1", 14) + "]"},
    {"array_16", hex("dc 0010") + repeat("\x01", 16), "[1" + repeat(",1", 15) + "]"},
    {"array_65536", hex("dd 00010000") + repeat("\x01", 65536), "[1" + repeat(",1", 65535) + "]"},
    {"map_empty", hex("80"), "{}"},
    {"map_15", "\x8f" + repeat(hex("a161 01"), 15), "{\"a\":1" + repeat(",\"a\":1", 14) + "}"},
    {"map_16", hex("de 0010") + repeat(hex("a161 01"), 16), "{\"a\":1" + repeat(",\"a\":1", 15) + "}"},
    {"nested", hex("93 01 82 a161 92 c0 80 a162 90 a178"), R"([1,{"a":[null,{}],"b":[]},"x"])"},
    {"binary", hex("c4 03 010203"), R"({"_placeholder":true,"num":0})", {"\x01\x02\x03"}},
    {"binary_empty", hex("c4 00"), R"({"_placeholder":true,"num":0})", {""}},
    {"binary_256", hex("c5 0100") + repeat("b", 256), R"({"_placeholder":true,"num":0})", {repeat("b", 256)}},
    {"binary_65536", hex("c6 00010000") + repeat("b", 65536), R"({"_placeholder":true,"num":0})", {repeat("b", 65536)}},
    {"binary_twice",
     hex("92 c4 01 61 81 a178 c4 01 62"),
     R"([{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}])", {"a", "b"}},
    {"literal_without_binary", hex("82 ac 5f706c616365686f6c646572 c3 a3 6e756d 00"), R"({"_placeholder":true,"num":0})"
    },
};

class MsgpackCanonical : public testing::TestWithParam<Pair> {};

TEST_P(MsgpackCanonical, IsReadAndWrittenBack)
{
    const auto& row = GetParam();
    const auto read = json_from_msgpack(row.bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->json, row.json);
    EXPECT_EQ(read->attachments, row.attachments);
    EXPECT_EQ(json_check(read->json), JsonError::none);
    EXPECT_EQ(to_hex(msgpack_from_json(row.json, row.attachments)), to_hex(row.bytes));
}

INSTANTIATE_TEST_SUITE_P(Table, MsgpackCanonical, testing::ValuesIn(kCanonical), [](const auto& row) {
    return std::string(row.param.name);
});

/// Other forms that are read.
const Pair kReadOnly[] = {
    {"undefined", hex("d4 00 00"), "null"},
    {"undefined_in_an_array", hex("92 d40000 01"), "[null,1]"},
    {"undefined_members_are_left_out", hex("83 a161 d40000 a162 01 a163 d40000"), R"({"b":1})"},
    {"integer_longer_than_needed", hex("cf 0000000000000001"), "1"},
    {"integer_negative_longer_than_needed", hex("d3 ffffffffffffffff"), "-1"},
    {"integer_positive_in_a_signed_form", hex("d0 05"), "5"},
    {"string_longer_than_needed", hex("db 00000001 61"), "\"a\""},
    {"float32", hex("ca 3fc00000"), "1.5"},
    {"float_that_is_an_integer", hex("cb 4008000000000000"), "3"},
    {"float_that_is_an_integer_with_zeros", hex("cb 42d6a8291bbb0000"), "99646000000000"},
    {"float_minus_zero", hex("cb 8000000000000000"), "0"},
    {"nan", hex("cb 7ff8000000000000"), "null"},
    {"infinity", hex("cb 7ff0000000000000"), "null"},
    {"infinity_negative_float32", hex("ca ff800000"), "null"},
    {"date", hex("d7 00 0000018576842ec8"), R"("2023-01-03T07:24:12.360Z")"},
    {"date_1970", hex("d7 00 0000000000000000"), R"("1970-01-01T00:00:00.000Z")"},
    {"date_before_1970", hex("d7 00 ffffffffffffffff"), R"("1969-12-31T23:59:59.999Z")"},
    {"date_latest", hex("d7 00 001eb208c2dc0000"), R"("+275760-09-13T00:00:00.000Z")"},
    {"date_earliest", hex("d7 00 ffe14df73d240000"), R"("-271821-04-20T00:00:00.000Z")"},
    {"date_beyond_is_no_date", hex("d7 00 001eb208c2dc0001"), "null"},
    {"date_of_year_0", hex("d7 00 ffffc77590fba000"), R"("0000-01-01T00:00:00.000Z")"},
    {"date_of_year_minus_1", hex("d7 00 ffffc77590fb9fff"), R"("-000001-12-31T23:59:59.999Z")"},
    {"timestamp_32", hex("d6 ff 00000001"), R"("1970-01-01T00:00:01.000Z")"},
    {"timestamp_64", hex("d7 ff 7d2b7500 00000001"), R"("1970-01-01T00:00:01.525Z")"},
    {"timestamp_96", hex("c7 0c ff 1dcd6500 ffffffffffffffff"), R"("1969-12-31T23:59:59.500Z")"},
    {"timestamp_beyond_is_no_date", hex("c7 0c ff 00000000 7fffffffffffffff"), "null"},
    {"timestamp_with_a_second_of_nanoseconds", hex("c7 0c ff 3b9aca00 0000000000000001"), "null"},
    {"array_buffer", hex("c7 02 00 0102"), R"({"_placeholder":true,"num":0})", {"\x01\x02"}},
    {"array_buffer_of_1", hex("c7 01 00 01"), R"({"_placeholder":true,"num":0})", {"\x01"}},
    {"array_buffer_of_8", hex("c7 08 00 6162636465666768"), R"({"_placeholder":true,"num":0})", {"abcdefgh"}},
    {"array_buffer_16", hex("c8 0001 00 61"), R"({"_placeholder":true,"num":0})", {"a"}},
    {"array_buffer_32", hex("c9 00000001 00 61"), R"({"_placeholder":true,"num":0})", {"a"}},
    {"fixext_of_4", hex("d6 00 61626364"), R"({"_placeholder":true,"num":0})", {"abcd"}},
    {"key_integer", hex("82 07 01 d0 ff 02"), R"({"7":1,"-1":2})"},
    {"key_repeated", hex("82 a161 01 a161 02"), R"({"a":1,"a":2})"},
    {"literal_that_is_not_true",
     hex("92 81 ac 5f706c616365686f6c646572 01 c4 00"),
     R"([{"_placeholder":1},{"_placeholder":true,"num":0}])", {""}},
};

class MsgpackReadOnly : public testing::TestWithParam<Pair> {};

TEST_P(MsgpackReadOnly, IsReadAsJsonStringifyWouldWriteIt)
{
    const auto& row = GetParam();
    const auto read = json_from_msgpack(row.bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->json, row.json);
    EXPECT_EQ(read->attachments, row.attachments);
}

INSTANTIATE_TEST_SUITE_P(Table, MsgpackReadOnly, testing::ValuesIn(kReadOnly), [](const auto& row) {
    return std::string(row.param.name);
});

/// Other JSON that is written.
const Pair kWrittenOnly[] = {
    {"white_space", hex("92 01 81 a161 02"), " [ 1 ,\r\n\t{ \"a\" : 2 } ] "},
    {"integer_with_an_exponent", hex("cd 03e8"), "1e3"},
    {"integer_with_a_fraction", hex("01"), "1.0"},
    {"greatest_integer_with_an_exponent", hex("cf 0020000000000000"), "9.007199254740992e15"},
    {"double_with_few_digits", hex("cb c3d9c32dcdc33370"), "-7.425511332693e+18"},
    {"minus_zero", hex("00"), "-0"},
    {"greater_than_any_double", hex("cb 7ff0000000000000"), "1e400"},
    {"less_than_any_double", hex("cb fff0000000000000"), "-1e400"},
    {"nearly_nothing", hex("cb 0000000000000000"), "1e-400"},
    {"digits_beyond_uint64", hex("cb 43f0000000000000"), "18446744073709551617"},
    {"lone_surrogate", hex("a5 61 efbfbd 62"), R"("a\ud800b")"},
    {"surrogate_pair", hex("a4 f09f9880"), R"("\ud83d\ude00")"},
    {"escaped_bracket_and_quote", hex("92 a2 5d22 01"), R"(["]\"",1])"},
    {"placeholder_with_more_members", hex("92 c4 01 61 05"), R"([{"num":0,"x":[{},[1]],"_placeholder":true},5])", {"a"}
    },
    {"placeholder_with_an_escaped_name", hex("c4 01 61"), R"({"\u005fplaceholder":true,"num":0})", {"a"}},
    {"placeholder_the_last_member_wins", hex("c4 01 62"), R"({"_placeholder":true,"num":0,"num":1})", {"a", "b"}},
    {"placeholder_repeated",
     hex("92 c4 01 61 c4 01 61"),
     R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])", {"a"}},
    {"placeholder_out_of_range",
     hex("82 ac 5f706c616365686f6c646572 c3 a3 6e756d 01"),
     R"({"_placeholder":true,"num":1})", {"a"}},
};

class MsgpackWrittenOnly : public testing::TestWithParam<Pair> {};

TEST_P(MsgpackWrittenOnly, IsWrittenInItsShortestForm)
{
    const auto& row = GetParam();
    ASSERT_EQ(json_check(row.json), JsonError::none);
    EXPECT_EQ(to_hex(msgpack_from_json(row.json, row.attachments)), to_hex(row.bytes));
}

INSTANTIATE_TEST_SUITE_P(Table, MsgpackWrittenOnly, testing::ValuesIn(kWrittenOnly), [](const auto& row) {
    return std::string(row.param.name);
});

struct Refused {
    std::string_view name;
    std::string bytes;
    MsgpackError error;

    friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

const Refused kRefused[] = {
    {"nothing", "", syntax},
    {"unused_prefix", hex("c1"), syntax},
    {"something_behind", hex("c0 c0"), syntax},
    {"array_cut", hex("92 01"), syntax},
    {"map_without_a_value", hex("81 a161"), syntax},
    {"number_cut", hex("ce 0000"), syntax},
    {"length_cut", hex("da 00"), syntax},
    {"string_cut", hex("a2 61"), syntax},
    {"string_of_4_gib", hex("db ffffffff 61"), syntax},
    {"binary_of_4_gib", hex("c6 ffffffff 61"), syntax},
    {"ext_of_4_gib", hex("c9 ffffffff 00 61"), syntax},
    {"array_of_4_gi", hex("dd ffffffff 01"), syntax},
    {"map_of_4_gi", hex("df ffffffff 01"), syntax},
    {"map_with_more_members_than_bytes", hex("82 a161 01"), syntax},
    {"undefined_cut", hex("d4 00"), syntax},
    {"utf8_broken", hex("a1 ff"), utf8},
    {"utf8_surrogate", hex("a3 eda080"), utf8},
    {"utf8_cut", hex("92 a2 e0b8 a1 aa"), utf8},
    {"utf8_broken_in_a_key", hex("81 a1 ff 01"), utf8},
    {"key_null", hex("81 c0 01"), key},
    {"key_true", hex("81 c3 01"), key},
    {"key_float", hex("81 cb 3ff8000000000000 01"), key},
    {"key_array", hex("81 90 01"), key},
    {"key_binary", hex("81 c4 01 61 01"), key},
    {"ext_of_a_foreign_type", hex("d4 05 00"), ext},
    {"timestamp_of_2_bytes", hex("d5 ff 0000"), ext},
    {"depth_one_over", repeat("\x91", 65) + "\x01", too_deep},
    {"depth_of_maps", repeat(hex("81 a161"), 65) + "\x01", too_deep},
    {"depth_40000", repeat("\x91", 40'000), too_deep},
    {"nodes_one_over", hex("dd 000186a0") + repeat("\x01", 100'000), too_large},
    {"keys_are_nodes", hex("df 0000c350") + repeat(hex("a0 01"), 50'000), too_large},
    {"undefined_is_a_node", hex("df 0000c350") + repeat(hex("a0 d40000"), 50'000), too_large},
    {"json_one_over", hex("db 000f423f") + repeat("a", 999'999), too_large},
    {"json_with_escapes", hex("db 00030000") + std::string(0x30000, '\1'), too_large},
    {"attachments_one_over", "\x9b" + repeat(hex("c4 01 61"), 11), attachments},
    {"literal_in_front_of_binary", hex("92 81 ac 5f706c616365686f6c646572 c3 c4 00"), placeholder},
    {"literal_behind_binary", hex("92 c7 01 00 61 81 ac 5f706c616365686f6c646572 c3"), placeholder},
    {"literal_in_a_long_form", hex("92 c4 00 81 d9 0c 5f706c616365686f6c646572 c3"), placeholder},
};

class MsgpackRefused : public testing::TestWithParam<Refused> {};

TEST_P(MsgpackRefused, SaysWhatIsWrong)
{
    const auto read = json_from_msgpack(GetParam().bytes);
    ASSERT_FALSE(read.has_value()) << read->json.substr(0, 100);
    EXPECT_EQ(read.error(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Table, MsgpackRefused, testing::ValuesIn(kRefused), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(MsgpackLimits, HoldExactlyAtTheirBounds)
{
    EXPECT_TRUE(json_from_msgpack(repeat("\x91", 64) + "\x01").has_value());
    EXPECT_TRUE(json_from_msgpack(hex("dd 0001869f") + repeat("\x01", 99'999)).has_value());
    EXPECT_TRUE(json_from_msgpack(hex("db 000f423e") + repeat("a", 999'998)).has_value());
    EXPECT_TRUE(json_from_msgpack("\x9a" + repeat(hex("c4 01 61"), 10)).has_value());
    // A placeholder is an object more in the JSON.
    const auto deep = json_from_msgpack(repeat("\x91", 64) + hex("c4 00"));
    ASSERT_TRUE(deep.has_value());
    EXPECT_EQ(json_check(deep->json, {.depth = 65}), JsonError::none);
    EXPECT_EQ(json_from_msgpack(hex("91 c4 00"), {.nodes = 5}).error(), too_large);
    EXPECT_TRUE(json_from_msgpack(hex("91 c4 00"), {.nodes = 6}).has_value());
}

TEST(MsgpackFromJson, TakesAnyDepthThatJsonHas)
{
    const auto bytes = msgpack_from_json(repeat("[", 1'000) + repeat("]", 1'000));
    EXPECT_EQ(bytes, repeat("\x91", 999) + "\x90");
}

/// The least of three: others use the machine too.
std::chrono::nanoseconds time_to_write(const std::string& json)
{
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 3; ++i) {
        const auto from = std::chrono::steady_clock::now();
        EXPECT_GT(msgpack_from_json(json).size(), 400'000U);
        least = std::min(least, std::chrono::nanoseconds(std::chrono::steady_clock::now() - from));
    }
    return least;
}

TEST(MsgpackFromJson, TakesNoLongerForWhatLiesDeep)
{
    // A walk that counts what is in each level anew would take a hundred times as long.
    const auto text = "\"" + std::string(400'000, 'a') + "\"";
    EXPECT_LT(time_to_write(repeat("[", 128) + text + repeat("]", 128)), 20 * time_to_write("[" + text + "]"));
}

TEST(Msgpack, NumbersKeepTheirValue)
{
    std::mt19937_64 random(7);
    for (int i = 0; i < 40'000; ++i) {
        // Half of them have few digits: their text has an exponent, also where they are integers.
        const auto any = std::bit_cast<double>(random());
        const auto few = static_cast<double>(random() % 100'000) * std::pow(10, static_cast<int>(random() % 24));
        const auto number = i % 2 == 0 ? any : few;
        if (!std::isfinite(number))
            continue;
        std::string bytes = "\xcb";
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>(std::bit_cast<std::uint64_t>(number) >> shift);
        const auto read = json_from_msgpack(bytes);
        ASSERT_TRUE(read.has_value());
        ASSERT_EQ(JsonValue(read->json).number(), number) << read->json;
        ASSERT_EQ(json_from_msgpack(msgpack_from_json(read->json))->json, read->json);
    }
}

}  // namespace
}  // namespace wgw
