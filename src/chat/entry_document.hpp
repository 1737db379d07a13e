#pragma once
/// An entry <-> its document in `chatlog`.
///
/// Tests  log_store_cluster_test.cpp

#include "chat/entry.hpp"
#include "store/mongo_client.hpp"

#include <string>

namespace wgw::chat {

/// What no second entry of its room and user may have: the key of its send, else one of its own that no client can choose.
std::string key_of(const Entry& entry);

store::Bson document_of(const Entry& entry);

/// Throws std::runtime_error where it is damaged.
Entry entry_of(store::BsonView document);

}  // namespace wgw::chat
