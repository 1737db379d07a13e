#include "store/documents.hpp"

#include <cassert>
#include <stdexcept>

namespace wgw::store {
namespace {

FieldType stored_type(wgw::FieldType type)
{
    switch (type) {
    case wgw::FieldType::string:
        return FieldType::string;
    case wgw::FieldType::id:
        return FieldType::id;
    case wgw::FieldType::integer:
        return FieldType::integer;
    case wgw::FieldType::boolean:
        return FieldType::boolean;
    case wgw::FieldType::time:
        return FieldType::time;
    case wgw::FieldType::json:
        break;
    }
    throw std::logic_error("A field of raw JSON is never stored.");
}

}  // namespace

std::vector<FieldSpec> field_specs(std::span<const FieldRow> rows)
{
    assert(!rows.empty() && rows.front().name == "_id");
    std::vector<FieldSpec> specs;
    for (const auto& row : rows.subspan(1))
        specs.push_back({row.name, stored_type(row.type), row.nullable});
    return specs;
}

Document detail::document_of(std::span<const Slot> slots)
{
    Document document{std::get<Id>(slot_value(slots.front())), {}};
    document.values.reserve(slots.size() - 1);
    for (const auto& slot : slots.subspan(1))
        document.values.push_back(slot_value(slot));
    return document;
}

void detail::fill(std::span<const Slot> slots, Document document)
{
    bool fits = set_slot(slots.front(), document._id) && document.values.size() == slots.size() - 1;
    for (std::size_t i = 1; fits && i < slots.size(); ++i)
        fits = set_slot(slots[i], std::move(document.values[i - 1]));
    if (!fits)
        throw std::runtime_error("The stored document " + document._id.hex() + " does not have the expected fields.");
}

}  // namespace wgw::store
