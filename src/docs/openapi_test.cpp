#include "codec/json_text.hpp"
#include "docs/openapi.hpp"

#include <gtest/gtest.h>

namespace wgw::docs {
namespace {

constexpr FieldRow kPath[] = {
    {"other", FieldType::string, false, any,       "Not in the path.", {}},
    {"id",    FieldType::string, false, not_empty, "Which one.",       {}},
};
constexpr FieldRow kQuery[] = {
    {"limit", FieldType::integer, false, optional | at_least(1), "How many.", "5"},
};
constexpr FieldRow kHeaders[] = {
    {"Some-Key", FieldType::string, false, not_empty, "Once.", {}},
};
constexpr FieldRow kBody[] = {
    {"id",   FieldType::string, false, not_empty, "Which one.", {}      },
    {"name", FieldType::string, false, not_empty, "Its name.",  R"("a")"},
};
constexpr Object kBodyObject{.name = "ThingDto", .rows = kBody};
constexpr Object kThing{.name = "Thing", .rows = kBody};

constexpr Operation kFind{
    .id = "UserController_find",
    .summary = "Finds.",
    .path = kPath,
    .query = kQuery,
    .headers = kHeaders,
    .reply = list_of(kThing, FieldType::integer),
    .errors = {Errc::not_found},
};
constexpr Operation kChange{
    .id = "UserController_change",
    .summary = "Changes.",
    .path = kPath,
    .body = &kBodyObject,
    .reply = one(kThing),
    .errors = {{Errc::unauthorized, 400, "Wrong!"}},
    .recorded = true,
};
constexpr Operation kHome{.id = "GatewayController_home", .summary = "Is there.", .recorded = true, .checks = false};
constexpr Route kRoutes[] = {
    {"GET",  "/things/:id/parts", true,  200, &kFind  },
    {"GET",  "/",                 false, 200, &kHome  },
    {"POST", "/things/:id/parts", true,  201, &kChange},
};

class AnOpenapiDocument : public testing::Test {
protected:
    /// The text at a path of names, `/` between them and `~1` for a slash in one: as in JSON Pointer. Empty: none.
    std::string at(std::string_view pointer, bool recorded = false)
    {
        const std::string text = openapi(kRoutes, Limits{}, {.version = "1.2.3", .authorization_parameter = recorded});
        EXPECT_EQ(json_check(text), JsonError::none);
        JsonValue value(text);
        while (!pointer.empty()) {
            pointer.remove_prefix(1);
            std::string name(pointer.substr(0, pointer.find('/')));
            pointer.remove_prefix(name.size());
            for (auto slash = name.find("~1"); slash != std::string::npos; slash = name.find("~1"))
                name.replace(slash, 2, "/");
            const auto next = value.find(name);
            if (!next)
                return "";
            value = *next;
        }
        return std::string(value.text());
    }
};

TEST_F(AnOpenapiDocument, HasEachRouteUnderItsPathAndMethod)
{
    EXPECT_EQ(at("/openapi"), R"("3.0.0")");
    EXPECT_EQ(at("/info/version"), R"("1.2.3")");
    EXPECT_EQ(at("/paths/~1things~1{id}~1parts/get/operationId"), R"("UserController_find")");
    EXPECT_EQ(at("/paths/~1things~1{id}~1parts/post/operationId"), R"("UserController_change")");
    EXPECT_EQ(at("/paths/~1/get/operationId"), R"("GatewayController_home")");
    EXPECT_EQ(at("/paths/~1/get/tags"), R"(["Gateway"])");
}

TEST_F(AnOpenapiDocument, DescribesParametersWhereTheRecordedOneIsSilent)
{
    EXPECT_EQ(
        at("/paths/~1things~1{id}~1parts/get/parameters"),
        R"([{"name":"id","required":true,"in":"path","schema":{"type":"string","minLength":1,"description":"Which one."},)"
        R"("description":"Which one."},{"name":"limit","required":false,"in":"query","schema":{"type":"integer",)"
        R"("minimum":1,"description":"How many.","example":5},"description":"How many."},{"name":"Some-Key","required":false,"in":"header",)"
        R"("schema":{"type":"string","minLength":1,"description":"Once."},"description":"Once."}])"
    );
    EXPECT_EQ(
        at("/paths/~1things~1{id}~1parts/post/parameters", true),
        R"([{"name":"authorization","required":true,"in":"header","schema":{"type":"string"}},)"
        R"({"name":"id","required":true,"in":"path","schema":{"type":"string"}}])"
    );
    EXPECT_EQ(
        at("/paths/~1things~1{id}~1parts/post/parameters"),
        R"([{"name":"id","required":true,"in":"path","schema":{"type":"string"}}])"
    );
    EXPECT_EQ(at("/paths/~1/get/parameters", true), "[]");
}

TEST_F(AnOpenapiDocument, AsksForATokenWhereTheGuardDoes)
{
    EXPECT_EQ(at("/paths/~1things~1{id}~1parts/get/security"), R"([{"bearer":[]}])");
    EXPECT_EQ(at("/paths/~1/get/security"), "[]");
    EXPECT_EQ(at("/components/securitySchemes/bearer/scheme"), R"("bearer")");
}

TEST_F(AnOpenapiDocument, LeavesOutOfABodyWhatIsInThePath)
{
    EXPECT_EQ(
        at("/components/schemas/ThingDto"),
        R"({"type":"object","properties":{"name":{"type":"string","minLength":1,"description":"Its name.","example":"a"}},)"
        R"("required":["name"]})"
    );
}

TEST_F(AnOpenapiDocument, HasTheCodesOfEachStatus)
{
    const std::string_view responses = "/paths/~1things~1{id}~1parts/post/responses";
    const auto response = [&](const char* rest) { return at(std::string(responses) + rest); };
    EXPECT_EQ(response("/201/description"), R"("")");
    EXPECT_TRUE(response("/400/description").contains("`unauthorized`: Wrong!"));
    EXPECT_TRUE(response("/400").contains(R"("enum":["validation_failed","unauthorized"])"));
    EXPECT_EQ(response("/401"), R"({"$ref":"#/components/responses/unauthorized.token_expired.token_revoked"})");
    EXPECT_NE(response("/413"), "");
    EXPECT_NE(response("/429"), "");
    EXPECT_EQ(response("/404"), "");
    EXPECT_TRUE(at("/components/responses/unauthorized.token_expired.token_revoked").contains("`token_expired`"));
    EXPECT_EQ(at("/paths/~1/get/responses/400"), "");
    EXPECT_EQ(at("/paths/~1/get/responses/429"), "");
    EXPECT_EQ(at("/paths/~1things~1{id}~1parts/get/responses/413"), "");
}

TEST_F(AnOpenapiDocument, SaysOfAListThatItIsAnArrayOrAPage)
{
    const auto list = at("/paths/~1things~1{id}~1parts/get/responses/200");
    EXPECT_TRUE(list.contains(R"("X-Next")"));
    EXPECT_TRUE(list.contains(R"("oneOf":[{"type":"array")"));
    EXPECT_TRUE(list.contains(R"("next":{"type":"integer","nullable":true)"));
}

}  // namespace
}  // namespace wgw::docs
