#include "codec/json_explain.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

struct Row {
    std::string_view text;
    std::size_t at;
    std::string_view expected;
};

TEST(AFaultOfJson, SaysWhereItIsAndWhatWasExpected)
{
    const Row rows[] = {
        {"",                   0, "a value"                                },
        {"{'a':1}",            1, "a name in double quotes"                },
        {R"({"a":1,})",        7, "a name in double quotes"                },
        {R"({"a" 1})",         5, "a colon"                                },
        {R"({"a":)",           5, "a value"                                },
        {R"({"a":undefined})", 5, "a value"                                },
        {R"({"a":nul})",       5, "a value"                                },
        {R"({"a":1)",          6, "a comma or }"                           },
        {R"({"a":1])",         6, "a comma or }"                           },
        {"[1 2]",              3, "a comma or ]"                           },
        {"[1,]",               3, "a value"                                },
        {R"({"a":"b)",         7, "the closing quote"                      },
        {R"({"a":"\q"})",      8, "an escape as in \\n or \\u0041"         },
        {"{\"a\":\"x\ny\"}",   7, "no control character inside of a string"},
        {"[-]",                2, "digits"                                 },
        {"[1.]",               3, "digits"                                 },
        {"{}{}",               2, "the end"                                },
    };
    for (const auto& row : rows) {
        const auto fault = json_explain(row.text);
        EXPECT_EQ(fault.error, JsonError::syntax) << row.text;
        EXPECT_EQ(fault.at, row.at) << row.text;
        EXPECT_EQ(fault.expected, row.expected) << row.text;
    }
    EXPECT_EQ(json_explain("{}").error, JsonError::none);
    EXPECT_EQ(json_explain("[[1]]", {.depth = 1}).error, JsonError::too_deep);
}

}  // namespace
}  // namespace wgw
