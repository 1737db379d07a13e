#pragma once
/// The log in SQLite. See log_store.hpp.

#include "base/random.hpp"
#include "chat/log_store.hpp"
#include "store/sqlite.hpp"

#include <cstdint>
#include <memory>

namespace wgw::chat {

/// `db` is the connection that writes, with the schema of log_schema.hpp, and outlives the log. Whoever owns it opens
/// and commits the transactions.
std::unique_ptr<LogStore> make_sqlite_log(store::Sqlite& db);

/// Gives every room of `db` another epoch, and returns how many there are: the log was taken back to an earlier state,
/// so cursors of clients may name changes that never were. Before a log is made of it.
std::int64_t renew_epochs(store::Sqlite& db, Random& random);

}  // namespace wgw::chat
