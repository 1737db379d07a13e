#include "codec/json_text.hpp"
#include "model/fields.hpp"

#include <cassert>
#include <charconv>

namespace wgw {
namespace {

/// What the request says of one field: nothing (or null), text of a pair, or a JSON value.
using Given = std::variant<std::monostate, std::string_view, JsonValue>;

Given find(const Input& input, std::string_view name)
{
    for (auto pair = input.pairs.rbegin(); pair != input.pairs.rend(); ++pair)
        if (pair->name == name)
            return std::string_view(pair->value);
    if (!input.json || !input.json->is_object())
        return {};
    const auto value = input.json->find(name);
    if (!value || value->is_null())
        return {};
    return *value;
}

bool is_missing(const Given& given) { return std::holds_alternative<std::monostate>(given); }

std::optional<std::string> as_string(const Given& given)
{
    if (const auto* text = std::get_if<std::string_view>(&given))
        return std::string(*text);
    const auto* json = std::get_if<JsonValue>(&given);
    if (json && json->is_string())
        return json->string();
    return {};
}

std::optional<std::int64_t> as_integer(const Given& given)
{
    if (const auto* text = std::get_if<std::string_view>(&given)) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (error == std::errc{} && end == text->data() + text->size())
            return number;
        return {};
    }
    const auto* json = std::get_if<JsonValue>(&given);
    if (json && json->type() == JsonType::number)
        return json->integer();
    return {};
}

std::optional<bool> as_boolean(const Given& given)
{
    if (const auto* text = std::get_if<std::string_view>(&given)) {
        if (*text == "true" || *text == "false")
            return *text == "true";
        return {};
    }
    const auto* json = std::get_if<JsonValue>(&given);
    if (json && json->type() == JsonType::boolean)
        return json->boolean();
    return {};
}

bool is_key(std::string_view text, int least, int most)
{
    constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
    return std::cmp_greater_equal(text.size(), least) && std::cmp_less_equal(text.size(), most) &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Checks one field and puts it into its slot.
class Reader {
public:
    Reader(const FieldRow& row, const Given& given, const Limits& limits) : row_(row), given_(given), limits_(limits) {}

    /// The constraints that fail, in the recorded order. None: the slot has the value.
    std::vector<Constraint> read_into(const Slot& slot)
    {
        switch (row_.type) {
        case FieldType::string:
            return read_string(slot);
        case FieldType::id:
            return read_id(slot);
        case FieldType::integer:
            return read_integer(slot);
        case FieldType::boolean:
            return read_boolean(slot);
        case FieldType::time:
        case FieldType::json:
            break;  // written only
        }
        return {};
    }

private:
    void complain(std::string_view constraint, std::string_view words)
    {
        failed_.push_back({constraint, std::string(row_.name).append(words)});
    }

    void check_not_empty(const std::optional<std::string>& text)
    {
        if (row_.rule.not_empty && (is_missing(given_) || (text && text->empty())))
            complain("isNotEmpty", " should not be empty");
    }

    std::vector<Constraint> keep(const Slot& slot, FieldValue value)
    {
        if (failed_.empty()) {
            const bool kept = set_slot(slot, std::move(value));
            assert(kept);
            static_cast<void>(kept);
        }
        return std::move(failed_);
    }

    std::vector<Constraint> read_string(const Slot& slot)
    {
        auto text = as_string(given_);
        const auto& rule = row_.rule;
        const auto length = text ? text_length(*text) : 0;
        check_not_empty(text);
        if (!text)
            complain("isString", " must be a string");
        if (const auto least = rule.min.in(limits_); rule.min && (!text || length < least))
            complain("minLength", " must be longer than or equal to " + std::to_string(least) + " characters");
        if (const auto most = rule.max.in(limits_); rule.max && length > most)
            complain("maxLength", " must be shorter than or equal to " + std::to_string(most) + " characters");
        if (rule.key_max != 0 && (!text || !is_key(*text, rule.key_min, rule.key_max)))
            complain(
                "matches", " must match /^[A-Za-z0-9._:-]{" + std::to_string(rule.key_min) + "," +
                               std::to_string(rule.key_max) + "}$/ regular expression"
            );
        return keep(slot, std::move(text).value_or(std::string()));
    }

    std::vector<Constraint> read_id(const Slot& slot)
    {
        const auto text = as_string(given_);
        const auto id = text ? Id::parse(*text) : std::nullopt;
        check_not_empty(text);
        if (!id)
            complain("isMongoId", " must be a mongodb id");
        return keep(slot, id.value_or(Id{}));
    }

    std::vector<Constraint> read_integer(const Slot& slot)
    {
        const auto number = as_integer(given_);
        check_not_empty({});
        if (!number)
            complain("isInt", " must be an integer number");
        if (const auto least = row_.rule.min.in(limits_); row_.rule.min && (!number || *number < least))
            complain("min", " must not be less than " + std::to_string(least));
        return keep(slot, number.value_or(0));
    }

    std::vector<Constraint> read_boolean(const Slot& slot)
    {
        const auto value = as_boolean(given_);
        check_not_empty({});
        if (!value)
            complain("isBoolean", " must be a boolean value");
        return keep(slot, value.value_or(false));
    }

    const FieldRow& row_;
    const Given& given_;
    const Limits& limits_;
    std::vector<Constraint> failed_;
};

}  // namespace

std::optional<JsonValue> detail::checked(std::string_view text)
{
    if (json_check(text) != JsonError::none)
        return {};
    return JsonValue(text);
}

bool detail::fill_slots(std::span<const FieldRow> rows, std::span<const Slot> slots, JsonValue object)
{
    if (!object.is_object())
        return false;
    const Input input{.json = object};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto given = find(input, rows[i].name);
        FieldValue value = nullptr;
        switch (rows[i].type) {
        case FieldType::string:
            if (auto text = as_string(given))
                value = *std::move(text);
            break;
        case FieldType::id:
            if (const auto text = as_string(given))
                if (const auto id = Id::parse(*text))
                    value = *id;
            if (!rows[i].nullable && std::holds_alternative<std::nullptr_t>(value))
                return false;
            break;
        case FieldType::integer:
            if (const auto number = as_integer(given))
                value = *number;
            break;
        case FieldType::boolean:
            if (const auto truth = as_boolean(given))
                value = *truth;
            break;
        case FieldType::time:
            if (const auto text = as_string(given))
                if (const auto time = from_iso(*text))
                    value = *time;
            break;
        case FieldType::json:
            break;
        }
        if (!std::holds_alternative<std::nullptr_t>(value))
            set_slot(slots[i], std::move(value));
    }
    return true;
}

std::optional<Failure> detail::read_fields(
    std::span<const FieldRow> rows, std::span<const Slot> slots, const Input& input, const Limits& limits
)
{
    std::string errors;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        const auto given = find(input, row.name);
        if (is_missing(given) && (row.nullable || row.rule.optional))
            continue;
        const auto failed = Reader(row, given, limits).read_into(slots[i]);
        if (failed.empty())
            continue;
        errors += errors.empty() ? '[' : ',';
        errors += field_error(row.name, failed);
    }
    if (errors.empty())
        return {};
    errors += ']';
    return invalid(std::move(errors));
}

}  // namespace wgw
