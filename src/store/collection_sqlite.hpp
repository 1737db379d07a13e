#pragma once
/// Collections in SQLite: a table each, a document per row as JSON text, an index per declared field.
///
///     CREATE TABLE users(_id BLOB PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID
///     {"username":"ann","room_id":"6541…","created_at":1800000000000,"deleted_at":null}
///
/// Ids stand in the text as hex digits, times as milliseconds; fields in the order of the specification.
/// Tests  test_collection_contract.cpp

#include "store/collection.hpp"
#include "store/readers.hpp"
#include "store/sqlite.hpp"
#include "store/writer.hpp"

#include <memory>

namespace wgw::store {

/// Makes the table and its indexes if they are not there. Before the Writer is made. Throws Error.
void create_collection(Sqlite& db, const CollectionSpec& spec);

/// Of a table that create_collection() has made. `writer` and `readers` outlive it.
std::unique_ptr<Collection> make_sqlite_collection(Writer& writer, Readers& readers, CollectionSpec spec);

}  // namespace wgw::store
