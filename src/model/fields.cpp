#include "model/fields.hpp"

#include "codec/json_text.hpp"

#include <type_traits>

namespace wgw {
namespace {

void write_value(std::string& out, bool value) { out += value ? "true" : "false"; }
void write_value(std::string& out, std::int64_t value) { out += std::to_string(value); }
void write_value(std::string& out, const std::string& value) { append_json_string(out, value); }
void write_value(std::string& out, const RawJson& value)
{
    out += value.text.empty() ? std::string_view("null") : std::string_view(value.text);
}
void write_value(std::string& out, Timestamp value) { out.append(1, '"').append(to_iso(value)) += '"'; }
void write_value(std::string& out, const Id& value)
{
    out += '"';
    value.append_hex(out);
    out += '"';
}

template <class T>
void write_value(std::string& out, const std::optional<T>& value)
{
    if (!value)
        out += "null";
    else
        write_value(out, *value);
}

bool is_null(const Slot& slot)
{
    return std::visit(
        [](const auto* at) {
            if constexpr (requires { at->has_value(); })
                return !at->has_value();
            return false;
        },
        slot
    );
}

template <class T>
bool set(T& at, FieldValue& value)
{
    if constexpr (std::is_same_v<T, RawJson>) {
        return false;
    } else {
        auto* given = std::get_if<T>(&value);
        if (given)
            at = std::move(*given);
        return given != nullptr;
    }
}

template <class T>
bool set(std::optional<T>& at, FieldValue& value)
{
    if (std::holds_alternative<std::nullptr_t>(value)) {
        at.reset();
        return true;
    }
    return set(at.emplace(), value);
}

template <class T>
FieldValue get(const T& at)
{
    if constexpr (std::is_same_v<T, RawJson>)
        return nullptr;
    else
        return at;
}

template <class T>
FieldValue get(const std::optional<T>& at)
{
    return at ? FieldValue(*at) : FieldValue(nullptr);
}

}  // namespace

void detail::write_fields(std::string& out, std::span<const FieldRow> rows, std::span<const Slot> slots)
{
    bool first = true;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].rule.left_out && is_null(slots[i]))
            continue;
        if (!first)
            out += ',';
        first = false;
        append_json_string(out, rows[i].name);
        out += ':';
        std::visit([&out](const auto* at) { write_value(out, *at); }, slots[i]);
    }
}

FieldValue slot_value(const Slot& slot)
{
    return std::visit([](const auto* at) { return get(*at); }, slot);
}

bool set_slot(const Slot& slot, FieldValue value)
{
    return std::visit([&value](auto* at) { return set(*at, value); }, slot);
}

std::int64_t text_length(std::string_view text)
{
    std::int64_t length = 0;
    bool after_character = false;  // a selector counts if it follows nothing, or another selector
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U)
            continue;
        const auto character = text.substr(i, 3);
        const bool selector = character == "\xef\xb8\x8e" || character == "\xef\xb8\x8f";
        if (!selector || !after_character)
            ++length;
        after_character = !selector;
    }
    return length;
}

std::string field_error(std::string_view property, std::span<const Constraint> constraints)
{
    std::string out = R"({"property":)";
    append_json_string(out, property);
    out += R"(,"children":[],"constraints":{)";
    for (const auto& constraint : constraints) {
        if (out.back() != '{')
            out += ',';
        append_json_string(out, constraint.name);
        out += ':';
        append_json_string(out, constraint.message);
    }
    return out += "}}";
}

Failure not_an_id(std::string_view property, bool missing)
{
    std::vector<Constraint> constraints;
    if (missing)
        constraints.push_back({"isNotEmpty", std::string(property) + " should not be empty"});
    constraints.push_back({"isMongoId", std::string(property) + " must be a mongodb id"});
    return invalid("[" + field_error(property, constraints) + "]");
}

}  // namespace wgw
