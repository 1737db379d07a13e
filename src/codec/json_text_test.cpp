#include "codec/json_text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace wgw {
namespace {

struct Row {
    std::string_view text;
    JsonError error;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.text; }
};

using enum JsonError;

const Row kRows[] = {
    {"{}",                         none  },
    {"[]",                         none  },
    {" [ 1 , 2 ] ",                none  },
    {R"({"a":1,"b":[true,null]})", none  },
    {R"({"a":{"b":{"c":[[]]}}})",  none  },
    {R"("\u00e9\n\"\\\/")",        none  },
    {R"("\ud800")",                none  },
    {"0",                          none  },
    {"-0",                         none  },
    {"1e400",                      none  },
    {"-12.5e-3",                   none  },
    {"\"\xc3\xa9\"",               none  },
    {"",                           syntax},
    {" ",                          syntax},
    {"{",                          syntax},
    {"}",                          syntax},
    {"[1,]",                       syntax},
    {"[,1]",                       syntax},
    {"[1 2]",                      syntax},
    {"{\"a\"}",                    syntax},
    {"{\"a\":}",                   syntax},
    {"{\"a\":1,}",                 syntax},
    {"{a:1}",                      syntax},
    {"{1:1}",                      syntax},
    {"[1}",                        syntax},
    {"{]",                         syntax},
    {"[]]",                        syntax},
    {"1 2",                        syntax},
    {"01",                         syntax},
    {"-",                          syntax},
    {"+1",                         syntax},
    {".5",                         syntax},
    {"1.",                         syntax},
    {"1e",                         syntax},
    {"NaN",                        syntax},
    {"Infinity",                   syntax},
    {"tru",                        syntax},
    {"'a'",                        syntax},
    {"\"a",                        syntax},
    {"\"a\\\"",                    syntax},
    {"\"\\x\"",                    syntax},
    {"\"\\u12g4\"",                syntax},
    {"\"\\u12",                    syntax},
    {"\"\x01\"",                   syntax},
    {"\"a\nb\"",                   syntax},
    {"// a\n1",                    syntax},
    {"\xef\xbb\xbf{}",             syntax},
    {"\"\xff\"",                   utf8  },
    {"\"\xed\xa0\x80\"",           utf8  },
};

class JsonCheck : public testing::TestWithParam<Row> {};

TEST_P(JsonCheck, JudgesTheText) { EXPECT_EQ(json_check(GetParam().text), GetParam().error); }

INSTANTIATE_TEST_SUITE_P(Table, JsonCheck, testing::ValuesIn(kRows));

TEST(JsonCheckLimits, HoldAtTheLimitAndOneOver)
{
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
    };
    EXPECT_EQ(json_check(nested(128)), none);
    EXPECT_EQ(json_check(nested(129)), too_deep);
    EXPECT_EQ(json_check(std::string(1'000'000, '[')), too_deep);
    EXPECT_EQ(json_check("[1,2,3]", {.depth = 128, .nodes = 4}), none);
    EXPECT_EQ(json_check("[1,2,3]", {.depth = 128, .nodes = 3}), too_many_nodes);
    EXPECT_EQ(json_check(R"({"a":1})", {.depth = 128, .nodes = 3}), none);
    EXPECT_EQ(json_check(R"({"a":1})", {.depth = 128, .nodes = 2}), too_many_nodes);
}

TEST(AJsonValue, KnowsItsType)
{
    EXPECT_EQ(JsonValue(" {} ").type(), JsonType::object);
    EXPECT_EQ(JsonValue("[1]").type(), JsonType::array);
    EXPECT_EQ(JsonValue("\"a\"").type(), JsonType::string);
    EXPECT_EQ(JsonValue("-1").type(), JsonType::number);
    EXPECT_EQ(JsonValue("true").type(), JsonType::boolean);
    EXPECT_EQ(JsonValue("null").type(), JsonType::null);
}

TEST(AJsonString, LosesItsEscapes)
{
    EXPECT_EQ(JsonValue(R"("a\"\\\/\b\f\n\r\tb")").string(), "a\"\\/\b\f\n\r\tb");
    EXPECT_EQ(JsonValue(R"("\u0041\u00e9\u20ac")").string(), "A\xc3\xa9\xe2\x82\xac");
    EXPECT_EQ(JsonValue(R"("\ud83d\ude00")").string(), "\xf0\x9f\x98\x80");
    EXPECT_EQ(JsonValue(R"("\ud800x")").string(), "\xef\xbf\xbdx");
    EXPECT_EQ(
        JsonValue(R"("\ud800\u0041")").string(), "\xef\xbf\xbd"
                                                 "A"
    );
    EXPECT_EQ(JsonValue(R"("\u0000")").string(), std::string(1, '\0'));
}

TEST(AJsonNumber, IsAnIntegerWhenItHasNoFraction)
{
    EXPECT_EQ(JsonValue("42").integer(), 42);
    EXPECT_EQ(JsonValue("-9223372036854775808").integer(), INT64_MIN);
    EXPECT_EQ(JsonValue("1.0").integer(), 1);
    EXPECT_EQ(JsonValue("1e3").integer(), 1000);
    EXPECT_FALSE(JsonValue("1.5").integer().has_value());
    EXPECT_FALSE(JsonValue("9223372036854775808").integer().has_value());
    EXPECT_FALSE(JsonValue("1e400").integer().has_value());
    EXPECT_FALSE(JsonValue("\"1\"").integer().has_value());
    EXPECT_TRUE(std::isinf(JsonValue("1e400").number()));
    EXPECT_EQ(JsonValue("1e-400").number(), 0.0);
}

TEST(AnArray, IsWalkedElementByElement)
{
    auto cursor = JsonValue(R"([ 1 , "a,]" , [2,[3]] , {"b":4} ])").elements();
    std::vector<std::string> seen;
    while (const auto value = cursor.next())
        seen.emplace_back(value->text());
    EXPECT_EQ(seen, (std::vector<std::string>{"1", R"("a,]")", "[2,[3]]", R"({"b":4})"}));
    EXPECT_FALSE(JsonValue("[ ]").elements().next().has_value());
}

TEST(AnObject, IsSearchedByNameAndTheLastOneWins)
{
    const JsonValue object(R"({ "a" : 1, "b":{"a":2}, "\u0061":3, "c\"":4 })");
    EXPECT_EQ(object.find("a")->text(), "3");
    EXPECT_EQ(object.find("b")->text(), R"({"a":2})");
    EXPECT_EQ(object.find("c\"")->text(), "4");
    EXPECT_FALSE(object.find("d").has_value());
    EXPECT_FALSE(JsonValue("{}").find("a").has_value());
}

TEST(AppendJsonString, EscapesAsJavaScriptDoes)
{
    std::string out;
    append_json_string(out, std::string_view("a\"\\/\b\f\n\r\t\x01\x7f\0\xe2\x80\xa8", 15));
    EXPECT_EQ(out, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\\u0000\xe2\x80\xa8\"");
}

}  // namespace
}  // namespace wgw
