// A request's body becomes a struct: accepted means typed, in range, and equal after writing; refused means the
// recorded array, which names exactly what has to be mended.

#include "auth/api.hpp"
#include "chat/requests.hpp"
#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"
#include "gateway/rest_body.hpp"
#include "user/api.hpp"

#include <algorithm>

namespace {

using namespace wgw;

const Limits kLimits{.username_max = 20, .name_max = 12};

// --- the body, as JSON -----------------------------------------------------------------------------------------------

/// Whether a key in it would reach the prototype of a JavaScript object.
bool is_poisoned(JsonValue value, bool of_constructor = false)
{
    for (auto cursor = value.elements(); const auto element = cursor.next();)
        if (is_poisoned(*element))
            return true;
    for (auto cursor = value.members(); const auto member = cursor.next();) {
        const auto name = member->name.string();
        if (name == "__proto__" || (of_constructor && name == "prototype") ||
            is_poisoned(member->value, name == "constructor"))
            return true;
    }
    return false;
}

/// As a form has it, every byte escaped.
std::string form_of(JsonValue object)
{
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    const auto append = [&out](const std::string& text) {
        for (const char c : text)
            out.append(1, '%').append(1, kHex[static_cast<unsigned char>(c) >> 4]).append(1, kHex[c & 15]);
    };
    for (auto cursor = object.members(); const auto member = cursor.next();) {
        append(member->name.string());
        out += '=';
        append(member->value.string());
        out += '&';
    }
    return out;
}

std::optional<std::string> read_as(std::string_view type, std::string_view body)
{
    HttpRequest request;
    request.body = body;
    request.headers.emplace_back("content-type", type);
    auto text = gateway::read_body(request);
    if (!text)
        return {};
    fuzz::require(json_check(*text) == JsonError::none, "what was read is JSON");
    return *std::move(text);
}

/// The body as a handler gets it; "{}" where it is refused.
std::string read_body(std::uint32_t type, std::string_view body)
{
    if (type == 0) {
        const auto text = read_as("application/json", body);
        const std::string plain = is_utf8(body) ? std::string(body) : to_utf8(body);
        const std::string_view json = std::string_view(plain).substr(plain.starts_with("\xef\xbb\xbf") ? 3 : 0);
        const bool good = json_check(json) == JsonError::none && !is_poisoned(JsonValue(json));
        fuzz::require(text.has_value() == good, "JSON is taken if it is some, and has no prototype in it");
        fuzz::require(!text || *text == json, "and is passed on as it is");
        return text.value_or("{}");
    }
    if (type == 1) {
        const auto text = read_as("Application/X-WWW-Form-Urlencoded; charset=utf-8", body);
        fuzz::require(text && JsonValue(*text).is_object(), "a form is an object");
        fuzz::require(
            read_as("application/x-www-form-urlencoded", form_of(JsonValue(*text))) == text, "and can be written"
        );
        return *text;
    }
    fuzz::require(read_as("text/plain", body) == "{}", "text is nothing");
    const bool taken = read_as(type == 2 ? "application/xml" : "", body).has_value();
    fuzz::require(taken == body.empty(), "what nobody can read is refused");
    return "{}";
}

// --- the fields ------------------------------------------------------------------------------------------------------

/// What this row takes in any case.
std::string good_value(const FieldRow& row)
{
    const auto least = row.rule.min.in(kLimits);
    switch (row.type) {
    case FieldType::id:
        return R"("0123456789abcdef01234567")";
    case FieldType::integer:
        return std::to_string(std::max<std::int64_t>(least, 1));
    case FieldType::boolean:
        return "true";
    default:
        return '"' + std::string(static_cast<std::size_t>(std::max<std::int64_t>({least, row.rule.key_min, 1})), 'x') +
               '"';
    }
}

bool is_known(std::string_view constraint)
{
    constexpr std::string_view kNames[] = {"isNotEmpty", "isString", "minLength", "maxLength", "matches",
                                           "isMongoId",  "isInt",    "min",       "isBoolean"};
    return std::ranges::find(kNames, constraint) != std::end(kNames);
}

std::vector<std::string> member_names(JsonValue object)
{
    std::vector<std::string> names;
    for (auto cursor = object.members(); const auto member = cursor.next();)
        names.push_back(member->name.string());
    return names;
}

/// The names of the fields that an array of failures tells of.
std::vector<std::string> failing(std::span<const FieldRow> rows, const Failure& failure)
{
    fuzz::require(failure.code == Errc::validation_failed && failure.http_status() == 400, "a refusal is 400");
    fuzz::require(json_check(failure.errors) == JsonError::none, "with JSON");
    const JsonValue list(failure.errors);
    fuzz::require(list.is_array(), "that is an array");
    std::vector<std::string> names;
    auto row = rows.begin();
    for (auto cursor = list.elements(); const auto error = cursor.next();) {
        fuzz::require(
            error->is_object() &&
                member_names(*error) == std::vector<std::string>{"property", "children", "constraints"},
            "of the recorded objects"
        );
        const auto name = error->find("property")->string();
        row = std::find_if(row, rows.end(), [&name](const auto& field) { return field.name == name; });
        fuzz::require(row != rows.end(), "one for each failing field, in their order");
        ++row;
        fuzz::require(error->find("children")->text() == "[]", "without children");
        const auto constraints = *error->find("constraints");
        fuzz::require(!member_names(constraints).empty(), "each with its constraints");
        for (auto all = constraints.members(); const auto constraint = all.next();) {
            fuzz::require(is_known(constraint->name.string()), "which are class-validator's");
            fuzz::require(constraint->value.string().starts_with(name + " "), "and speak of the field");
        }
        names.push_back(name);
    }
    fuzz::require(!names.empty(), "of at least one");
    return names;
}

void check_range(const FieldRow& row, const FieldValue& value)
{
    const auto& rule = row.rule;
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto length = text_length(*text);
        fuzz::require(is_utf8(*text), "a text is UTF-8");
        fuzz::require(!rule.not_empty || !text->empty(), "not empty where it must not be");
        fuzz::require(!rule.min || length >= rule.min.in(kLimits), "long enough");
        fuzz::require(!rule.max || length <= rule.max.in(kLimits), "and not too long");
        if (rule.key_max != 0)
            for (const char c : *text)
                fuzz::require(
                    std::isalnum(static_cast<unsigned char>(c)) || std::string_view("._:-").contains(c), "a key"
                );
    }
    if (const auto* number = std::get_if<std::int64_t>(&value))
        fuzz::require(!rule.min || *number >= rule.min.in(kLimits), "a number is in range");
    fuzz::require(
        row.nullable || rule.optional || !std::holds_alternative<std::nullptr_t>(value), "what must be is there"
    );
}

template <class T, std::size_t N>
void check(const Fields<T, N>& fields, const std::string& json, std::string_view parameter, std::uint32_t which)
{
    const std::array<Input::Pair, 1> pairs{
        Input::Pair{std::string(fields.rows[which % N].name), to_utf8(parameter)}
    };
    Input input{.json = JsonValue(json)};
    if (which >= 128)
        input.pairs = pairs;
    const auto value = read(fields, input, kLimits);

    // A parameter of the path is what a text of the same name would be: the last one counts.
    std::string members;
    if (JsonValue(json).is_object())
        for (auto cursor = JsonValue(json).members(); const auto member = cursor.next();)
            members.append(members.empty() ? "" : ",")
                .append(member->name.text())
                .append(":")
                .append(member->value.text());
    const auto add = [&members](std::string_view name, std::string_view text) {
        members += members.empty() ? "" : ",";
        append_json_string(members, name);
        members.append(":").append(text);
    };
    if (which >= 128 && fields.rows[which % N].type <= FieldType::id) {
        std::string text;
        append_json_string(text, pairs[0].value);
        add(pairs[0].name, text);
        const auto same = read(fields, "{" + members + "}", kLimits);
        fuzz::require(
            same.has_value() == value.has_value() && (same || same.error() == value.error()), "a parameter is a text"
        );
    }
    if (!value) {
        for (const auto& name : failing(fields.rows, value.error()))
            add(name, good_value(*std::ranges::find(fields.rows, name, &FieldRow::name)));
        if (input.pairs.empty())
            fuzz::require(read(fields, "{" + members + "}", kLimits).has_value(), "nothing else was wrong");
        return;
    }
    const auto slots = fields.slots(*value);
    for (std::size_t i = 0; i < N; ++i)
        check_range(fields.rows[i], slot_value(slots[i]));
    std::string written;
    write(written, fields, *value);
    const auto again = read(fields, written, kLimits);
    std::string twice;
    if (again)
        write(twice, fields, *again);
    fuzz::require(again.has_value() && twice == written, "what is written reads as the same");
    for (std::size_t i = 0; i < N; ++i)
        fuzz::require(slot_value(fields.slots(*again)[i]) == slot_value(slots[i]), "field by field");
}

/// A table with what no request has yet.
struct Others {
    std::int64_t count = 0;
    std::optional<std::int64_t> place;
    bool on = false;
    std::optional<bool> muted;
    std::int64_t version = 7;
    std::optional<Id> after;
};
constexpr auto kOthers = fields<Others>(
    field("count", &Others::count, at_least(3), ""), field("place", &Others::place, any, ""),
    field("on", &Others::on, not_empty, ""), field("muted", &Others::muted, left_out, ""),
    field("version", &Others::version, optional, ""), field("after", &Others::after, any, "")
);

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    const auto type = choices.pick(16);
    const auto which = choices.pick(256);
    const auto parameter = which >= 128 ? choices.text() : std::string_view();
    const auto json = read_body(type < 12 ? 0 : type - 11, choices.rest());
    check(auth::kSignUp, json, parameter, which);
    check(auth::kSignIn, json, parameter, which);
    check(auth::kRefresh, json, parameter, which);
    check(auth::kSignOut, json, parameter, which);
    check(auth::kChangePassword, json, parameter, which);
    check(auth::kBySession, json, parameter, which);
    check(user::kByUsername, json, parameter, which);
    check(chat::kCreateRoomRequest, json, parameter, which);
    check(chat::kRoomRequest, json, parameter, which);
    check(chat::kSendRequest, json, parameter, which);
    check(kOthers, json, parameter, which);
    return 0;
}
