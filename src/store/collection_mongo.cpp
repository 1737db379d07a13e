#include "store/collection_mongo.hpp"

#include "codec/sha256.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

namespace wgw::store {
namespace {

constexpr std::uint8_t kDigest = 0x80;
constexpr std::uint8_t kNothing = 0x81;
constexpr std::string_view kLongTexts = "long_texts";
constexpr std::size_t kIdsAtOnce = 500;

// Of an insert that meets something which is gone, or not confirmed yet, when it is looked for.
constexpr int kTries = 10;
constexpr std::chrono::milliseconds kBetweenTries{20};

bool fits_an_index(std::string_view text) { return text.size() <= kIndexedBytes && !text.contains('\0'); }

void add_digest(Bson& to, std::string_view name, std::string_view text)
{
    const auto digest = sha256(text);
    to.add_binary(name, kDigest, {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// Documents of one specification <-> BSON. Shared by the threads, and never changed.
class Shape {
public:
    explicit Shape(CollectionSpec specification) : spec(std::move(specification)) {}

    const IndexSpec* index(std::string_view field) const
    {
        const auto found = std::ranges::find(spec.indexes, field, &IndexSpec::field);
        return found == spec.indexes.end() ? nullptr : &*found;
    }

    /// As the value stands in the document with that _id.
    void add_value(Bson& to, const FieldSpec& field, const Value& value, Id id) const
    {
        const auto* indexed = index(field.name);
        if (const auto* text = std::get_if<std::string>(&value)) {
            if (indexed != nullptr && !fits_an_index(*text))
                add_digest(to, field.name, *text);
            else
                to.add_text(field.name, *text);
        } else if (std::holds_alternative<std::nullptr_t>(value) && indexed != nullptr && indexed->unique) {
            to.add_binary(field.name, kNothing, id.raw());
        } else {
            std::visit(
                [&](const auto& typed) {
                    if constexpr (!std::is_same_v<std::decay_t<decltype(typed)>, std::string>)
                        to.add(field.name, typed);
                },
                value
            );
        }
    }

    void add_values(Bson& to, const Document& document) const
    {
        assert(document.values.size() == spec.fields.size());
        for (std::size_t i = 0; i < spec.fields.size(); ++i)
            add_value(to, spec.fields[i], document.values[i], document._id);
    }

    /// The texts that do not stand in their fields.
    Bson long_texts(const Document& document) const
    {
        Bson texts;
        for (std::size_t i = 0; i < spec.fields.size(); ++i)
            if (const auto* text = std::get_if<std::string>(&document.values[i]))
                if (index(spec.fields[i].name) != nullptr && !fits_an_index(*text))
                    texts.add_binary(spec.fields[i].name, 0, *text);
        return texts;
    }

    Bson bson(const Document& document) const
    {
        Bson made;
        made.add("_id", document._id);
        add_values(made, document);
        if (const Bson texts = long_texts(document); !texts.empty())
            made.add(kLongTexts, texts);
        return made;
    }

    Document document(BsonView stored) const
    {
        const auto id = stored.get<Id>("_id");
        if (!id)
            throw std::runtime_error("A document of " + std::string(spec.name) + " has an _id that is no ObjectId.");
        Document document{*id, {}};
        document.values.reserve(spec.fields.size());
        for (const auto& field : spec.fields) {
            auto value = read(field, stored);
            if (!value)
                throw std::runtime_error(
                    "The document " + id->hex() + " of " + std::string(spec.name) + " has no " +
                    std::string(field.name) + " that could be read."
                );
            document.values.push_back(*std::move(value));
        }
        return document;
    }

    const FieldSpec& field(std::string_view name) const
    {
        const auto found = std::ranges::find(spec.fields, name, &FieldSpec::name);
        assert(found != spec.fields.end());
        return *found;
    }

    CollectionSpec spec;

private:
    /// Nothing where the document does not have it.
    static std::optional<Value> read(const FieldSpec& field, BsonView stored)
    {
        const auto value = stored.find(field.name);
        if (is_null(value))
            return field.nullable ? std::optional<Value>(nullptr) : std::nullopt;
        switch (field.type) {
        case FieldType::boolean:
            return typed<bool>(value);
        case FieldType::integer:
            return typed<std::int64_t>(value);
        case FieldType::id:
            return typed<Id>(value);
        case FieldType::time:
            return typed<Timestamp>(value);
        case FieldType::string:
            break;
        }
        const auto* binary = std::get_if<BsonBinary>(&value);
        std::optional<std::string_view> text;
        if (binary == nullptr || binary->subtype != kDigest)
            text = text_in(value);
        else if (const auto texts = stored.get<BsonView>(kLongTexts))
            text = texts->text(field.name);
        return text ? std::optional<Value>(std::string(*text)) : std::nullopt;
    }

    static bool is_null(const BsonView::Value& value)
    {
        const auto* binary = std::get_if<BsonBinary>(&value);
        return std::holds_alternative<std::monostate>(value) || std::holds_alternative<std::nullptr_t>(value) ||
               (binary != nullptr && binary->subtype == kNothing);
    }

    template <class T>
    static std::optional<Value> typed(const BsonView::Value& value)
    {
        const auto* found = std::get_if<T>(&value);
        return found ? std::optional<Value>(*found) : std::nullopt;
    }
};

Bson by_id(Id id)
{
    Bson filter;
    filter.add("_id", id);
    return filter;
}

/// The unique field of `document` whose value another one has.
std::optional<std::string> taken_field(MongoClient& db, const Shape& shape, const Document& document)
{
    for (std::size_t i = 0; i < shape.spec.fields.size(); ++i) {
        const auto& field = shape.spec.fields[i];
        const auto* index = shape.index(field.name);
        if (index == nullptr || !index->unique)
            continue;
        Bson filter;
        shape.add_value(filter, field, document.values[i], document._id);
        filter.add("_id", Bson().add("$ne", document._id));
        if (db.exists({.collection = shape.spec.name, .filter = std::move(filter)}))
            return std::string(field.name);
    }
    return {};
}

std::optional<std::string> insert_into(MongoClient& db, const Shape& shape, const Document& document)
{
    const Bson made = shape.bson(document);
    for (int tries = 0; tries < kTries; ++tries) {
        if (!db.insert(shape.spec.name, {&made, 1}).duplicate)
            return {};
        // Which one is asked and not read from the error: not every server says it there.
        if (db.exists({.collection = shape.spec.name, .filter = by_id(document._id)}))
            return "_id";
        if (auto field = taken_field(db, shape, document))
            return field;
        std::this_thread::sleep_for(kBetweenTries);
    }
    throw MongoAway("MongoDB refuses a document as a duplicate of one that it does not show.");
}

/// False: it is not as `current` any more, or a unique value of `next` is taken.
bool replace_in(MongoClient& db, const Shape& shape, const Document& current, const Document& next)
{
    // Only the fields that are ours: others may have been added by who came before or comes after us.
    Bson filter = by_id(current._id);
    shape.add_values(filter, current);
    Bson fields;
    shape.add_values(fields, next);
    Bson change;
    const Bson texts = shape.long_texts(next);
    if (!texts.empty())
        fields.add(kLongTexts, texts);
    else if (!shape.long_texts(current).empty())
        change.add("$unset", Bson().add(kLongTexts, ""));
    change.add("$set", fields);
    try {
        return db.update(shape.spec.name, filter, change) == MongoClient::Updated::done;
    } catch (const MongoError&) {
        // FerretDB calls a duplicate an internal error here.
        if (taken_field(db, shape, next))
            return false;
        throw;
    }
}

class MongoCollection final : public Collection {
public:
    MongoCollection(MongoThreads& threads, CollectionSpec spec)
        : threads_(threads), shape_(std::make_shared<const Shape>(std::move(spec)))
    {
    }

    Task<std::optional<Document>> get(Id id) override
    {
        auto read = [shape = shape_, id](MongoClient& db) {
            std::optional<Document> found;
            db.find({.collection = shape->spec.name, .filter = by_id(id), .limit = 1}, [&](BsonView stored) {
                found = shape->document(stored);
                return true;
            });
            return found;
        };
        return threads_.call(std::move(read));
    }

    Task<std::optional<Document>> find(std::string_view field, Value value) override
    {
        auto found = co_await list(field, std::move(value), Id{}, 1, Order::ascending);
        if (found.empty())
            co_return std::nullopt;
        co_return std::move(found.front());
    }

    Task<std::vector<Document>> list(std::string_view field, Value value, Id after, std::size_t limit, Order order)
        override
    {
        assert(field.empty() || shape_->index(field) != nullptr);
        auto read = [shape = shape_, field, value = std::move(value), after, limit, order](MongoClient& db) {
            std::vector<Document> documents;
            if (limit == 0)  // which means all to MongoDB
                return documents;
            const bool ascending = order == Order::ascending;
            MongoQuery query{.collection = shape->spec.name, .filter = {}, .limit = static_cast<std::int64_t>(limit)};
            if (!field.empty())
                shape->add_value(query.filter, shape->field(field), value, Id{});
            if (!after.empty())
                query.filter.add("_id", Bson().add(ascending ? "$gt" : "$lt", after));
            query.sort.add("_id", ascending ? 1 : -1);
            db.find(query, [&](BsonView stored) {
                documents.push_back(shape->document(stored));
                return true;
            });
            return documents;
        };
        return threads_.call(std::move(read));
    }

    Task<std::vector<Document>> get_all(std::vector<Id> ids) override
    {
        auto read = [shape = shape_, ids = std::move(ids)](MongoClient& db) {
            std::unordered_map<Id, Document> found;
            for (std::size_t from = 0; from < ids.size(); from += kIdsAtOnce) {
                const auto some = std::span(ids).subspan(from, std::min(kIdsAtOnce, ids.size() - from));
                MongoQuery query{.collection = shape->spec.name, .filter = {}};
                query.filter.add("_id", Bson().add_array("$in", some));
                db.find(query, [&](BsonView stored) {
                    auto document = shape->document(stored);
                    found.emplace(document._id, std::move(document));
                    return true;
                });
            }
            std::vector<Document> documents;
            for (const Id& id : ids)
                if (const auto at = found.find(id); at != found.end())
                    documents.push_back(at->second);
            return documents;
        };
        return threads_.call(std::move(read));
    }

    Task<std::optional<std::string>> insert(Document document) override
    {
        auto write = [shape = shape_, document = std::move(document)](MongoClient& db) {
            return insert_into(db, *shape, document);
        };
        return threads_.call(std::move(write));
    }

    Task<bool> replace(Document current, Document next) override
    {
        assert(current._id == next._id);
        auto write = [shape = shape_, current = std::move(current), next = std::move(next)](MongoClient& db) {
            return replace_in(db, *shape, current, next);
        };
        return threads_.call(std::move(write));
    }

    Task<bool> remove(Id id) override
    {
        auto write = [shape = shape_, id](MongoClient& db) { return db.remove(shape->spec.name, by_id(id)); };
        return threads_.call(std::move(write));
    }

private:
    MongoThreads& threads_;
    std::shared_ptr<const Shape> shape_;
};

}  // namespace

void create_collection(MongoClient& db, const CollectionSpec& spec)
{
    db.create_collection(spec.name);
    for (const auto& index : spec.indexes) {
        MongoIndex made{.name = {}, .keys = {}, .unique = index.unique};
        made.keys.add(index.field, 1);
        std::string name = std::string(index.field) + "_1";
        if (!index.unique) {
            made.keys.add("_id", 1);
            name += "__id_1";
        }
        made.name = name;
        db.create_index(spec.name, made);
    }
}

std::unique_ptr<Collection> make_mongo_collection(MongoThreads& threads, CollectionSpec spec)
{
    return std::make_unique<MongoCollection>(threads, std::move(spec));
}

}  // namespace wgw::store
