#pragma once
/// The arguments of events and acks: Arguments is what came in, a view; Payload is what goes out, or was kept.
///
///     nsp.on("file", [](sio::Socket& socket, const sio::Arguments& arguments, sio::Reply reply) {
///         if (arguments[0].is_string())
///             use(arguments[0].string());                       JSON, read in place: codec/json_text.hpp
///         if (const auto bytes = arguments.bytes(1))
///             use(*bytes);                                      a Buffer, Blob or typed array of the client
///         socket.emit("file-back", arguments);                  as it came, bytes too
///         socket.emit("all", "text", 1, 0.5, true, nullptr, sio::Json(R"({"a":[]})"), sio::Bytes(*bytes));
///     });
///
/// JSON      what a client sent is checked, never re-written, and can be passed on
/// Tests     arguments_test.cpp

#include "codec/json_text.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

/// A value that is JSON text already. It has to be valid, and is not looked at: a client drops the connection over text
/// that is not.
struct Json {
    explicit Json([[clang::lifetimebound]] std::string_view json) : text(json) {}
    std::string_view text;
};

/// A binary value: a Buffer or ArrayBuffer at the client.
struct Bytes {
    explicit Bytes([[clang::lifetimebound]] std::string_view bytes) : data(bytes) {}
    explicit Bytes(std::span<const std::byte> bytes) : data(reinterpret_cast<const char*>(bytes.data()), bytes.size())
    {
    }
    std::string_view data;
};

/// Arguments as they came: a view, good during the call. To keep them make a Payload of them.
class Arguments {
public:
    /// `json_array` is checked JSON, and its placeholders point at `attachments`.
    explicit Arguments(std::string_view json_array, std::span<const std::string> attachments = {});

    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }

    /// Behind the last one: null, as in JavaScript. A binary one is an object here; see bytes().
    JsonValue operator[](std::size_t i) const { return i < values_.size() ? values_[i] : JsonValue("null"); }

    /// Argument i if it is binary. Binary values inside of others: attachments(), at the `num` of
    /// `{"_placeholder":true,"num":0}`.
    std::optional<std::string_view> bytes(std::size_t i) const;
    std::span<const std::string> attachments() const { return attachments_; }

    /// As a JSON array.
    std::string text() const { return std::string("[").append(values()).append("]"); }

    /// As they stand, with commas between them.
    std::string_view values() const;

    /// Without the first one: an event's name is an argument until then.
    void remove_first() { values_.erase(values_.begin()); }

    /// Without the others.
    void keep_first() { values_.resize(std::min<std::size_t>(values_.size(), 1), JsonValue("null")); }

private:
    std::vector<JsonValue> values_;
    std::span<const std::string> attachments_;
};

/// Arguments of one's own: a value. What is passed on has its binary values numbered anew, each use of one a copy.
class Payload {
public:
    Payload() = default;

    /// One argument for each value: text (UTF-8; what is not becomes U+FFFD), bool, a number (finite, or
    /// std::invalid_argument), nullptr, Json, Bytes. Arguments and payloads give all of theirs.
    template <class... Values>
    static Payload of(const Values&... values)
    {
        Payload payload;
        (payload.add(values), ...);
        return payload;
    }

    /// Of a JSON array that has been made already, and of what its placeholders point at.
    static Payload of_array(std::string_view json_array, std::vector<std::string> attachments = {});

    void add(std::string_view text);
    void add(const char* text) { add(std::string_view(text)); }
    void add(std::nullptr_t) { add(Json("null")); }
    void add(std::same_as<bool> auto value) { add_value(value ? "true" : "false"); }
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    void add(Integer value)
    {
        add_value(std::to_string(value));
    }
    void add(double number);
    void add(const Json& json);
    void add(const Bytes& bytes);
    void add(const JsonValue& value) { add(Json(value.text())); }
    void add(const Arguments& arguments) { add_all(arguments.values(), arguments.attachments()); }
    void add(const Payload& payload) { add_all(payload.values(), payload.attachments_); }

    /// With commas between them; each `{"_placeholder":true,"num":n}` of them stands for an attachment, if there are
    /// any.
    std::string_view values() const [[clang::lifetimebound]]
    {
        return std::string_view(json_).substr(1, json_.size() - 2);
    }
    const std::vector<std::string>& attachments() const [[clang::lifetimebound]] { return attachments_; }

    /// To be read: `answer->arguments()[0].string()`. They look into the payload.
    Arguments arguments() const [[clang::lifetimebound]] { return Arguments(json_, attachments_); }

    /// As a JSON array.
    const std::string& text() const [[clang::lifetimebound]] { return json_; }

private:
    void begin_value();
    void add_value(std::string_view json);
    void add_all(std::string_view values, std::span<const std::string> attachments);
    void begin_attachments();

    std::string json_ = "[]";
    std::vector<std::string> attachments_;
};

}  // namespace wgw::sio
