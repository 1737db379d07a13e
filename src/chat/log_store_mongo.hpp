#pragma once
/// The log in MongoDB. See log_store.hpp, and log_schema_mongo.hpp for the collections.
///
/// Fence        the unique indexes (room_id, seq) and (room_id, user_id, key), and the _id. Which of them an entry met
///              is found by looking: not every server says it, and the answer needs the stored entry anyway
/// Not certain  where an insert ended without an answer, each entry is looked up by its _id before anything is said of
/// it,
///              and what is not there is inserted once more: the same documents, so a late arrival of the first insert
///              meets its own fence
/// Members,     are written after their entry, idempotently. load() and behind() write those that are missing, for
/// rooms        whoever has stored the entry may have ended before it wrote them
/// Tests        log_store_cluster_test.cpp

#include "chat/log_store.hpp"
#include "store/mongo_client.hpp"

#include <memory>

namespace wgw::chat {

/// `db` outlives the log, whose thread is the client's. Any number of logs, in any process, may use one database.
std::unique_ptr<LogStore> make_mongo_log(store::MongoClient& db);

}  // namespace wgw::chat
