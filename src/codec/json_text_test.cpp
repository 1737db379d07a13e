#include "codec/json_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace wgw {
namespace {

using namespace std::string_view_literals;
using enum JsonError;

std::string repeat(std::string_view text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

struct Row {
    std::string_view name;
    std::string text;
    JsonError verdict;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"null", "null", none},
    {"space_around", " \t\r\n[ 1 , { \"a\" : true } ] ", none},
    {"empty_containers", "[[],{},[ ],{ }]", none},
    {"scalars", "[true,false,null,0,-0,-1.5e+10,1E400,\"\"]", none},
    {"members", R"({"a":{"b":[1,2]},"a":3,"":null})", none},
    {"escapes", R"("\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00")", none},
    {"lone_surrogate_escape", R"("\ud800")", none},
    {"del_and_long_text", "\"0123456789abcdef\x7f\"", none},
    {"thai", "\"\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1\"", none},
    {"nothing", "", syntax},
    {"space_only", " ", syntax},
    {"two_values", "1 2", syntax},
    {"byte_order_mark",
     "\xef\xbb\xbf"
     "1", syntax},
    {"trailing_comma", "[1,]", syntax},
    {"trailing_comma_in_object", R"({"a":1,})", syntax},
    {"leading_comma", "[,1]", syntax},
    {"missing_comma", "[1 2]", syntax},
    {"missing_colon", R"({"a" 1})", syntax},
    {"missing_value", R"({"a":})", syntax},
    {"key_not_a_string", "{1:2}", syntax},
    {"wrong_bracket", "[1}", syntax},
    {"wrong_brace", R"({"a":1])", syntax},
    {"open_array", "[1", syntax},
    {"open_object", "{", syntax},
    {"open_string", "\"abc", syntax},
    {"quote_escaped_at_the_end", "\"abc\\\"", syntax},
    {"backslash_at_the_end", "\"abc\\", syntax},
    {"closed_too_often", "[]]", syntax},
    {"comment", "/**/1", syntax},
    {"single_quotes", "'a'", syntax},
    {"unknown_word", "nul", syntax},
    {"word_with_a_tail", "nulls", syntax},
    {"not_a_number", "NaN", syntax},
    {"infinity", "-Infinity", syntax},
    {"leading_zero", "01", syntax},
    {"leading_plus", "+1", syntax},
    {"minus_alone", "-", syntax},
    {"point_without_digits", "1.", syntax},
    {"point_first", ".5", syntax},
    {"exponent_without_digits", "1e+", syntax},
    {"hexadecimal", "0x10", syntax},
    {"unknown_escape", R"("\x41")", syntax},
    {"short_unicode_escape", R"("\u12")", syntax},
    {"unicode_escape_no_hex", R"("\u12g4")", syntax},
    {"line_break_in_string", "\"a\nb\"", syntax},
    {"line_break_after_eight", "\"0123456789\nb\"", syntax},
    {"nul_in_string", std::string("\"a\0\"", 4), syntax},
    {"nul_after_value", std::string("1\0", 2), syntax},
    {"no_break_space",
     "\xc2\xa0"
     "1", syntax},
    {"broken_utf8", "\"\xff\"", utf8},
    {"encoded_surrogate", "\"\xed\xa0\x80\"", utf8},
    {"utf8_cut_by_the_quote", "\"\xe2\x82\"", utf8},
    {"depth_at_the_limit", repeat("[", 128) + repeat("]", 128), none},
    {"depth_one_over", repeat("[", 129) + repeat("]", 129), too_deep},
    {"depth_of_objects", repeat(R"({"a":)", 129) + "1" + repeat("}", 129), too_deep},
    {"depth_of_a_mix", repeat(R"([{"a":)", 64) + "1" + repeat("}]", 64), none},
    {"a_million_brackets", repeat("[", 1'000'000), too_deep},
    {"nodes_at_the_limit", "[" + repeat("1,", 99'998) + "1]", none},
    {"nodes_one_over", "[" + repeat("1,", 99'999) + "1]", too_many_nodes},
    {"keys_are_nodes", "{" + repeat(R"("a":1,)", 50'000) + R"("a":1})", too_many_nodes},
};

class JsonCheck : public testing::TestWithParam<Row> {};

TEST_P(JsonCheck, SaysWhatIsWrong) { EXPECT_EQ(json_check(GetParam().text), GetParam().verdict); }

INSTANTIATE_TEST_SUITE_P(Table, JsonCheck, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(JsonCheckLimits, AreParameters)
{
    EXPECT_EQ(json_check("[[1]]", {.depth = 2, .nodes = 3}), none);
    EXPECT_EQ(json_check("[[1]]", {.depth = 1, .nodes = 3}), too_deep);
    EXPECT_EQ(json_check("[[1]]", {.depth = 2, .nodes = 2}), too_many_nodes);
    EXPECT_EQ(json_check("1", {.depth = 0, .nodes = 1}), none);
    EXPECT_EQ(json_check(repeat("[", 2'000), {.depth = 1'000'000}), too_deep);
}

TEST(AJsonValue, KnowsItsTypeAndItsText)
{
    const JsonValue value(R"( [ null, true, -1.50, "a\"]", [ 1 ], { "b" : 2 } ] )");
    EXPECT_EQ(value.type(), JsonType::array);
    std::vector<std::string_view> texts;
    std::vector<JsonType> types;
    for (auto cursor = value.elements(); const auto element = cursor.next();) {
        texts.push_back(element->text());
        types.push_back(element->type());
    }
    EXPECT_EQ(texts, (std::vector{"null"sv, "true"sv, "-1.50"sv, R"("a\"]")"sv, "[ 1 ]"sv, R"({ "b" : 2 })"sv}));
    using enum JsonType;
    EXPECT_EQ(types, (std::vector{null, boolean, number, string, array, object}));
}

TEST(AJsonValue, HasNoElementsOrMembersUnlessItIsAContainer)
{
    for (const auto text : {"1", "\"[1]\"", "[]", "{}", "[ ]", "{ }"}) {
        EXPECT_FALSE(JsonValue(text).elements().next()) << text;
        EXPECT_FALSE(JsonValue(text).members().next()) << text;
    }
}

TEST(AJsonObject, GivesItsMembersInOrderRepeatedNamesIncluded)
{
    std::string seen;
    for (auto cursor = JsonValue(R"({ "a" : [1,2] , "b":{"c":"}"},"a":"x" })").members();
         const auto member = cursor.next();)
        seen += member->name.string() + "=" + std::string(member->value.text()) + ";";
    EXPECT_EQ(seen, R"(a=[1,2];b={"c":"}"};a="x";)");
}

TEST(FindInAJsonObject, TakesTheLastMemberOfThatNameAsItReadsUnescaped)
{
    const JsonValue object(R"({"a":1,"b":{"a":9},"\u0061":2,"c\"":3})");
    EXPECT_EQ(object.find("a")->text(), "2");
    EXPECT_EQ(object.find("b")->text(), R"({"a":9})");
    EXPECT_EQ(object.find("c\"")->text(), "3");
    EXPECT_FALSE(object.find("d"));
    EXPECT_FALSE(object.find("\\u0061"));
}

TEST(AJsonString, LosesItsEscapes)
{
    const auto read = [](std::string_view text) { return JsonValue(text).string(); };
    EXPECT_EQ(read(R"("")"), "");
    EXPECT_EQ(read(R"("plain")"), "plain");
    EXPECT_EQ(read(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(read(R"("a\u0000b")"), "a\0b"sv);
    EXPECT_EQ(read(R"("\u00e9\u20AC\ud83d\ude00!")"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!");
    EXPECT_EQ(read(R"("\ud83dx")"), "\xef\xbf\xbdx");
    EXPECT_EQ(read(R"("\ude00\ud83d")"), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(read(R"("\ud83d\ud83d\ude00")"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
    EXPECT_EQ(read(R"("\ud83d\n")"), "\xef\xbf\xbd\n");
}

struct Integer {
    std::string_view text;
    std::optional<std::int64_t> value;
};

TEST(AJsonInteger, IsExactHoweverItIsWritten)
{
    const Integer rows[] = {
        {"0",                          0               },
        {"-0",                         0               },
        {"7",                          7               },
        {"-12",                        -12             },
        {"1.0",                        1               },
        {"1e3",                        1000            },
        {"1E+3",                       1000            },
        {"1.25e2",                     125             },
        {"1200e-2",                    12              },
        {"0.000e99999999999999999999", 0               },
        {"100000000000000000000e-20",  1               },
        {"9007199254740993",           9007199254740993},
        {"9223372036854775807",        INT64_MAX       },
        {"-9223372036854775808",       INT64_MIN       },
        {"9223372036854775808",        std::nullopt    },
        {"-9223372036854775809",       std::nullopt    },
        {"1.5",                        std::nullopt    },
        {"125e-2",                     std::nullopt    },
        {"1e19",                       std::nullopt    },
        {"1e400",                      std::nullopt    },
        {"1e99999999999999999999",     std::nullopt    },
        {"1e-99999999999999999999",    std::nullopt    },
        {"123456789012345678901",      std::nullopt    },
        {"\"1\"",                      std::nullopt    },
        {"true",                       std::nullopt    },
    };
    for (const auto& [text, value] : rows)
        EXPECT_EQ(JsonValue(text).integer(), value) << text;
}

TEST(AJsonNumber, IsTheNearestDouble)
{
    EXPECT_EQ(JsonValue("-1.5e3").number(), -1500.0);
    EXPECT_EQ(JsonValue("0.1").number(), 0.1);
    EXPECT_EQ(JsonValue("5e-324").number(), 5e-324);
    EXPECT_EQ(JsonValue("1e400").number(), HUGE_VAL);
    EXPECT_EQ(JsonValue("-1e400").number(), -HUGE_VAL);
    EXPECT_EQ(JsonValue("1e-400").number(), 0.0);
}

TEST(AppendJsonString, EscapesAsJsonStringifyDoes)
{
    const auto written = [](std::string_view text) {
        std::string out = ">";
        append_json_string(out, text);
        return out;
    };
    EXPECT_EQ(written(""), R"(>"")");
    EXPECT_EQ(written("\"\\/\b\f\n\r\t"), R"(>"\"\\/\b\f\n\r\t")");
    EXPECT_EQ(written("\0\x01\x0b\x1f\x7f"sv), ">\"\\u0000\\u0001\\u000b\\u001f\x7f\"");
    EXPECT_EQ(written("\xe2\x80\xa8 \xc3\xa9 0123456789abcdef\""), ">\"\xe2\x80\xa8 \xc3\xa9 0123456789abcdef\\\"\"");
}

TEST(AppendJsonString, IsReadBackUnchanged)
{
    std::string all;
    for (int byte = 0; byte < 128; ++byte)
        all += static_cast<char>(byte);
    for (std::size_t begin = 0; begin < all.size(); ++begin) {
        std::string text;
        append_json_string(text, std::string_view(all).substr(begin));
        ASSERT_EQ(json_check(text), none);
        ASSERT_EQ(JsonValue(text).string(), all.substr(begin));
    }
}

}  // namespace
}  // namespace wgw
