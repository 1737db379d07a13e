#include "codec/json_text.hpp"
#include "gateway/documents.hpp"
#include "gateway/event_table.hpp"
#include "gateway/routes.hpp"
#include "gateway/test_gateway.hpp"

#include <gmock/gmock.h>

#include <cctype>
#include <map>
#include <set>

namespace wgw::gateway {
namespace {

using testing::HasSubstr;

/// What is in a template of a path, or in a path of a row, between the slashes.
std::string template_of(std::string path)
{
    for (auto colon = path.find("/:"); colon != std::string::npos; colon = path.find("/:")) {
        const auto end = std::min(path.find('/', colon + 1), path.size());
        path = path.substr(0, colon) + "/{" + path.substr(colon + 2, end - colon - 2) + "}" + path.substr(end);
    }
    return path;
}

std::optional<JsonValue> member(std::optional<JsonValue> object, std::string_view name)
{
    return object ? object->find(name) : std::nullopt;
}

TEST(TheOpenapiDocument, HasEveryRouteOfTheTableAndNoOther)
{
    const auto text = openapi_document({}, "1.2.3");
    ASSERT_EQ(json_check(text), JsonError::none);
    const auto paths = member(JsonValue(text), "paths");
    for (const RouteRow& row : route_table()) {
        std::string method(row.pattern.method);
        std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
        const auto operation = member(member(paths, template_of(std::string(row.pattern.path))), method);
        ASSERT_TRUE(operation) << row.pattern.method << ' ' << row.pattern.path;
        EXPECT_EQ(member(operation, "operationId")->string(), std::string_view(row.about.id));
        EXPECT_TRUE(member(member(operation, "responses"), std::to_string(row.status)));
    }
    std::size_t operations = 0;
    auto path = paths->members();
    while (const auto entry = path.next()) {
        auto method = entry->value.members();
        while (method.next())
            ++operations;
    }
    EXPECT_EQ(operations, route_table().size());
}

TEST(TheTableOfRoutes, DescribesEachParameterAndNamesEachOperationOnce)
{
    std::set<std::string_view> ids;
    for (const RouteRow& row : route_table()) {
        const auto& about = row.about;
        EXPECT_TRUE(ids.insert(about.id).second) << std::string_view(about.id);
        const std::string_view id = about.id;
        const auto group = id.substr(0, id.find("Controller_"));
        EXPECT_THAT((std::set<std::string_view>{"Gateway", "Auth", "User", "Chat"}), testing::Contains(group));
        const std::string_view path = row.pattern.path;
        for (auto at = path.find("/:"); at != std::string_view::npos; at = path.find("/:", at + 1)) {
            const auto name = path.substr(at + 2, path.find('/', at + 2) - at - 2);
            EXPECT_NE(std::ranges::find(about.path, name, &FieldRow::name), about.path.end()) << path << ' ' << name;
        }
        EXPECT_EQ(about.body != nullptr || row.pattern.method == "GET" || row.pattern.method == "DELETE", true) << path;
    }
}

/// Where a name stands for two objects, one of them is not in the document.
TEST(TheTableOfRoutes, HasAnObjectForEachNameOfASchema)
{
    std::map<std::string_view, const FieldRow*> rows;
    const auto look = [&](const docs::Object* object) {
        if (object != nullptr)
            EXPECT_EQ(rows.try_emplace(object->name, object->rows.data()).first->second, object->rows.data())
                << std::string_view(object->name);
    };
    for (const RouteRow& row : route_table()) {
        look(row.about.body);
        look(row.about.reply.object);
    }
    for (const auto& event : kEventRows) {
        look(event.payload.object);
        look(event.ack.object);
    }
}

TEST(TheAsyncapiDocument, HasEveryEventOfTheTable)
{
    const auto text = asyncapi_document({}, "1.2.3");
    ASSERT_EQ(json_check(text), JsonError::none);
    const auto operations = member(JsonValue(text), "operations");
    for (const auto& event : kEventRows)
        EXPECT_TRUE(member(operations, event.name)) << std::string_view(event.name);
    EXPECT_EQ(std::string_view(kMessageReceive.name), chat::event_name(chat::EntryType::message_receive));
}

TEST(TheDocuments, QuoteTheLimitsOfTheServer)
{
    const Limits limits{.username_min = 9, .name_max = 77};
    const auto text = openapi_document(limits, "1.2.3", true);
    EXPECT_THAT(
        text, HasSubstr(R"("name":"username","required":true,"in":"path","schema":{"minLength":9,"type":"string"})")
    );
    EXPECT_THAT(text, HasSubstr(R"("maxLength":77)"));
}

TEST(TheDocuments, AreHandedOutByTheGateway)
{
    TestGateway gateway;
    for (const auto* path : {"/docs", "/docs/events", "/docs-json", "/docs-yaml", "/openapi.json", "/asyncapi.json"}) {
        HttpRequest request;
        request.method = "GET";
        request.target = path;
        EXPECT_EQ(gateway.call(std::move(request)).status, 200) << path;
    }
    HttpRequest elsewhere;
    elsewhere.method = "GET";
    elsewhere.target = "/docs/elsewhere";
    EXPECT_THAT(gateway.call(std::move(elsewhere)).body, HasSubstr("Cannot GET /docs/elsewhere"));
}

}  // namespace
}  // namespace wgw::gateway
