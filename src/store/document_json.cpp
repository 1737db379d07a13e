#include "store/document_json.hpp"

#include "codec/json_text.hpp"

#include <cassert>

namespace wgw::store {

namespace {

struct AppendValue {
    std::string& json;

    void operator()(std::nullptr_t) const { json += "null"; }
    void operator()(bool value) const { json += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { json += std::to_string(value); }
    void operator()(const std::string& value) const { append_json_string(json, value); }
    void operator()(const Id& value) const
    {
        json += '"';
        value.append_hex(json);
        json += '"';
    }
    void operator()(Timestamp value) const { json += std::to_string(value.unix_ms); }
};

/// Nothing where the text is not of that type.
std::optional<Value> read_value(FieldType type, const JsonValue& json)
{
    switch (type) {
    case FieldType::boolean:
        return json.type() == JsonType::boolean ? std::optional<Value>(json.boolean()) : std::nullopt;
    case FieldType::integer:
        if (const auto number = json.type() == JsonType::number ? json.integer() : std::nullopt)
            return Value(*number);
        return {};
    case FieldType::time:
        if (const auto number = json.type() == JsonType::number ? json.integer() : std::nullopt)
            return Value(Timestamp{*number});
        return {};
    case FieldType::string:
        return json.is_string() ? std::optional<Value>(json.string()) : std::nullopt;
    case FieldType::id:
        if (const auto id = json.is_string() ? Id::parse(json.string()) : std::nullopt)
            return Value(*id);
        return {};
    }
    return {};
}

[[maybe_unused]] bool has_type(const FieldSpec& field, const Value& value)
{
    constexpr std::size_t kIndex[] = {1, 2, 3, 4, 5};  // of FieldType's enumerators in Value
    return value.index() == kIndex[static_cast<std::size_t>(field.type)] || (field.nullable && value.index() == 0);
}

}  // namespace

void append_value(std::string& json, const Value& value) { std::visit(AppendValue{json}, value); }

std::string to_json(const CollectionSpec& spec, const Document& document)
{
    assert(document.values.size() == spec.fields.size());
    std::string json = "{";
    for (std::size_t i = 0; i < spec.fields.size(); ++i) {
        assert(has_type(spec.fields[i], document.values[i]));
        json += i == 0 ? "" : ",";
        append_json_string(json, spec.fields[i].name);
        json += ':';
        append_value(json, document.values[i]);
    }
    json += '}';
    return json;
}

Document read_document(const CollectionSpec& spec, Id id, std::string_view json)
{
    if (json_check(json) != JsonError::none || !JsonValue(json).is_object())
        throw std::runtime_error("A document of " + std::string(spec.name) + " is no JSON object: " + id.hex());
    const JsonValue object(json);
    Document document{id, {}};
    document.values.reserve(spec.fields.size());
    for (const auto& field : spec.fields) {
        const auto found = object.find(field.name);
        const bool null = !found || found->is_null();
        auto value = null ? std::nullopt : read_value(field.type, *found);
        if (!value && !(null && field.nullable))
            throw std::runtime_error(
                "A document of " + std::string(spec.name) + " has no good " + std::string(field.name) + ": " + id.hex()
            );
        document.values.push_back(value ? std::move(*value) : Value(nullptr));
    }
    return document;
}

}  // namespace wgw::store
