#pragma once
/// Collections in MongoDB, as the original has them: fields in the order of the specification, ObjectId, Date, int32.
///
///     {"_id": ObjectId, "username": "ann", "created_at": Date, "__v": 0}
///
/// Two things do not stand as they are, because servers refuse them: before MongoDB 4.2 no index has keys over a KiB,
/// and a unique index takes the second null for a duplicate.
///
///     an indexed text of over kIndexedBytes   binary of subtype 0x80, its SHA-256; the text is in the field
///     `long_texts` a null in a unique field                binary of subtype 0x81, the document's own _id
///
/// A text with a NUL is binary (Bson::add_text), in an index like a long one.
///
/// Foreign   Fields that the specification does not name are ignored, and survive replace(). A nullable field that is
///           missing is null: the original has written the document
/// Indexes   unique: `<field>_1`, as recorded; others with the _id behind, in whose order documents are listed
/// Tests     collection_cluster_test.cpp

#include "store/collection.hpp"
#include "store/mongo_threads.hpp"

#include <memory>

namespace wgw::store {

inline constexpr std::size_t kIndexedBytes = 512;

/// Makes the collection and its indexes if they are not there; blocking. Throws MongoAway, or MongoError: an index
/// cannot be made of what is stored.
void create_collection(MongoClient& db, const CollectionSpec& spec);

/// Of what create_collection() has made. `threads` outlives it.
std::unique_ptr<Collection> make_mongo_collection(MongoThreads& threads, CollectionSpec spec);

}  // namespace wgw::store
