#pragma once
/// BSON, the form in which MongoDB takes and gives documents: built with Bson, read with BsonView.
///
///     Bson filter;
///     filter.add("room_id", room).add("seq", Bson().add("$gt", 4));
///     view.find("name")          a value, or nothing (std::monostate)
///
/// Types     integers are written as int32 where they fit, like MongoDB's own drivers for JavaScript do, else as int64,
///           and read from int32, int64 and from doubles without a fraction; times are Date, ids ObjectId
/// Lifetime  a view, and the texts of its values, look into the bytes that they were made of
/// Errors    std::runtime_error: what is read is no BSON
/// Tests     bson_test.cpp

#include "base/time.hpp"
#include "model/id.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace wgw::store {

class BsonView;

/// A document that is being built.
class Bson {
public:
    Bson();
    Bson(Bson&& other) noexcept;
    Bson& operator=(Bson&& other) noexcept;
    ~Bson();

    Bson& add(std::string_view name, std::nullptr_t);
    Bson& add(std::string_view name, bool value) { return add_boolean(name, value); }
    Bson& add(std::string_view name, std::integral auto value) { return add_integer(name, value); }
    Bson& add(std::string_view name, std::string_view value);  ///< Valid UTF-8.
    Bson& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
    Bson& add(std::string_view name, Id value);
    Bson& add(std::string_view name, Timestamp value);
    Bson& add(std::string_view name, const Bson& document);

    /// Like add(), but a text with a NUL is written as binary of subtype 0: not every server takes it as a text.
    Bson& add_text(std::string_view name, std::string_view value);
    Bson& add_binary(std::string_view name, std::uint8_t subtype, std::string_view bytes);
    Bson& add_array(std::string_view name, std::span<const Id> ids);
    Bson& add_array(std::string_view name, std::span<const Bson> documents);

    std::span<const std::uint8_t> bytes() const;
    bool empty() const;

private:
    struct Content;

    Bson& add_boolean(std::string_view name, bool value);
    Bson& add_integer(std::string_view name, std::int64_t value);

    std::unique_ptr<Content> content_;
};

struct BsonBinary {
    std::uint8_t subtype = 0;
    std::string_view bytes;
};

/// Of a type that nothing here needs.
struct BsonOther {};

/// A document or an array (whose names are "0", "1" …) that is read.
class BsonView {
public:
    explicit BsonView(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    using Value = std::variant<
        std::monostate, std::nullptr_t, bool, std::int64_t, double, std::string_view, Id, Timestamp, BsonBinary,
        BsonView, BsonOther>;

    /// The value of the first field of that name; std::monostate: there is none.
    Value find(std::string_view name) const;

    /// In order.
    void for_each(const std::function<void(std::string_view name, const Value& value)>& visit) const;

    /// What find() gives if it has that type.
    template <class T>
    std::optional<T> get(std::string_view name) const
    {
        const auto value = find(name);
        const auto* typed = std::get_if<T>(&value);
        return typed ? std::optional<T>(*typed) : std::nullopt;
    }

    /// What add() or add_text() has written.
    std::optional<std::string_view> text(std::string_view name) const;

    std::span<const std::uint8_t> bytes() const { return bytes_; }

private:
    std::span<const std::uint8_t> bytes_;
};

/// The text in a value that BsonView::text() would give.
std::optional<std::string_view> text_in(const BsonView::Value& value);

}  // namespace wgw::store
