#include "store/migrations.hpp"

#include <cassert>
#include <cstdint>
#include <string>

namespace wgw::store {

namespace {

constexpr const char* kTable = "CREATE TABLE IF NOT EXISTS migrations("
                               "schema TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, "
                               "checksum INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(schema, number)) "
                               "STRICT, WITHOUT ROWID";

// FNV-1a, 64 bits: against a slip of the hand, not against an attacker, who could change the table as well.
std::int64_t checksum(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return static_cast<std::int64_t>(hash);
}

std::string quoted(int number, std::string_view name)
{
    return std::to_string(number) + " (" + std::string(name) + ")";
}

/// How many have been run. Throws if they are not the first ones of `migrations`.
std::size_t count_run(Sqlite& db, std::string_view schema, std::span<const Migration> migrations)
{
    std::size_t run = 0;
    auto rows =
        db.prepared("SELECT number, name, checksum FROM migrations WHERE schema = ? ORDER BY number").query(schema);
    while (rows.step()) {
        const std::string which = quoted(static_cast<int>(rows.integer(0)), rows.text(1));
        if (run == migrations.size())
            throw MigrationError(
                "The store " + db.path() + " belongs to a newer version of this program: migration " + which + " of " +
                std::string(schema) +
                " is not known here. Install the newer version, or restore a backup made before it."
            );
        if (rows.integer(0) != migrations[run].number || rows.integer(2) != checksum(migrations[run].sql))
            throw MigrationError(
                "The store " + db.path() + " was made by another build of this program: its migration " + which +
                " of " + std::string(schema) +
                " differs from ours. Install the version that made it, or export and import the data."
            );
        ++run;
    }
    return run;
}

int run_missing(Sqlite& db, std::string_view schema, std::span<const Migration> migrations, Timestamp now)
{
    db.exec(kTable);
    const auto missing = migrations.subspan(count_run(db, schema, migrations));
    for (const auto& migration : missing) {
        db.exec(std::string(migration.sql));
        db.prepared("INSERT INTO migrations(schema, number, name, checksum, at) VALUES(?, ?, ?, ?, ?)")
            .run(schema, migration.number, migration.name, checksum(migration.sql), now.unix_ms);
    }
    return static_cast<int>(missing.size());
}

}  // namespace

int migrate(Sqlite& db, std::string_view schema, std::span<const Migration> migrations, Timestamp now)
{
    for (std::size_t i = 0; i < migrations.size(); ++i)
        assert(migrations[i].number == static_cast<int>(i) + 1);
    db.begin();
    try {
        const int count = run_missing(db, schema, migrations, now);
        db.commit();
        return count;
    } catch (...) {
        db.rollback();
        throw;
    }
}

}  // namespace wgw::store
