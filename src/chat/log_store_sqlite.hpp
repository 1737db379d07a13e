#pragma once
/// The log in SQLite. See log_store.hpp.

#include "chat/log_store.hpp"
#include "store/sqlite.hpp"

#include <memory>

namespace wgw::chat {

/// `db` is the connection that writes, with the schema of log_schema.hpp, and outlives the log. Whoever owns it opens
/// and commits the transactions.
std::unique_ptr<LogStore> make_sqlite_log(store::Sqlite& db);

}  // namespace wgw::chat
