#include "docs/schema.hpp"

namespace wgw::docs {
namespace {

constexpr FieldRow kFailureRows[] = {
    {"message",        FieldType::string,  false, any,      "For people.",                            {}              },
    {"code",           FieldType::string,  false, any,      "For programs.",                          {}              },
    {"request_id",     FieldType::string,  false, left_out, "Names the request in the server's log.", R"("k7m2q9-17")"},
    {"retry_after_ms", FieldType::integer, false, left_out, "When the same request may succeed.",     "1000"          },
};

bool is_left_out(std::string_view name, std::span<const std::string_view> without)
{
    return std::ranges::find(without, name) != without.end();
}

bool is_required(const FieldRow& row, Use use)
{
    return use == Use::request ? !row.nullable && !row.rule.optional : !row.rule.left_out;
}

}  // namespace

void SchemaWriter::object(const Object& object, Use use, std::span<const std::string_view> without)
{
    json_.object([&] {
        json_.member("type", "object");
        members(object, use, without);
    });
}

void SchemaWriter::object_or_null(const Object& object, Use use)
{
    // The whole object again, and no reference: in OpenAPI 3.0 nothing that stands beside a $ref, or around it in
    // allOf, makes what it means nullable.
    json_.object([&] {
        type("object", true);
        members(object, use, {});
    });
}

void SchemaWriter::members(const Object& object, Use use, std::span<const std::string_view> without)
{
    json_.member_object("properties", [&] {
        for (const auto& row : object.rows)
            if (!is_left_out(row.name, without))
                json_.member(row.name, [&] { field(row, object.detail(row.name), use); });
    });
    const auto counts = [&](const FieldRow& row) { return is_required(row, use) && !is_left_out(row.name, without); };
    if (std::ranges::none_of(object.rows, counts))
        return;
    json_.member_array("required", [&] {
        for (const auto& row : object.rows)
            if (counts(row))
                json_.string(row.name);
    });
}

void SchemaWriter::type(std::string_view name, bool nullable)
{
    if (nullable && dialect_ == Dialect::json_schema) {
        json_.member_array("type", [&] {
            json_.string(name);
            json_.string("null");
        });
        return;
    }
    json_.member("type", name);
    if (nullable)
        json_.member("nullable", true);
}

void SchemaWriter::bounds(const FieldRow& row)
{
    const auto& rule = row.rule;
    const bool text = row.type == FieldType::string;
    if (const auto least = rule.min ? rule.min.in(limits_) : text && rule.not_empty ? 1 : 0; least != 0)
        json_.member(text ? "minLength" : "minimum", least);
    if (rule.max)
        json_.member(text ? "maxLength" : "maximum", rule.max.in(limits_));
    if (rule.key_max != 0)
        json_.member(
            "pattern", "^[A-Za-z0-9._:-]{" + std::to_string(rule.key_min) + "," + std::to_string(rule.key_max) + "}$"
        );
}

void SchemaWriter::field(const FieldRow& row, const Detail* detail, Use use)
{
    const bool nullable = row.nullable && !(use == Use::reply && row.rule.left_out);
    if (detail != nullptr && detail->object != nullptr && !nullable)
        return ref(detail->object->name);
    json_.object([&] {
        switch (row.type) {
        case FieldType::string:
            type("string", nullable);
            break;
        case FieldType::id:
            type("string", nullable);
            json_.member("pattern", use == Use::request ? "^[0-9a-fA-F]{24}$" : "^[0-9a-f]{24}$");
            break;
        case FieldType::integer:
            type("integer", nullable);
            break;
        case FieldType::boolean:
            type("boolean", nullable);
            break;
        case FieldType::time:
            type("string", nullable);
            json_.member("format", "date-time");
            break;
        case FieldType::json:
            if (detail != nullptr && detail->object != nullptr) {
                type("object", nullable);
                members(*detail->object, use, {});
            }
            break;
        }
        if (use == Use::request && row.type != FieldType::id)
            bounds(row);
        if (detail != nullptr && !detail->words.empty())
            json_.member_array("enum", [&] {
                for (const auto word : detail->words)
                    json_.string(word);
            });
        json_.member("description", row.sentence);
        if (row.example.empty())
            return;
        if (dialect_ == Dialect::openapi_3_0)
            json_.member("example", [&] { json_.raw(row.example); });
        else
            json_.member_array("examples", [&] { json_.raw(row.example); });
    });
}

void SchemaWriter::bare(const FieldRow& row)
{
    json_.object([&] {
        if (row.type == FieldType::string && row.rule.min)
            json_.member("minLength", row.rule.min.in(limits_));
        json_.member("type", "string");
    });
}

void SchemaWriter::ref(std::string_view schema)
{
    json_.object([&] { json_.member("$ref", std::string("#/components/schemas/").append(schema)); });
}

void SchemaWriter::page(const Reply& reply)
{
    const std::string_view example = reply.place == FieldType::integer  ? "42"
                                     : reply.place == FieldType::string ? R"("42")"
                                                                        : R"("5f0c1d2e3f4a5b6c7d8e9f00")";
    const FieldRow next{
        "next", reply.place, true, {}, "Goes into `before`, or into `after` if that was given; null: that was all.",
        example
    };
    json_.object([&] {
        json_.member("type", "object");
        json_.member_object("properties", [&] {
            json_.member_object("items", [&] {
                json_.member("type", "array");
                json_.member("items", [&] { ref(reply.object->name); });
            });
            json_.member("next", [&] { field(next, nullptr, Use::reply); });
        });
        json_.member_array("required", [&] {
            json_.string("items");
            json_.string("next");
        });
    });
}

void SchemaWriter::data(const Reply& reply)
{
    switch (reply.shape) {
    case Reply::Shape::none:
        return json_.object([] {});
    case Reply::Shape::one:
        return ref(reply.object->name);
    case Reply::Shape::one_or_null:
        return object_or_null(*reply.object, Use::reply);
    case Reply::Shape::list:
        return json_.object([&] {
            json_.member_array("oneOf", [&] {
                json_.object([&] {
                    json_.member("type", "array");
                    json_.member("description", "Without `limit`, `before` and `after`.");
                    json_.member("items", [&] { ref(reply.object->name); });
                });
                page(reply);
            });
        });
    case Reply::Shape::page:
        return page(reply);
    case Reply::Shape::failure:
        return failure_data({});
    }
}

template <class Data>
void SchemaWriter::envelope(bool success, bool has_data, bool needs_data, Data data)
{
    json_.object([&] {
        json_.member("type", "object");
        json_.member_object("properties", [&] {
            json_.member_object("success", [&] {
                json_.member("type", "boolean");
                json_.member_array("enum", [&] { json_.raw(success ? "true" : "false"); });
            });
            json_.member("timestamp", [&] {
                field(
                    {"timestamp",
                     FieldType::time,
                     false,
                     {},
                     "When the answer was made.",
                     R"("2026-11-22T13:05:38.051Z")"},
                    nullptr, Use::reply
                );
            });
            if (has_data)
                json_.member("data", data);
        });
        json_.member_array("required", [&] {
            json_.string("success");
            json_.string("timestamp");
            if (needs_data)
                json_.string("data");
        });
    });
}

void SchemaWriter::success(const Reply& reply)
{
    const bool has_data = reply.shape != Reply::Shape::none;
    envelope(true, has_data, has_data, [&] { data(reply); });
}

void SchemaWriter::failure(std::span<const std::string_view> codes, bool may_be_empty)
{
    envelope(false, !codes.empty(), !codes.empty() && !may_be_empty, [&] { failure_data(codes); });
}

void SchemaWriter::failure_data(std::span<const std::string_view> codes)
{
    const std::string_view invalid = row(Errc::validation_failed).name;
    if (!codes.empty() && std::ranges::find(codes, invalid) == codes.end())
        return failure_object(codes, false);
    json_.object([&] {
        json_.member_array("oneOf", [&] {
            field_errors();
            failure_object(codes, true);
        });
    });
}

void SchemaWriter::failure_object(std::span<const std::string_view> codes, bool has_errors)
{
    const Detail code{.field = "code", .words = codes};
    json_.object([&] {
        json_.member("type", "object");
        json_.member_object("properties", [&] {
            for (const auto& row : kFailureRows)
                json_.member(row.name, [&] { field(row, row.name == code.field ? &code : nullptr, Use::reply); });
            if (has_errors)
                json_.member("errors", [&] { field_errors(); });
        });
        json_.member_array("required", [&] {
            for (const auto& row : kFailureRows)
                if (is_required(row, Use::reply))
                    json_.string(row.name);
        });
    });
}

void SchemaWriter::field_errors()
{
    json_.object([&] {
        json_.member("type", "array");
        json_.member("description", "Every field that is wrong.");
        json_.member("items", [&] { ref("FieldError"); });
    });
}

void SchemaWriter::field_error()
{
    const auto text = [&](std::string_view sentence, std::string_view example) {
        field({"", FieldType::string, false, {}, sentence, example}, nullptr, Use::reply);
    };
    json_.object([&] {
        json_.member("type", "object");
        json_.member_object("properties", [&] {
            json_.member("property", [&] { text("The name of the field.", R"("username")"); });
            json_.member_object("children", [&] {
                json_.member("type", "array");
                json_.member_object("items", [] {});
                json_.member("description", "Always empty.");
            });
            json_.member_object("constraints", [&] {
                json_.member("type", "object");
                json_.member("description", "What is wrong with it: the name of each rule, and a sentence.");
                json_.member("additionalProperties", [&] {
                    text("The sentence.", R"("username should not be empty")");
                });
            });
        });
        json_.member_array("required", [&] {
            for (const auto* name : {"property", "children", "constraints"})
                json_.string(name);
        });
    });
}

void write_example(JsonWriter& json, const Object& object)
{
    json.object([&] {
        for (const auto& row : object.rows) {
            const auto* detail = object.detail(row.name);
            if (detail != nullptr && detail->object != nullptr)
                json.member(row.name, [&] { write_example(json, *detail->object); });
            else if (!row.example.empty())
                json.member(row.name, [&] { json.raw(row.example); });
        }
    });
}

void collect(std::vector<const Object*>& objects, const Object& object)
{
    if (std::ranges::find(objects, &object) != objects.end())
        return;
    for (const auto& detail : object.details)
        if (detail.object != nullptr)
            collect(objects, *detail.object);
    objects.push_back(&object);
}

}  // namespace wgw::docs
