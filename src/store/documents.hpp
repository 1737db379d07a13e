#pragma once
/// A struct and its field table (model/fields.hpp) as a document of a collection, and back.
///
/// The first row is `_id`; the others are the document's values, in their order.
/// Errors  std::runtime_error for a document that does not fit the rows: the store is not what the program thinks
/// Tests   documents_test.cpp

#include "model/fields.hpp"
#include "store/collection.hpp"

namespace wgw::store {

/// CollectionSpec::fields of the rows.
std::vector<FieldSpec> field_specs(std::span<const FieldRow> rows);

namespace detail {
Document document_of(std::span<const Slot> slots);
void fill(std::span<const Slot> slots, Document document);
}  // namespace detail

template <class T, std::size_t N>
Document to_document(const Fields<T, N>& fields, const T& value)
{
    return detail::document_of(fields.slots(value));
}

template <class T, std::size_t N>
T from_document(const Fields<T, N>& fields, Document document)
{
    T value{};
    detail::fill(fields.slots(value), std::move(document));
    return value;
}

}  // namespace wgw::store
