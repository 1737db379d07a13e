#include "sio/protocol/placeholders.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

struct Row {
    std::string_view name;
    std::string_view json;
    int attachments;  // that are needed; -1: no number will do
    std::string_view from_3;
    std::vector<std::size_t> old;
    std::string_view disarmed;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"none",
     R"(["a",{"_placeholder":false,"num":7}])",                                    0,
     R"(["a",{"_placeholder":false,"num":7}])",                                    {},
     R"(["a",{"_placeholder":false,"num":7}])"                             },
    {"one",
     R"([{"_placeholder":true,"num":0}])",                                         1,
     R"([{"_placeholder":true,"num":3}])",                                         {0},
     R"([{"_placeholder":1,"num":0}])"                                     },
    {"num_first",
     R"([{"num":1, "_placeholder": true}])",                                       2,
     R"([{"num":3, "_placeholder": true}])",                                       {1},
     R"([{"num":1, "_placeholder": 1}])"                                   },
    {"two",
     R"({"a":{"_placeholder":true,"num":9},"b":[{"_placeholder":true,"num":0}]})", 10,
     R"({"a":{"_placeholder":true,"num":3},"b":[{"_placeholder":true,"num":4}]})", {9, 0},
     R"({"a":{"_placeholder":1,"num":9},"b":[{"_placeholder":1,"num":0}]})"},
    {"one_twice",
     R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])",           1,
     R"([{"_placeholder":true,"num":3},{"_placeholder":true,"num":4}])",           {0, 0},
     R"([{"_placeholder":1,"num":0},{"_placeholder":1,"num":0}])"          },
    {"nested",
     R"([{"_placeholder":true,"x":{"_placeholder":true,"num":1},"num":0}])",       2,
     R"([{"_placeholder":true,"x":{"_placeholder":true,"num":3},"num":4}])",       {1, 0},
     R"([{"_placeholder":1,"x":{"_placeholder":1,"num":1},"num":0}])"      },
    {"last_wins",
     R"([{"_placeholder":false,"_placeholder":true,"num":5,"num":0}])",            1,
     R"([{"_placeholder":false,"_placeholder":true,"num":5,"num":3}])",            {0},
     R"([{"_placeholder":false,"_placeholder":1,"num":5,"num":0}])"        },
    {"escaped",
     R"([{"\u005fplaceholder":true,"num":0}])",                                    1,
     R"([{"\u005fplaceholder":true,"num":3}])",                                    {0},
     R"([{"\u005fplaceholder":1,"num":0}])"                                },
    {"several_values",
     R"(1,{"_placeholder":true,"num":0},2)",                                       1,
     R"(1,{"_placeholder":true,"num":3},2)",                                       {0},
     R"(1,{"_placeholder":1,"num":0},2)"                                   },
    {"in_a_string",
     R"(["{\"_placeholder\":true,\"num\":0}"])",                                   0,
     R"(["{\"_placeholder\":true,\"num\":0}"])",                                   {},
     R"(["{\"_placeholder\":true,\"num\":0}"])"                            },
};

class PlaceholderTable : public testing::TestWithParam<Row> {};

TEST_P(PlaceholderTable, AreFoundNumberedAnewAndDisarmed)
{
    const auto& row = GetParam();
    EXPECT_TRUE(placeholders_fit(row.json, row.attachments));
    if (row.attachments > 0)
        EXPECT_FALSE(placeholders_fit(row.json, row.attachments - 1));
    const auto renumbered = renumber_placeholders(row.json, 3, 5);
    EXPECT_EQ(renumbered.json, row.from_3);
    EXPECT_EQ(renumbered.old, row.old);
    EXPECT_EQ(disarm_placeholders(row.json), row.disarmed);
    EXPECT_TRUE(placeholders_fit(disarm_placeholders(row.json), 0));
}

INSTANTIATE_TEST_SUITE_P(Rows, PlaceholderTable, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(Placeholders, OfOneNumberShareOneWhereThereWouldBeTooMany)
{
    const std::string_view json = R"([{"_placeholder":true,"num":1},{"_placeholder":true,"num":0},)"
                                  R"({"_placeholder":true,"num":1}])";
    EXPECT_EQ(renumber_placeholders(json, 7, 10).old, (std::vector<std::size_t>{1, 0, 1}));
    const auto shared = renumber_placeholders(json, 8, 10);
    EXPECT_EQ(shared.old, (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(
        shared.json, R"([{"_placeholder":true,"num":8},{"_placeholder":true,"num":9},{"_placeholder":true,"num":8}])"
    );
}

TEST(Placeholders, StandForTheirBytesAsOftenAsTheyAreThere)
{
    const std::vector<std::string> attachments{"abc", std::string(100, 'x')};
    EXPECT_EQ(bytes_in_placeholders(R"(["e"])", attachments), 0U);
    EXPECT_EQ(bytes_in_placeholders(R"(["e",{"_placeholder":true,"num":1}])", attachments), 100U);
    const std::string_view twice = R"(["e",{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":1}},)"
                                   R"({"_placeholder":true,"num":0}])";
    EXPECT_EQ(bytes_in_placeholders(twice, attachments), 203U);
}

TEST(Placeholders, FitTheAttachmentsTheyPointAt)
{
    struct {
        std::string_view json;
        bool fits_one;
    } rows[] = {
        {R"(["x"])",                                                         true },
        {R"({"_placeholder":true,"num":0})",                                 true },
        {R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])", true },
        {R"({"a":{"b":[{"_placeholder" : true , "num" : 0 }]}})",            true },
        {R"({"_placeholder":true,"num":0.0})",                               true },
        {R"({"_placeholder":true,"num":1})",                                 false},
        {R"({"_placeholder":true,"num":-1})",                                false},
        {R"({"_placeholder":true,"num":0.5})",                               false},
        {R"({"_placeholder":true,"num":"0"})",                               false},
        {R"({"_placeholder":true,"num":[0]})",                               false},
        {R"({"_placeholder":true,"num":null})",                              false},
        {R"({"_placeholder":true})",                                         false},
        {R"({"num":7,"_placeholder":true})",                                 false},
        {R"({"a":{"b":[{"_placeholder":true,"num":1e9}]}})",                 false},
        {R"({"\u005fplaceholder":true,"n\u0075m":3})",                       false},
        {R"({"_placeholder":false,"num":9})",                                true },
        {R"({"_placeholder":"true","num":9})",                               true },
        {R"({"_placeholder":{"true":1},"num":9})",                           true },
        {R"({"_placeholder":true,"num":9,"_placeholder":false})",            true }, // the last of equal names counts
        {R"({"_placeholder":true,"num":9,"num":0})",                         true },
        {R"({"_placeholder":true,"num":0,"num":9})",                         false},
        {R"(["_placeholder",true,"num",9])",                                 true },
        {R"({"x":"{\"_placeholder\":true,\"num\":9}"})",                     true },
        {R"({"_placeholders":true,"num":9})",                                true },
        {R"("_placeholder")",                                                true },
        {"12",                                                               true },
    };
    for (const auto& row : rows)
        EXPECT_EQ(placeholders_fit(row.json, 1), row.fits_one) << row.json;
}

TEST(Placeholders, WithoutAttachmentsThereMayBeNone)
{
    EXPECT_FALSE(placeholders_fit(R"(["x",{"_placeholder":true,"num":0}])", 0));
    EXPECT_TRUE(placeholders_fit(R"(["x",{"num":0}])", 0));
}

}  // namespace
}  // namespace wgw::sio
