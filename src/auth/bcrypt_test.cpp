#include "auth/bcrypt.hpp"

#include <gtest/gtest.h>

namespace wgw::auth {
namespace {

// Made with Python's crypt module.
constexpr std::string_view kCobol = "$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni";
constexpr std::string_view k72p = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO";

struct Row {
    std::string_view name;
    std::string password;
    std::string_view hash;
    bool right;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"right", "cobol1959", kCobol, true},
    {"wrong", "cobol1960", kCobol, false},
    {"empty", "", kCobol, false},
    {"cost_10", "cobol1959", "$2b$10$N9qo8uLOickgx2ZMRZoMyely/HmbtqyqzBKGczjqiLGRrII.Da3/G", true},
    {"letter_a", "cobol1959", "$2a$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni", true},
    {"letter_a_not_ascii", "pässwörd李", "$2a$04$abcdefghijklmnopqrstuuHJwnqVzdXS4uyOg1U6m8ZFkRClEHnO6", true},
    {"letter_y", "cobol1959", "$2y$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni", false},
    {"only_72_bytes_count", std::string(100, 'p'), k72p, true},
    {"fewer_bytes", std::string(71, 'p'), k72p, false},
    {"nul_behind_the_password", std::string("cobol1959\0x", 11), kCobol, false},
    {"cost_over_14", "cobol1959", "$2b$15$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni", false},
    {"cost_under_4", "cobol1959", "$2b$03$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni", false},
    {"cost_no_number", "cobol1959", "$2b$1x$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni", false},
    {"short_hash", "cobol1959", "$2b$04$abcdefghijklmnopqrstuu6eVke", false},
    {"foreign_character", "cobol1959", "$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMV!i", false},
    {"no_hash", "cobol1959", "", false},
};

class ABcryptHash : public testing::TestWithParam<Row> {};

TEST_P(ABcryptHash, AcceptsItsPasswordOnly)
{
    EXPECT_EQ(bcrypt_verify(GetParam().password, GetParam().hash), GetParam().right);
}

INSTANTIATE_TEST_SUITE_P(Table, ABcryptHash, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

}  // namespace
}  // namespace wgw::auth
