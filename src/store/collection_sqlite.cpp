#include "store/collection_sqlite.hpp"

#include "store/document_json.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace wgw::store {

namespace {

std::string index_name(const CollectionSpec& spec, std::string_view field)
{
    return std::string(spec.name) + "_" + std::string(field);
}

// Indexed is the value's JSON text, as document_json writes it: json_extract() would end a string at its first NUL, and
// take the text "1" for the number. A JSON null becomes NULL, which is never taken.
std::string indexed(std::string_view field) { return "nullif(doc -> '$.\"" + std::string(field) + "\"', 'null')"; }

/// The indexed form of `value`; nothing for null.
std::optional<std::string> indexed_value(const Value& value)
{
    if (std::holds_alternative<std::nullptr_t>(value))
        return {};
    std::string json;
    append_value(json, value);
    return json;
}

/// A collection's statements as text. Shared by the threads, and never changed.
struct Table {
    explicit Table(CollectionSpec specification) : spec(std::move(specification))
    {
        const std::string name = "\"" + std::string(spec.name) + "\"";
        get = "SELECT _id, doc FROM " + name + " WHERE _id = ?";
        insert = "INSERT INTO " + name + "(_id, doc) VALUES(?, ?)";
        update = "UPDATE " + name + " SET doc = ? WHERE _id = ?";
        remove = "DELETE FROM " + name + " WHERE _id = ?";
        list = "SELECT _id, doc FROM " + name + " WHERE ";
    }

    std::string list_where(std::string_view field, Order order) const
    {
        return list + (field.empty() ? "" : indexed(field) + " IS ?3 AND ") +
               (order == Order::ascending ? "_id > ?1 ORDER BY _id LIMIT ?2" : "_id < ?1 ORDER BY _id DESC LIMIT ?2");
    }

    Document document(const Rows& rows) const { return read_document(spec, Id::from_raw(rows.blob(0)), rows.text(1)); }

    /// Of the next row.
    std::optional<Document> document_if(Rows& rows) const
    {
        if (!rows.step())
            return {};
        return document(rows);
    }

    /// The unique field that a refused insert has met.
    std::string taken_field(std::string_view taken) const
    {
        for (const auto& index : spec.indexes) {
            if (taken == "index '" + index_name(spec, index.field) + "'")
                return std::string(index.field);
        }
        return "_id";
    }

    bool has_index(std::string_view field) const
    {
        return std::ranges::find(spec.indexes, field, &IndexSpec::field) != spec.indexes.end();
    }

    CollectionSpec spec;
    std::string get;
    std::string insert;
    std::string update;
    std::string remove;
    std::string list;
};

class SqliteCollection final : public Collection {
public:
    SqliteCollection(Writer& writer, Readers& readers, CollectionSpec spec)
        : writer_(writer), readers_(readers), table_(std::make_shared<const Table>(std::move(spec)))
    {
    }

    Task<std::optional<Document>> get(Id id) override
    {
        auto read = [table = table_, id](Sqlite& db) {
            auto rows = db.prepared(table->get).query(Blob{id.raw()});
            return table->document_if(rows);
        };
        return readers_.read(std::move(read));
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
        assert(field.empty() || table_->has_index(field));
        if (after.empty() && order == Order::descending)
            after.bytes.fill(0xff);
        auto read = [table = table_, sql = table_->list_where(field, order), all = field.empty(),
                     value = indexed_value(value), after, limit](Sqlite& db) {
            auto& statement = db.prepared(sql);
            auto rows =
                all ? statement.query(Blob{after.raw()}, limit) : statement.query(Blob{after.raw()}, limit, value);
            std::vector<Document> documents;
            while (rows.step())
                documents.push_back(table->document(rows));
            return documents;
        };
        return readers_.read(std::move(read));
    }

    Task<std::vector<Document>> get_all(std::vector<Id> ids) override
    {
        auto read = [table = table_, ids = std::move(ids)](Sqlite& db) {
            std::vector<Document> documents;
            db.begin();
            for (const Id& id : ids) {
                auto rows = db.prepared(table->get).query(Blob{id.raw()});
                if (auto document = table->document_if(rows))
                    documents.push_back(std::move(*document));
            }
            return documents;
        };
        return readers_.read(std::move(read));
    }

    Task<std::optional<std::string>> insert(Document document) override
    {
        auto write = [table = table_, id = document._id,
                      json = to_json(table_->spec, document)](Sqlite& db) -> std::optional<std::string> {
            if (db.prepared(table->insert).run(Blob{id.raw()}, json))
                return {};
            return table->taken_field(db.taken());
        };
        return writer_.write(std::move(write));
    }

    Task<bool> replace(Document current, Document next) override
    {
        assert(current._id == next._id);
        auto write = [table = table_, current = std::move(current), json = to_json(table_->spec, next)](Sqlite& db) {
            {
                // As documents, not as texts: one that was stored before the specification got a new field is still
                // equal.
                auto rows = db.prepared(table->get).query(Blob{current._id.raw()});
                if (table->document_if(rows) != current)
                    return false;
            }
            return db.prepared(table->update).run(json, Blob{current._id.raw()});
        };
        return writer_.write(std::move(write));
    }

    Task<bool> remove(Id id) override
    {
        auto write = [table = table_, id](Sqlite& db) {
            db.prepared(table->remove).run(Blob{id.raw()});
            return db.changes() == 1;
        };
        return writer_.write(std::move(write));
    }

private:
    Writer& writer_;
    Readers& readers_;
    std::shared_ptr<const Table> table_;
};

}  // namespace

void create_collection(Sqlite& db, const CollectionSpec& spec)
{
    const std::string name(spec.name);
    db.begin();
    try {
        // WITHOUT ROWID: the _id is then part of each index, in whose order documents are listed.
        db.exec("CREATE TABLE IF NOT EXISTS \"" + name + "\"(_id BLOB PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID");
        for (const auto& index : spec.indexes) {
            db.exec(
                std::string(index.unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX") + " IF NOT EXISTS \"" +
                index_name(spec, index.field) + "\" ON \"" + name + "\"(" + indexed(index.field) + ")"
            );
        }
        db.commit();
    } catch (...) {
        db.rollback();
        throw;
    }
}

std::unique_ptr<Collection> make_sqlite_collection(Writer& writer, Readers& readers, CollectionSpec spec)
{
    return std::make_unique<SqliteCollection>(writer, readers, std::move(spec));
}

}  // namespace wgw::store
