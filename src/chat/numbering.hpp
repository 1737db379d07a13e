#pragma once
/// Takes over what the original has stored in MongoDB: each of its rooms gets a log, in the order of the _ids.
///
///     1        the room, made by its first member
///     2, 3 …   its further members and its messages, by _id, with the _ids that they have
///
/// A room is taken over once: it has an `epoch` then. Before a chat process takes commands; any number may do it at the
/// same time, for they write the same documents. What the original's chat service writes from then on has no number, until
/// latecomers.hpp takes it up.
///
/// Interrupted  the next call goes on where this one has ended
/// Kept         `chatmessages` stays as it is; of a user who has joined a room twice the first membership counts
/// Errors       MongoAway, MongoError; std::runtime_error: somebody else has written into a room meanwhile
/// Tests        numbering_cluster_test.cpp

#include "base/random.hpp"
#include "store/mongo_client.hpp"

#include <cstddef>
#include <stop_token>

namespace wgw::chat {

/// How many rooms were taken over: all, unless it was stopped. Blocking, for as long as it takes; tells the operator how far
/// it is. The log's collections are there.
std::size_t number_rooms(store::MongoClient& db, Random& random, const std::stop_token& stop);

}  // namespace wgw::chat
