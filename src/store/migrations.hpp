#pragma once
/// The tables of a file, step by step: numbered, forward only, each run once.
///
/// A feature has a list of its own, named by its schema ("chat", "store"), numbered from 1. What was run is kept in the
/// table `migrations(schema, number, name, checksum, at)`, in the same transaction as what it did.
///
/// Errors  MigrationError with a sentence for the operator: the file is of a newer version of this program, or a
///         migration that was run has been changed since
/// Tests   migrations_test.cpp

#include "base/time.hpp"
#include "store/sqlite.hpp"

#include <span>
#include <stdexcept>
#include <string_view>

namespace wgw::store {

/// Never changed once it was released: what has to be different is the next migration.
struct Migration {
    int number;  ///< 1, 2, 3 … without holes.
    std::string_view name;
    std::string_view sql;
};

struct MigrationError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs those of `migrations` that were not run on this file, and returns how many. Either all of them or none.
int migrate(Sqlite& db, std::string_view schema, std::span<const Migration> migrations, Timestamp now);

}  // namespace wgw::store
