#include "app/dotenv.hpp"

#include <gtest/gtest.h>

namespace wgw::app {
namespace {

struct Row {
    std::string_view name;
    std::string_view text;
    std::string_view value;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"plain",            "A=b",                 "b"         },
    {"empty",            "A=",                  ""          },
    {"spaces_around",    "  A =  b c  ",        "b c"       },
    {"comment_behind",   "A=b # c",             "b"         },
    {"hash_in_value",    "A=b#c",               "b#c"       },
    {"exported",         "export A=b",          "b"         },
    {"single_quotes",    "A='b \\n # $C' # d",  "b \\n # $C"},
    {"double_quotes",    "A=\"b\\n\\\"c\\\"\"", "b\n\"c\""  },
    {"windows_line_end", "A=b\r\n",             "b"         },
    {"equals_in_value",  "A=b=c",               "b=c"       },
    {"no_expansion",     "A=$HOME",             "$HOME"     },
    {"byte_order_mark",
     "\xef\xbb\xbf"
     "A=b",                                     "b"         },
    {"tabs_around",      "\tA\t=\tb\t",         "b"         },
    {"empty_quotes",     "A=\"\"",              ""          },
    {"quote_inside",     "A=b\"c",              "b\"c"      },
    {"backslash_plain",  "A=b\\n",              "b\\n"      },
    {"spaces_in_quotes", "A=' b '",             " b "       },
    {"no_line_end",      "A=b\n\n#",            "b"         },
};

class ADotenvLine : public testing::TestWithParam<Row> {};

TEST_P(ADotenvLine, IsReadAsWritten)
{
    const auto values = read_dotenv(GetParam().text);
    ASSERT_TRUE(values.has_value());
    ASSERT_EQ(values->size(), 1U);
    EXPECT_EQ(values->front().first, "A");
    EXPECT_EQ(values->front().second, GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(Table, ADotenvLine, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(ADotenvFile, KeepsRepeatedNamesInTheirOrderSoThatTheLastWins)
{
    const auto values = read_dotenv("A=1\nA=2");
    ASSERT_TRUE(values.has_value());
    ASSERT_EQ(values->size(), 2U);
    EXPECT_EQ(values->back().second, "2");
}

TEST(ADotenvFile, SkipsCommentsAndNamesTheLineThatIsWrong)
{
    const auto values = read_dotenv("# a\n\nA=1\nB=2\n");
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(values->size(), 2U);
    for (const auto* bad : {"A=1\nnothing\n", "A=1\n1A=2", "A=1\nB='x", "A=1\nB=\"x\" y"}) {
        const auto broken = read_dotenv(bad);
        ASSERT_FALSE(broken.has_value()) << bad;
        EXPECT_EQ(broken.error().line, 2) << bad;
    }
}

}  // namespace
}  // namespace wgw::app
