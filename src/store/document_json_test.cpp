#include "store/document_json.hpp"

#include <gtest/gtest.h>

namespace wgw::store {
namespace {

using namespace std::string_literals;

const CollectionSpec kSpec{
    .name = "things",
    .fields =
        {{"on", FieldType::boolean},
                 {"count", FieldType::integer},
                 {"name", FieldType::string},
                 {"room_id", FieldType::id, true},
                 {"at", FieldType::time}},
    .indexes = {},
};

const Id kId = *Id::parse("0123456789abcdef01234567");

TEST(DocumentJson, StandsInTheOrderOfTheSpecification)
{
    const Document document{
        kId, {true, std::int64_t{-7}, "a\0\"\n"s, kId, Timestamp{1'800'000'000'000}}
    };
    const std::string json =
        R"({"on":true,"count":-7,"name":"a\u0000\"\n","room_id":"0123456789abcdef01234567","at":1800000000000})";
    EXPECT_EQ(to_json(kSpec, document), json);
    EXPECT_EQ(read_document(kSpec, kId, json), document);
}

TEST(DocumentJson, ReadsFieldsInAnyOrderAndTakesMissingNullableOnesForNull)
{
    const Document expected{
        kId, {false, std::int64_t{1}, ""s, nullptr, Timestamp{0}}
    };
    EXPECT_EQ(read_document(kSpec, kId, R"({"at":0,"more":[],"name":"","count":1,"on":false})"), expected);
}

TEST(DocumentJson, ThrowsForTextOfAnotherSpecification)
{
    const char* const texts[] = {
        "",
        "[]",
        "{",
        R"({"on":true,"count":1,"name":"n"})",
        R"({"on":1,"count":1,"name":"n","at":0})",
        R"({"on":true,"count":1.5,"name":"n","at":0})",
        R"({"on":true,"count":9223372036854775808,"name":"n","at":0})",
        R"({"on":true,"count":null,"name":"n","at":0})",
        R"({"on":true,"count":1,"name":3,"at":0})",
        R"({"on":true,"count":1,"name":"n","at":"0"})",
        R"({"on":true,"count":1,"name":"n","at":0,"room_id":"short"})",
    };
    for (const char* text : texts)
        EXPECT_THROW(read_document(kSpec, kId, text), std::runtime_error) << text;
}

}  // namespace
}  // namespace wgw::store
