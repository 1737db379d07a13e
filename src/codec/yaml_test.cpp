#include "codec/yaml.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(Yaml, IsWrittenAsTheRecordedDocumentIs)
{
    EXPECT_EQ(
        yaml_of(R"({"openapi":"3.0.0","paths":{"/rooms/{room_id}":{"get":{"parameters":[],"responses":{"200":)"
                R"({"description":""}},"tags":["Gateway"]}}},"info":{"version":"1.0","contact":{}},"list":[)"
                R"({"name":"a","required":true,"schema":{"minLength":6}},{"$ref":"#/x"}]})"),
        R"(openapi: 3.0.0
paths:
  /rooms/{room_id}:
    get:
      parameters: []
      responses:
        '200':
          description: ''
      tags:
        - Gateway
info:
  version: '1.0'
  contact: {}
list:
  - name: a
    required: true
    schema:
      minLength: 6
  - $ref: '#/x'
)"
    );
}

struct Text {
    const char* json;
    const char* yaml;
};

class AText : public testing::TestWithParam<Text> {};

TEST_P(AText, StandsPlainOnlyWhereItCannotBeTakenForSomethingElse)
{
    EXPECT_EQ(yaml_of(GetParam().json), std::string(GetParam().yaml) + "\n");
}

const Text kTexts[] = {
    {R"("plain words")",     "plain words"         },
    {R"("true")",            "'true'"              },
    {R"("No")",              "'No'"                },
    {R"("null")",            "'null'"              },
    {R"("12")",              "'12'"                },
    {R"("1.5")",             "'1.5'"               },
    {R"("2026-11-22")",      "'2026-11-22'"        },
    {R"("a: b")",            "'a: b'"              },
    {R"("a # b")",           "'a # b'"             },
    {R"("- a")",             "'- a'"               },
    {R"("it's `so`")",       "'it''s `so`'"        },
    {R"(" a")",              "' a'"                },
    {R"("a ")",              "'a '"                },
    {R"("")",                "''"                  },
    {R"("~")",               "'~'"                 },
    {R"("{a}")",             "'{a}'"               },
    {R"("gr\u00fcn")",       "'gr\xc3\xbcn'"       },
    {R"("two\nlines: '\"")", R"("two\nlines: '\"")"},
    {"true",                 "true"                },
    {"null",                 "null"                },
    {"-1.5e3",               "-1.5e3"              },
    {"{}",                   "{}"                  },
    {"[]",                   "[]"                  },
    {"[[1,2],[]]",           "- - 1\n  - 2\n- []"  },
};

INSTANTIATE_TEST_SUITE_P(Table, AText, testing::ValuesIn(kTexts));

}  // namespace
}  // namespace wgw
