#pragma once
/// Described once: one row per field of a struct says its name on the wire, its rules, and a sentence for the
/// documents. From the rows come reading with validation, writing, the store's documents and the OpenAPI schema.
///
///     inline constexpr auto kSendRequest = fields<SendRequest>(
///         field("room_id", &SendRequest::room_id, mongo_id, "The room to send to."),
///         field("content", &SendRequest::content, not_empty, "The text of the message."),
///         field("client_msg_id", &SendRequest::client_msg_id, key(1, 64), "Makes a repeated send harmless.")
///     );
///     Result<SendRequest> request = read(kSendRequest, body, limits);
///     write(out, kUser, user);
///
/// Types     std::string, Id, std::int64_t, bool, Timestamp, each also as std::optional; RawJson. No request has times
///           or raw JSON: read() leaves those two alone
/// Reading   fields in the order of their rows; unknown ones are ignored; the last of a repeated name counts.
///           std::optional: missing and null pass. A plain field is required unless its rule says `optional`;
///           then missing and null leave the member's default
/// Errors    validation_failed; Failure::errors is the array of all failing fields, in the recorded form and words
/// Writing   compact JSON in the order of the rows; ids as hex, times as ISO-8601
/// Source    the words and the order of constraints are those of NestJS's class-validator
/// Tests     fields_test.cpp

#include "base/time.hpp"
#include "codec/json_text.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace wgw {

/// A value that is passed on as it is: valid JSON, or empty, which is written as null.
struct RawJson {
    std::string text;

    friend bool operator==(const RawJson&, const RawJson&) = default;
};

enum class FieldType : std::uint8_t { string, id, integer, boolean, time, json };

/// A least or greatest length: a number, or the name of a configurable limit.
struct Bound {
    std::int64_t fixed = 0;  ///< 0: no bound, unless `configured`.
    std::int64_t Limits::* configured = nullptr;

    constexpr Bound() = default;
    constexpr Bound(std::int64_t number) : fixed(number) {}               // NOLINT: a bound is written as what it is
    constexpr Bound(std::int64_t Limits::* limit) : configured(limit) {}  // NOLINT
    constexpr std::int64_t in(const Limits& limits) const { return configured ? limits.*configured : fixed; }
    constexpr explicit operator bool() const { return configured || fixed != 0; }
};

/// What a field must be, besides its type. Rules are joined with `|`.
struct Rule {
    bool not_empty = false;
    bool optional = false;
    bool left_out = false;
    Bound min = {};  ///< Length of a string, as text_length() counts; least value of an integer.
    Bound max = {};
    int key_min = 0;  ///< Not 0: a key of so many characters.
    int key_max = 0;

    friend constexpr Rule operator|(Rule a, Rule b)
    {
        return {
            a.not_empty || b.not_empty,
            a.optional || b.optional,
            a.left_out || b.left_out,
            a.min ? a.min : b.min,
            a.max ? a.max : b.max,
            a.key_min ? a.key_min : b.key_min,
            a.key_max ? a.key_max : b.key_max,
        };
    }
};

inline constexpr Rule any{};                         ///< The type is enough.
inline constexpr Rule not_empty{.not_empty = true};  ///< Not missing, not null, not "" (white space is something).
inline constexpr Rule mongo_id = not_empty;          ///< The recorded checks of an id: there, and 24 hex digits.
inline constexpr Rule optional{.optional = true};    ///< Missing and null leave the default. Implied by std::optional.
inline constexpr Rule left_out{.left_out = true};    ///< Written only if there is a value; otherwise null is written.
constexpr Rule min_length(Bound bound) { return {.min = bound}; }
constexpr Rule max_length(Bound bound) { return {.max = bound}; }
constexpr Rule at_least(std::int64_t least) { return {.min = Bound(least)}; }            ///< Of an integer; not for 0.
constexpr Rule key(int least, int most) { return {.key_min = least, .key_max = most}; }  ///< Of [A-Za-z0-9._:-].

/// Where a field is. Points into a struct and lives no longer than it.
using Slot = std::variant<
    std::string*, std::optional<std::string>*, Id*, std::optional<Id>*, std::int64_t*, std::optional<std::int64_t>*,
    bool*, std::optional<bool>*, Timestamp*, std::optional<Timestamp>*, RawJson*>;

/// What a field holds. The same type as store::Value.
using FieldValue = std::variant<std::nullptr_t, bool, std::int64_t, std::string, Id, Timestamp>;

/// One row. Static data.
struct FieldRow {
    std::string_view name;  ///< On the wire.
    FieldType type = FieldType::string;
    bool nullable = false;  ///< A std::optional.
    Rule rule;
    std::string_view sentence;  ///< For the documents.
    std::string_view example;   ///< As JSON; empty: none.
};

template <class T>
using Member = std::variant<
    std::string T::*, std::optional<std::string> T::*, Id T::*, std::optional<Id> T::*, std::int64_t T::*,
    std::optional<std::int64_t> T::*, bool T::*, std::optional<bool> T::*, Timestamp T::*,
    std::optional<Timestamp> T::*, RawJson T::*>;

template <class T>
struct Field {
    FieldRow row;
    Member<T> member;
};

/// The rows of a struct, and where each field is in it.
template <class T, std::size_t N>
struct Fields {
    std::array<FieldRow, N> rows;
    std::array<Member<T>, N> members;

    std::array<Slot, N> slots(T& object) const
    {
        std::array<Slot, N> result;
        for (std::size_t i = 0; i < N; ++i)
            result[i] = std::visit([&object](auto member) { return Slot(&(object.*member)); }, members[i]);
        return result;
    }

    /// For readers of the slots: the object is not changed.
    std::array<Slot, N> slots(const T& object) const { return slots(const_cast<T&>(object)); }
};

template <class T, class M>
constexpr Field<T> field(
    std::string_view name, M T::* member, Rule rule, std::string_view sentence, std::string_view example = {}
)
{
    const Member<T> at = member;
    constexpr FieldType kTypes[] = {
        FieldType::string, FieldType::id, FieldType::integer, FieldType::boolean, FieldType::time
    };
    const bool raw = at.index() == 10;
    return {
        {name, raw ? FieldType::json : kTypes[at.index() / 2], at.index() % 2 == 1, rule, sentence, example},
        at
    };
}

template <class T, class... F>
constexpr Fields<T, sizeof...(F)> fields(F... field)
{
    return {{field.row...}, {field.member...}};
}

/// The order in which a new object is answered: that in which it is found, with `_id` moved in front of `created_at`.
template <class T, std::size_t N>
constexpr Fields<T, N> created_order(const Fields<T, N>& found)
{
    std::size_t id_at = 0;  // of `_id`, which comes from the front
    while (found.rows[id_at + 1].name != "created_at")
        ++id_at;
    const auto from = [id_at](std::size_t i) { return i < id_at ? i + 1 : i == id_at ? 0 : i; };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return Fields<T, N>{{found.rows[from(I)]...}, {found.members[from(I)]...}};
    }(std::make_index_sequence<N>());
}

/// What a request brought. A name/value pair wins over the JSON member of the same name.
struct Input {
    struct Pair {
        std::string name;
        std::string value;  ///< Valid UTF-8. An integer or a boolean is read from its text.
    };

    std::optional<JsonValue> json = {};  ///< Anything but an object counts as {}.
    std::span<const Pair> pairs = {};    ///< Path parameters, query or form.
};

namespace detail {
std::optional<Failure> read_fields(
    std::span<const FieldRow> rows, std::span<const Slot> slots, const Input& input, const Limits& limits
);
void write_fields(std::string& out, std::span<const FieldRow> rows, std::span<const Slot> slots);
std::optional<JsonValue> checked(std::string_view text);
bool fill_slots(std::span<const FieldRow> rows, std::span<const Slot> slots, JsonValue object);
}  // namespace detail

/// The struct, or all failing fields.
template <class T, std::size_t N>
Result<T> read(const Fields<T, N>& fields, const Input& input, const Limits& limits)
{
    T value{};
    if (auto failure = detail::read_fields(fields.rows, fields.slots(value), input, limits))
        return fail(std::move(*failure));
    return value;
}

/// The same from text of any kind; what is no JSON object counts as {}.
template <class T, std::size_t N>
Result<T> read(const Fields<T, N>& fields, std::string_view text, const Limits& limits)
{
    return read(fields, Input{.json = detail::checked(text)}, limits);
}

/// The struct as another program wrote it, read without its rules: a member that is missing or of another type is left
/// as it was made. Nothing if `object` is none, or a plain id in it is none.
template <class T, std::size_t N>
std::optional<T> read_object(const Fields<T, N>& fields, JsonValue object)
{
    T value{};
    if (!detail::fill_slots(fields.rows, fields.slots(value), object))
        return {};
    return value;
}

/// Appends the object without its braces, so that more members can follow.
template <class T, std::size_t N>
void write_members(std::string& out, const Fields<T, N>& fields, const T& value)
{
    detail::write_fields(out, fields.rows, fields.slots(value));
}

template <class T, std::size_t N>
void write(std::string& out, const Fields<T, N>& fields, const T& value)
{
    out += '{';
    write_members(out, fields, value);
    out += '}';
}

/// The value in a slot; nullptr for an empty optional. Precondition: no RawJson.
FieldValue slot_value(const Slot& slot);

/// Puts `value` into the slot; false if it is of another type.
bool set_slot(const Slot& slot, FieldValue value);

/// Length as class-validator counts it: UTF-16 units, less one for each surrogate pair and for each character that is
/// followed by a variation selector (U+FE0E, U+FE0F). `text` is valid UTF-8.
std::int64_t text_length(std::string_view text);

/// One failing field and its constraints in order: an element of Failure::errors, for checks that no row can make.
struct Constraint {
    std::string_view name;
    std::string message;
};
std::string field_error(std::string_view property, std::span<const Constraint> constraints);

/// The failure of `property` as an id that is missing, or is none.
Failure not_an_id(std::string_view property, bool missing);

}  // namespace wgw
