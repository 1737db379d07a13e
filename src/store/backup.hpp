#pragma once
/// A database copied as of one moment, while others write into it, and a copy checked.
///
/// The source is only read: the connection neither writes nor checkpoints, whatever happens to this process or to the
/// server meanwhile. (Two connections that checkpoint one log can spoil it in SQLite 3.40.1.) While the copy runs the
/// writer's log cannot start anew, and grows by what is written.
///
/// Copy    a file of its own without a log beside it, mode 0600, synced; under another name until it is whole
/// Errors  BackupError with a sentence; store::Error of the source
/// Source  sqlite.org/c3ref/backup_finish.html
/// Tests   backup_test.cpp

#include "store/sqlite.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace wgw::store {

struct BackupError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct CopyProgress {
    std::int64_t done = 0;  ///< Bytes.
    std::int64_t total = 0;
};

/// Copies the database `from` to the file `to`, which must not be there. Until it is whole and was checked it is named
/// `<to>.partial`; one that an earlier copy has left there is written over. Returns its size in bytes.
std::int64_t copy_database(
    const std::string& from, const std::string& to, const std::function<void(const CopyProgress&)>& progress
);

/// Reads the whole file and compares its indexes. Throws BackupError with the first thing that is wrong.
void check_database(const std::string& path);

}  // namespace wgw::store
