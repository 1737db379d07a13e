#pragma once
/// JSON schemas from the rows of fields.
///
/// OpenAPI 3.0 and JSON Schema (AsyncAPI) differ in two words: `nullable` and a list of types; `example` and
/// `examples`. Tests   schema_test.cpp

#include "codec/json_writer.hpp"
#include "docs/operation.hpp"
#include "model/limits.hpp"

#include <cstdint>
#include <vector>

namespace wgw::docs {

enum class Dialect : std::uint8_t { openapi_3_0, json_schema };

/// A request says what is accepted; a reply says what is there, whatever rules held when it was made.
enum class Use : std::uint8_t { request, reply };

class SchemaWriter {
public:
    /// Both outlive it.
    SchemaWriter(JsonWriter& json, const Limits& limits, Dialect dialect)
        : json_(json), limits_(limits), dialect_(dialect)
    {
    }

    /// `without`: fields that are left out, such as those of a path.
    void object(const Object& object, Use use, std::span<const std::string_view> without = {});
    /// The same, or null.
    void object_or_null(const Object& object, Use use);

    void field(const FieldRow& row, const Detail* detail, Use use);

    /// As the recorded document has parameters: least length and type, and no word more.
    void bare(const FieldRow& row);

    void ref(std::string_view schema);

    /// `data` as `reply` says it; the objects are references.
    void data(const Reply& reply);

    /// The whole of an answer that went well.
    void success(const Reply& reply);
    /// The whole of one that did not. `codes` are the words that `code` may be; none: there is no `data`.
    void failure(std::span<const std::string_view> codes, bool may_be_empty);
    /// The `data` of a failure.
    void failure_data(std::span<const std::string_view> codes);
    /// The objects of every failure: FieldError.
    void field_error();

private:
    void members(const Object& object, Use use, std::span<const std::string_view> without);
    void type(std::string_view name, bool nullable);
    void bounds(const FieldRow& row);
    void page(const Reply& reply);
    void failure_object(std::span<const std::string_view> codes, bool has_errors);
    void field_errors();
    template <class Data>
    void envelope(bool success, bool has_data, bool needs_data, Data data);

    JsonWriter& json_;
    const Limits& limits_;
    Dialect dialect_;
};

/// An object made of the examples of its rows.
void write_example(JsonWriter& json, const Object& object);

/// `reply`'s object and those inside of it, each once and in front of what it is inside of.
void collect(std::vector<const Object*>& objects, const Object& object);

}  // namespace wgw::docs
