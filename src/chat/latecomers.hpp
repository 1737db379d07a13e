#pragma once
/// What the original has stored in rooms that were taken over already: its chat service ran once more, or was ended only
/// after the first of ours had started. It is appended to the rooms' logs: members first, then messages, by _id.
///
/// Looked at  what is younger than the newest entry of all logs, and what is up to a minute older, until `now`
/// Repeated   by any number of processes, while others store: what stands in the log is not added again
/// Errors     MongoAway, MongoError; std::runtime_error: a document that cannot be read
/// Tests      latecomers_cluster_test.cpp

#include "base/time.hpp"
#include "store/mongo_client.hpp"

#include <cstddef>
#include <stop_token>

namespace wgw::chat {

/// How many entries were made of it. Blocking, for as long as it takes.
std::size_t add_latecomers(store::MongoClient& db, Timestamp now, const std::stop_token& stop);

}  // namespace wgw::chat
