#pragma once
/// What features remember besides the log: documents with an id. One small interface, one contract test
/// (test_collection_contract.cpp), one implementation per store.
///
/// A document is its id and its fields in a fixed order; the specification of a collection names the fields, their
/// types and the indexes once. No feature has SQL or BSON in it.
///
/// Calls are made on the loop and complete there; a write has been committed when its task completes.
/// Errors  std::runtime_error if the store is broken: whether a write was done is unknown; `Full`: it was not done
/// Tests   test_collection_contract.cpp

#include "base/task.hpp"
#include "base/time.hpp"
#include "model/id.hpp"
#include "model/result.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wgw::store {

/// Too much is under way, or the disk is full; nothing of this call was done. Becomes `unavailable`.
struct Full : Unavailable {
    using Unavailable::Unavailable;
};

/// Another program holds the database; nothing of this call was done.
struct Locked : Unavailable {
    using Unavailable::Unavailable;
};

/// No answer within kPatience. The call was done, or will be, or never is.
struct TooLate : Unavailable {
    using Unavailable::Unavailable;
};

using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::string, Id, Timestamp>;

enum class FieldType { boolean, integer, string, id, time };

struct FieldSpec {
    std::string_view name;
    FieldType type;
    bool nullable = false;
};

/// A document without its specification means nothing: values stand in the order of CollectionSpec::fields.
struct Document {
    Id _id;
    std::vector<Value> values;

    friend bool operator==(const Document&, const Document&) = default;
};

struct IndexSpec {
    std::string_view field;  ///< One field: what the program needs so far.
    bool unique = false;     ///< A null takes nothing: any number of documents may have it.
};

/// Static data of a feature.
struct CollectionSpec {
    std::string_view name;  ///< Of the table or the MongoDB collection.
    std::vector<FieldSpec> fields;
    std::vector<IndexSpec> indexes;
};

enum class Order { ascending, descending };

class Collection {
public:
    virtual ~Collection() = default;

    virtual Task<std::optional<Document>> get(Id id) = 0;

    /// By a unique field.
    virtual Task<std::optional<Document>> find(std::string_view field, Value value) = 0;

    /// Those with `field` equal to `value`, by _id, from behind `after` (zero: from the start). `field` has an index;
    /// empty: all documents.
    virtual Task<std::vector<Document>> list(
        std::string_view field, Value value, Id after, std::size_t limit, Order order
    ) = 0;

    /// Several by id, in the order of the ids; those that do not exist are left out.
    virtual Task<std::vector<Document>> get_all(std::vector<Id> ids) = 0;

    /// The name of the unique field that is taken (`_id` too), or nothing: inserted.
    virtual Task<std::optional<std::string>> insert(Document document) = 0;

    /// Puts `next` in the place of `current` if the stored document still equals it. Both have one _id. False also if
    /// `next` wants a unique value that is taken: who tries again has a bound.
    virtual Task<bool> replace(Document current, Document next) = 0;

    /// False if there was none.
    virtual Task<bool> remove(Id id) = 0;
};

}  // namespace wgw::store
