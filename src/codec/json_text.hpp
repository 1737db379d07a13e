#pragma once
/// JSON as text: checked once, read in place, passed on unchanged. There is no tree.
///
/// What a client sends is either relayed as the text it was (a number such as 1e400 would not survive a tree), or read
/// field by field. Both start with json_check(), after which a JsonValue can be walked without further errors.
///
/// Shape     a JsonValue looks into the checked text and costs nothing to copy; the text must outlive it
/// Limits    depth 128 (at most 1,024), 100,000 nodes (values and keys), both parameters
/// Errors    json_check() says what is wrong; nothing else here can fail on checked text
/// Source    RFC 8259; as strict as JSON.parse: no comments, no trailing commas, no control characters in strings
/// Tests     json_text_test.cpp

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

struct JsonLimits {
    int depth = 128;
    std::size_t nodes = 100'000;
};

enum class JsonError { none, syntax, utf8, too_deep, too_many_nodes };

/// One pass: grammar, UTF-8 and limits. White space around the value is allowed.
JsonError json_check(std::string_view text, JsonLimits limits = {});

enum class JsonType { null, boolean, number, string, array, object };

/// A value inside checked text.
class JsonValue {
public:
    /// Precondition: json_check(text) is none, or it is empty: that is read as null.
    explicit JsonValue(std::string_view checked_text);

    JsonType type() const;
    bool is_string() const { return type() == JsonType::string; }
    bool is_object() const { return type() == JsonType::object; }
    bool is_array() const { return type() == JsonType::array; }
    bool is_null() const { return type() == JsonType::null; }

    /// The value as it was written, without white space around it.
    std::string_view text() const { return text_; }

    /// Escapes undone; a lone surrogate becomes U+FFFD. Of what is no string: empty.
    std::string string() const;

    bool boolean() const { return text_.starts_with('t'); }

    /// The number if it is an integer that int64 holds, also when written as 1.0 or 1e3.
    std::optional<std::int64_t> integer() const;

    /// The nearest double; infinite for 1e400.
    double number() const;

    /// An array's elements, an object's members, in order. Of anything else: none.
    class Elements;
    Elements elements() const;
    class Members;
    Members members() const;

    /// The value of the last member with that name (JSON.parse: the last wins). Precondition: is_object().
    std::optional<JsonValue> find(std::string_view name) const;

private:
    std::string_view text_;
};

/// Cursor over the elements of an array: `auto cursor = value.elements(); while (auto v = cursor.next()) …`.
class JsonValue::Elements {
public:
    explicit Elements(std::string_view array_text);
    std::optional<JsonValue> next();

private:
    std::string_view rest_;
};

struct JsonMember;

/// Cursor over the members of an object, in order, repeated names included.
class JsonValue::Members {
public:
    explicit Members(std::string_view object_text);
    std::optional<JsonMember> next();

private:
    std::string_view rest_;
};

struct JsonMember {
    JsonValue name;  ///< A string.
    JsonValue value;
};

/// Appends `text` as a JSON string with its quotes, escaped exactly as JSON.stringify does. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace wgw
