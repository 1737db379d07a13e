#include "codec/utf8.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

struct Row {
    std::string_view name;
    std::string_view text;
    bool valid;
    std::string_view replaced;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"ascii",              "hello, world: 16 bytes", true,  "hello, world: 16 bytes"                          },
    {"empty",              "",                       true,  ""                                                },
    {"two_bytes",          "\xc3\xa9",               true,  "\xc3\xa9"                                        },
    {"three_bytes",        "\xe2\x82\xac",           true,  "\xe2\x82\xac"                                    },
    {"four_bytes",         "\xf0\x9f\x98\x80",       true,  "\xf0\x9f\x98\x80"                                },
    {"highest",            "\xf4\x8f\xbf\xbf",       true,  "\xf4\x8f\xbf\xbf"                                },
    {"lone_continuation",  "a\x80z",                 false, "a\xef\xbf\xbdz"                                  },
    {"cut_off",            "a\xe2\x82",              false, "a\xef\xbf\xbd"                                   },
    {"cut_by_ascii",       "\xe2\x82z",              false, "\xef\xbf\xbdz"                                   },
    {"overlong_slash",     "\xc0\xaf",               false, "\xef\xbf\xbd\xef\xbf\xbd"                        },
    {"overlong_three",     "\xe0\x80\x80",           false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"            },
    {"surrogate",          "\xed\xa0\x80",           false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"            },
    {"too_high",           "\xf4\x90\x80\x80",       false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"never_a_byte",       "\xff",                   false, "\xef\xbf\xbd"                                    },
    {"late_in_a_long_one", "0123456789abcdef\xff",   false, "0123456789abcdef\xef\xbf\xbd"                    },
};

class Utf8 : public testing::TestWithParam<Row> {};

TEST_P(Utf8, IsToldFromOtherBytes)
{
    const auto& row = GetParam();
    EXPECT_EQ(is_utf8(row.text), row.valid);
    EXPECT_EQ(to_utf8(row.text), row.replaced);
    EXPECT_TRUE(is_utf8(to_utf8(row.text)));
}

TEST_P(Utf8, IsJudgedTheSameInPieces)
{
    const auto& row = GetParam();
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
        Utf8Validator validator;
        const bool valid = validator.push(row.text.substr(0, cut)) && validator.push(row.text.substr(cut));
        EXPECT_EQ(valid && validator.ends_complete(), row.valid) << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(Table, Utf8, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(AppendUtf8, WritesEveryCodePointAsItsShortestForm)
{
    for (std::uint32_t code_point = 0; code_point <= 0x10ffff; code_point += code_point < 0x3000 ? 1 : 97) {
        std::string out;
        append_utf8(out, code_point);
        ASSERT_TRUE(is_utf8(out)) << code_point;
        ASSERT_EQ(code_points(out), 1U);
    }
    std::string surrogate;
    append_utf8(surrogate, 0xd800);
    EXPECT_EQ(surrogate, "\xef\xbf\xbd");
}

}  // namespace
}  // namespace wgw
