#pragma once
/// Compact JSON, written in order: whoever nests the calls nests the text, and commas come by themselves.
///
///     JsonWriter json;
///     json.object([&] {
///         json.member("type", "object");
///         json.member("required", [&] { json.array([&] { json.string("name"); }); });
///     });
///
/// For documents, not for the way of a message.
/// Tests   json_writer_test.cpp

#include "codec/json_text.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wgw {

class JsonWriter {
public:
    const std::string& text() const { return text_; }
    std::string take() { return std::move(text_); }

    template <std::invocable Body>
    void object(Body members)
    {
        open('{');
        members();
        text_ += '}';
    }

    template <std::invocable Body>
    void array(Body elements)
    {
        open('[');
        elements();
        text_ += ']';
    }

    void string(std::string_view value)
    {
        separate();
        append_json_string(text_, value);
    }

    void number(std::int64_t value) { raw(std::to_string(value)); }

    /// `json`: one value, as it is.
    void raw(std::string_view json)
    {
        separate();
        text_ += json;
    }

    /// A member whose value is what `value` writes.
    template <std::invocable Body>
    void member(std::string_view name, Body value)
    {
        string(name);
        text_ += ':';
        value();
    }

    void member(std::string_view name, std::string_view value)
    {
        member(name, [&] { string(value); });
    }
    void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
    void member(std::string_view name, bool value)
    {
        member(name, [&] { raw(value ? "true" : "false"); });
    }
    void member(std::string_view name, std::int64_t value)
    {
        member(name, [&] { number(value); });
    }

    template <std::invocable Body>
    void member_object(std::string_view name, Body members)
    {
        member(name, [&] { object(members); });
    }
    template <std::invocable Body>
    void member_array(std::string_view name, Body elements)
    {
        member(name, [&] { array(elements); });
    }

private:
    void open(char bracket)
    {
        separate();
        text_ += bracket;
    }

    void separate()
    {
        // A value ends with a quote, a bracket that closes, or a letter or digit: never with one of these.
        if (!text_.empty() && text_.back() != '{' && text_.back() != '[' && text_.back() != ':')
            text_ += ',';
    }

    std::string text_;
};

}  // namespace wgw
