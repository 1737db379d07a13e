#include "gateway/rest_body.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace wgw::gateway {
namespace {

struct Row {
    std::string_view name;
    std::optional<std::string> type;
    std::string body;
    std::string read;  ///< JSON, or the name of the error.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

std::string deep(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

const Row kRows[] = {
    {"json",                          kJson,                               R"({"a":1})",                                         R"({"a":1})"                          },
    {"json_any_case_and_parameters",  "Application/JSON ; charset=latin1", "{}",                                                 "{}"                                  },
    {"json_with_a_mark",              kJson,                               "\xef\xbb\xbf{}",                                     "{}"                                  },
    {"json_of_a_mark_alone",          kJson,                               "\xef\xbb\xbf",                                       "malformed"                           },
    {"json_of_nothing",               kJson,                               "",                                                   "malformed"                           },
    {"json_with_white_space",         kJson,                               " \r\n{\t} ",                                         " \r\n{\t} "                          },
    {"json_array",                    kJson,                               "[1]",                                                "[1]"                                 },
    {"json_null",                     kJson,                               "null",                                               "null"                                },
    {"json_cut",                      kJson,                               R"({"a":)",                                           "malformed"                           },
    {"json_with_more_behind",         kJson,                               "{}{}",                                               "malformed"                           },
    {"json_single_quotes",            kJson,                               "{'a':1}",                                            "malformed"                           },
    {"json_not_a_number",             kJson,                               "NaN",                                                "malformed"                           },
    {"json_bytes_that_are_no_utf8",   kJson,                               "{\"a\":\"\xff\"}",                                   "{\"a\":\"\xef\xbf\xbd\"}"            },
    {"json_bytes_that_are_nothing",   kJson,                               "\xff",                                               "malformed"                           },
    {"json_deep",                     kJson,                               deep(128),                                            deep(128)                             },
    {"json_too_deep",                 kJson,                               deep(129),                                            "malformed"                           },
    {"json_proto",                    kJson,                               R"({"__proto__":{}})",                                "malformed"                           },
    {"json_proto_escaped",            kJson,                               R"({"\u005f_proto__":1})",                            "malformed"                           },
    {"json_proto_inside",             kJson,                               R"({"a":[{"__proto__":1}]})",                         "malformed"                           },
    {"json_proto_as_text",            kJson,                               R"({"a":"__proto__"})",                               R"({"a":"__proto__"})"                },
    {"json_constructor_prototype",    kJson,                               R"({"constructor":{"prototype":1}})",                 "malformed"                           },
    {"json_constructor",              kJson,                               R"({"constructor":{"a":1}})",                         R"({"constructor":{"a":1}})"          },
    {"json_constructor_among_others", kJson,                               R"({"constructor":1,"prototype":{"x":[{}]}})",
     R"({"constructor":1,"prototype":{"x":[{}]}})"                                                                                                                     },
    {"json_constructor_deep",         kJson,                               R"([{"a":[],"constructor":{"b":{},"prototype":1}}])", "malformed"                           },
    {"json_constructor_list",         kJson,                               R"({"constructor":[{"prototype":1}]})",               R"({"constructor":[{"prototype":1}]})"},
    {"json_constructor_as_text",      kJson,                               R"({"constructor":"prototype"})",                     R"({"constructor":"prototype"})"      },
    {"form",                          kForm,                               "a=1&b=x+y%21",                                       R"({"a":"1","b":"x y!"})"             },
    {"form_empty",                    kForm,                               "",                                                   "{}"                                  },
    {"form_quotes",                   kForm,                               "a=%22%5C",                                           R"({"a":"\"\\"})"                     },
    {"form_proto_is_a_text",          kForm,                               "__proto__=1",                                        R"({"__proto__":"1"})"                },
    {"form_bytes_that_are_no_utf8",   kForm,                               "a=%ff",                                              "{\"a\":\"\xef\xbf\xbd\"}"            },
    {"text",                          "text/plain",                        R"({"a":1})",                                         "{}"                                  },
    {"nothing",                       {},                                  "",                                                   "{}"                                  },
    {"nothing_of_an_empty_type",      "",                                  "",                                                   "{}"                                  },
    {"nothing_of_an_unknown_type",    "image/png",                         "",                                                   "{}"                                  },
    {"body_without_a_type",           {},                                  "{}",                                                 "unsupported"                         },
    {"body_of_an_empty_type",         "",                                  "{}",                                                 "unsupported"                         },
    {"xml",                           "application/xml",                   "<a/>",                                               "unsupported"                         },
    {"multipart",                     "multipart/form-data; boundary=x",   "--x--",                                              "unsupported"                         },
    {"vendor_json",                   "application/vnd.api+json",          "{}",                                                 "unsupported"                         },
};

class ABody : public testing::TestWithParam<Row> {};

TEST_P(ABody, IsCheckedJsonOrAnError)
{
    HttpRequest request;
    request.body = GetParam().body;
    if (GetParam().type)
        request.headers.emplace_back("content-type", *GetParam().type);
    const auto body = read_body(request);
    const std::string read = body ? *body : body.error() == BodyError::malformed ? "malformed" : "unsupported";
    EXPECT_EQ(read, GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(Table, ABody, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

/// It has not been asked who sends it when it is read: a megabyte of levels used to hold the loop for half a second.
TEST(ABody, IsReadInOnePassHoweverDeep)
{
    HttpRequest request;
    request.headers = {
        {"content-type", "application/json"}
    };
    request.body = std::string(120, '[') + std::string(1'000'000, '\n') + std::string(120, ']');
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(read_body(request).has_value());
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

HttpRequest request_of(std::string_view type, std::string body)
{
    HttpRequest request;
    if (!type.empty())
        request.headers.emplace_back("content-type", std::string(type));
    request.body = std::move(body);
    return request;
}

TEST(ABodyThatCannotBeRead, IsExplainedWithoutItsText)
{
    const auto told = [](std::string_view type, std::string body) {
        const auto fault = explain_body(request_of(type, std::move(body)));
        return fault.what + " " + std::to_string(fault.at) + " " + std::to_string(fault.line);
    };
    EXPECT_EQ(told(kJson, "{\n  'secret':1}"), "expected a name in double quotes 4 2");
    EXPECT_EQ(told(kJson, R"({"a":"secret)"), "it ends too early: expected the closing quote 12 1");
    EXPECT_EQ(told(kJson, "\xef\xbb\xbf{]"), "expected a name in double quotes 4 1");
    EXPECT_EQ(told(kJson, ""), "it ends too early: expected a value 0 1");
    EXPECT_EQ(told(kJson, deep(129)), "it is nested too deeply 128 1");
    EXPECT_EQ(told(kJson, R"({"__proto__":1})"), "a member is named __proto__, or prototype inside of constructor 0 0");
    EXPECT_EQ(told("", "{}"), "there is no Content-Type; expected application/json 0 0");
    EXPECT_EQ(told("text/csv", "{}"), "the Content-Type is none that is read; expected application/json 0 0");
}

TEST(JsonInAForm, IsKnown)
{
    EXPECT_TRUE(is_json_in_form(request_of(kForm, R"( {"username":"grace"})")));
    EXPECT_FALSE(is_json_in_form(request_of(kForm, "username=grace")));
    EXPECT_FALSE(is_json_in_form(request_of(kForm, "{x=1")));
    EXPECT_FALSE(is_json_in_form(request_of(kJson, "{}")));
    EXPECT_FALSE(is_json_in_form(request_of("", "")));
}

TEST(ABody, KeepsToTheBoundsThatAreSet)
{
    const auto body = [](std::string json) {
        HttpRequest request;
        request.headers.push_back({"content-type", kJson});
        request.body = std::move(json);
        return request;
    };
    const JsonLimits few{.depth = 8, .nodes = 100};
    EXPECT_TRUE(read_body(body(deep(8)), few));
    EXPECT_FALSE(read_body(body(deep(9)), few));
    EXPECT_EQ(explain_body(body(deep(9)), few).what, "it is nested too deeply");
}

}  // namespace
}  // namespace wgw::gateway
