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
    {"ascii",              "hello, world: 16 bytes",                 true,  "hello, world: 16 bytes"                          },
    {"empty",              "",                                       true,  ""                                                },
    {"two_bytes",          "\xc3\xa9",                               true,  "\xc3\xa9"                                        },
    {"three_bytes",        "\xe2\x82\xac",                           true,  "\xe2\x82\xac"                                    },
    {"four_bytes",         "\xf0\x9f\x98\x80",                       true,  "\xf0\x9f\x98\x80"                                },
    {"highest",            "\xf4\x8f\xbf\xbf",                       true,  "\xf4\x8f\xbf\xbf"                                },
    {"thai",               "\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1 a", true,  "\xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1 a"          },
    {"lone_continuation",  "a\x80z",                                 false, "a\xef\xbf\xbdz"                                  },
    {"cut_off",            "a\xe2\x82",                              false, "a\xef\xbf\xbd"                                   },
    {"cut_by_ascii",       "\xe2\x82z",                              false, "\xef\xbf\xbdz"                                   },
    {"overlong_slash",     "\xc0\xaf",                               false, "\xef\xbf\xbd\xef\xbf\xbd"                        },
    {"overlong_three",     "\xe0\x80\x80",                           false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"            },
    {"surrogate",          "\xed\xa0\x80",                           false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"            },
    {"too_high",           "\xf4\x90\x80\x80",                       false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"never_a_byte",       "\xff",                                   false, "\xef\xbf\xbd"                                    },
    {"cut_by_another",     "\xf0\x9f\x98\xc3\xa9",                   false, "\xef\xbf\xbd\xc3\xa9"                            },
    {"cut_by_no_byte",     "\xe2\x82\xff",                           false, "\xef\xbf\xbd\xef\xbf\xbd"                        },
    {"late_in_a_long_one", "0123456789abcdef\xff",                   false, "0123456789abcdef\xef\xbf\xbd"                    },
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

/// One step per byte, straight from table 3-7.
bool is_utf8_by_the_table(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto within = [](unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned lead = byte(i);
        const std::size_t length = lead < 0x80                ? 1
                                   : within(lead, 0xc2, 0xdf) ? 2
                                   : within(lead, 0xe0, 0xef) ? 3
                                   : within(lead, 0xf0, 0xf4) ? 4
                                                              : 0;
        if (length == 0)
            return false;
        const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        for (std::size_t next = 1; next < length; ++next)
            if (!within(byte(i + next), next == 1 ? low : 0x80, next == 1 ? high : 0xbf))
                return false;
        i += length;
    }
    return true;
}

TEST(IsUtf8, AgreesWithTheTableWhereverThePairOfBytesStands)
{
    for (unsigned first = 0x80; first < 0x100; ++first)
        for (unsigned second = 0; second < 0x100; ++second)
            for (std::size_t at = 0; at < 9; ++at) {
                std::string text(at, 'a');
                text += static_cast<char>(first);
                text += static_cast<char>(second);
                text += "\x80\xe0\xb8\xaa\xe0\xb8\xaa";
                ASSERT_EQ(is_utf8(text), is_utf8_by_the_table(text)) << first << " " << second << " " << at;
                text.insert(at, "\xe0\xb8\xaa");
                ASSERT_EQ(is_utf8(text), is_utf8_by_the_table(text)) << first << " " << second << " " << at;
            }
}

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
