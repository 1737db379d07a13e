#include "docs/schema.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace wgw::docs {
namespace {

struct Thing {
    std::string name;
    std::optional<std::string> nick;
    Id id;
    std::int64_t number = 0;
    bool flag = false;
    Timestamp at;
    std::string key;
};

constexpr auto kThing = fields<Thing>(
    field("name", &Thing::name, not_empty | max_length(&Limits::name_max), "The name.", R"("a \"name\"")"),
    field("nick", &Thing::nick, min_length(3), "The nick name."), field("id", &Thing::id, mongo_id, "The id."),
    field("number", &Thing::number, optional | at_least(2), "The number."),
    field("flag", &Thing::flag, optional, "The flag."), field("at", &Thing::at, any, "When."),
    field("key", &Thing::key, key(1, 64) | left_out, "The key.")
);
constexpr Object kThingObject{.name = "Thing", .rows = kThing.rows};

constexpr FieldRow kBoxRows[] = {
    {"word",  FieldType::string, false, any, "A word.",         R"("a")"},
    {"inner", FieldType::json,   true,  any, "What is inside.", {}      },
    {"sure",  FieldType::json,   false, any, "Always there.",   {}      },
};
constexpr std::string_view kWordsOfBox[] = {"a", "b"};
constexpr Detail kBoxDetails[] = {
    {.field = "word",  .words = kWordsOfBox   },
    {.field = "inner", .object = &kThingObject},
    {.field = "sure",  .object = &kThingObject},
};
constexpr Object kBox{.name = "Box", .rows = kBoxRows, .details = kBoxDetails};

template <class Write>
std::string schema(Dialect dialect, Write write)
{
    JsonWriter json;
    const Limits limits{.name_max = 50};
    SchemaWriter schemas(json, limits, dialect);
    write(schemas);
    EXPECT_EQ(json_check(json.text()), JsonError::none);
    return json.take();
}

TEST(ASchema, OfARequestHasTheRulesOfItsRows)
{
    EXPECT_EQ(
        schema(Dialect::openapi_3_0, [](auto& schemas) { schemas.object(kThingObject, Use::request); }),
        R"({"type":"object","properties":{)"
        R"("name":{"type":"string","minLength":1,"maxLength":50,"description":"The name.","example":"a \"name\""},)"
        R"("nick":{"type":"string","nullable":true,"minLength":3,"description":"The nick name."},)"
        R"("id":{"type":"string","pattern":"^[0-9a-fA-F]{24}$","description":"The id."},)"
        R"("number":{"type":"integer","minimum":2,"description":"The number."},)"
        R"("flag":{"type":"boolean","description":"The flag."},)"
        R"("at":{"type":"string","format":"date-time","description":"When."},)"
        R"("key":{"type":"string","pattern":"^[A-Za-z0-9._:-]{1,64}$","description":"The key."}},)"
        R"("required":["name","id","at","key"]})"
    );
}

TEST(ASchema, OfAReplySaysWhatIsThereWhateverTheRules)
{
    EXPECT_EQ(
        schema(Dialect::json_schema, [](auto& schemas) { schemas.object(kThingObject, Use::reply); }),
        R"({"type":"object","properties":{)"
        R"("name":{"type":"string","description":"The name.","examples":["a \"name\""]},)"
        R"("nick":{"type":["string","null"],"description":"The nick name."},)"
        R"("id":{"type":"string","pattern":"^[0-9a-f]{24}$","description":"The id."},)"
        R"("number":{"type":"integer","description":"The number."},)"
        R"("flag":{"type":"boolean","description":"The flag."},)"
        R"("at":{"type":"string","format":"date-time","description":"When."},)"
        R"("key":{"type":"string","description":"The key."}},)"
        R"("required":["name","nick","id","number","flag","at"]})"
    );
}

TEST(ASchema, LeavesOutWhatIsSaidElsewhere)
{
    constexpr std::string_view kPath[] = {"name", "nick", "id", "number", "flag", "at", "key"};
    EXPECT_EQ(
        schema(Dialect::openapi_3_0, [&](auto& schemas) { schemas.object(kThingObject, Use::request, kPath); }),
        R"({"type":"object","properties":{}})"
    );
}

TEST(ASchema, NamesWhatIsInsideUnlessThatMayBeNull)
{
    const auto box = schema(Dialect::openapi_3_0, [](auto& schemas) { schemas.object(kBox, Use::reply); });
    EXPECT_TRUE(box.contains(R"("word":{"type":"string","enum":["a","b"],)")) << box;
    EXPECT_TRUE(box.contains(R"("inner":{"type":"object","nullable":true,"properties":{"name":)")) << box;
    EXPECT_TRUE(box.contains(R"("sure":{"$ref":"#/components/schemas/Thing"}})")) << box;
}

TEST(ASchema, OfAParameterAsRecordedHasNoWordMore)
{
    const auto bare = [](const FieldRow& row) {
        return schema(Dialect::openapi_3_0, [&](auto& schemas) { schemas.bare(row); });
    };
    EXPECT_EQ(bare(kThing.rows[1]), R"({"minLength":3,"type":"string"})");
    EXPECT_EQ(bare(kThing.rows[2]), R"({"type":"string"})");
}

TEST(ASchema, OfAFailureHasTheListOfFieldsWhereTheyAreChecked)
{
    const auto failure = [](std::vector<std::string_view> codes) {
        return schema(Dialect::openapi_3_0, [&](auto& schemas) { schemas.failure(codes, false); });
    };
    EXPECT_FALSE(failure({"not_found"}).contains("FieldError"));
    EXPECT_TRUE(failure({"not_found"}).contains(R"("enum":["not_found"])"));
    EXPECT_TRUE(failure({"validation_failed", "unauthorized"}).contains("FieldError"));
    EXPECT_FALSE(failure({"not_found"}).contains(R"("errors")"));
    EXPECT_TRUE(failure({"validation_failed"}).contains(R"("errors":{"type":"array")"));
    EXPECT_FALSE(failure({}).contains("data"));
}

TEST(AnExample, IsMadeOfThoseOfTheRows)
{
    JsonWriter json;
    write_example(json, kBox);
    EXPECT_EQ(json.text(), R"({"word":"a","inner":{"name":"a \"name\""},"sure":{"name":"a \"name\""}})");
}

}  // namespace
}  // namespace wgw::docs
