#include "codec/json_writer.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(AJsonWriter, PutsCommasBetweenWhatStandsBesideEachOther)
{
    JsonWriter json;
    json.object([&] {
        json.member("text", "a:{[");
        json.member("yes", true);
        json.member("number", std::int64_t{-7});
        json.member_array("list", [&] {
            json.string("");
            json.number(1);
            json.array([] {});
            json.object([] {});
        });
        json.member_object("object", [&] { json.member("raw", [&] { json.raw(R"({"a":null})"); }); });
    });
    EXPECT_EQ(json.text(), R"({"text":"a:{[","yes":true,"number":-7,"list":["",1,[],{}],"object":{"raw":{"a":null}}})");
}

TEST(AJsonWriter, EscapesNamesAndTexts)
{
    JsonWriter json;
    json.object([&] { json.member("a\"b", std::string_view("\n")); });
    EXPECT_EQ(json.take(), "{\"a\\\"b\":\"\\n\"}");
}

}  // namespace
}  // namespace wgw
