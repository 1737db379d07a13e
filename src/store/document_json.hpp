#pragma once
/// Documents <-> JSON text, by their specification. Pure.
///
///     {"username":"ann","room_id":"65410b…","created_at":1800000000000,"deleted_at":null}
///
/// Shape   fields in the order of the specification; ids as 24 hex digits, times as milliseconds; the _id stands apart
/// Errors  std::runtime_error for text that is not of this specification: the store is broken
/// Tests   document_json_test.cpp

#include "store/collection.hpp"

#include <string>
#include <string_view>

namespace wgw::store {

/// Precondition: the document's values have the types of the specification.
std::string to_json(const CollectionSpec& spec, const Document& document);

/// A nullable field that the text does not have is null: it is newer than the document.
Document read_document(const CollectionSpec& spec, Id id, std::string_view json);

void append_value(std::string& json, const Value& value);

}  // namespace wgw::store
