#include "store/sqlite.hpp"

#include <sqlite3.h>

#include <cassert>
#include <limits>

namespace wgw::store {

namespace {

// Readers only read and the writer is alone, so waiting is rare: another program that looks into the file.
constexpr int kBusyTimeoutMs = 5'000;

// For readers at a checkpoint. Ours are done by then; one that never ends (another program's) must not stop the writer.
constexpr int kReadersTimeoutMs = 250;

// cache_size is in KiB when negative. Nothing is mapped: a disk error would then be a signal instead of a result.
constexpr const char* kWritePragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; "
                                      "PRAGMA mmap_size=0; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY; "
                                      "PRAGMA cache_size=-65536;";
constexpr const char* kReadPragmas = "PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; "
                                     "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;";
constexpr const char* kMemoryPragmas = "PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;";

constexpr std::string_view kUniqueFailed = "UNIQUE constraint failed: ";

bool is_taken(int code)
{
    return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
}

int length(std::string_view bytes)
{
    assert(bytes.size() <= std::size_t{std::numeric_limits<int>::max()});
    return static_cast<int>(bytes.size());
}

// SQLite takes a null pointer for NULL; an empty text or blob is not NULL.
const char* data(std::string_view bytes) { return bytes.data() != nullptr ? bytes.data() : ""; }

// Anything else is a parameter too many, a statement that is still running, or a gigabyte: ours to avoid.
void bound([[maybe_unused]] int code) { assert(code == SQLITE_OK); }

// What a pragma answers is its effect: a file system without shared memory leaves journal_mode as it was, without an
// error.
bool writes_ahead(sqlite3* db)
{
    sqlite3_stmt* statement = nullptr;
    ::sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, nullptr);
    const bool row = ::sqlite3_step(statement) == SQLITE_ROW;
    const bool wal =
        row && reinterpret_cast<const char*>(::sqlite3_column_text(statement, 0)) == std::string_view("wal");
    ::sqlite3_finalize(statement);
    return wal;
}

}  // namespace

std::string sqlite_version() { return ::sqlite3_libversion(); }

std::string why_not_opened(const std::string& path)
{
    // Immutable: as if it lay on a disc that nobody can write, without a log and without locks.
    std::string uri = "file:";
    for (const char c : path)
        uri += c == '%' ? "%25" : c == '?' ? "%3f" : c == '#' ? "%23" : std::string(1, c);
    uri += "?immutable=1";
    sqlite3* db = nullptr;
    int code = ::sqlite3_open_v2(
        uri.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr
    );
    if (code == SQLITE_OK)
        code = ::sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    std::string why = code == SQLITE_OK ? "" : "SQLite cannot open " + path + ": " + ::sqlite3_errmsg(db);
    ::sqlite3_close_v2(db);
    return why;
}

Error::Error(int code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}

Error::Kind Error::kind() const
{
    switch (code_ & 0xff) {
    case SQLITE_FULL:
        return Kind::full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return Kind::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Kind::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Kind::busy;
    default:
        return Kind::other;
    }
}

Sqlite::Sqlite(std::string path, Mode mode) : path_(mode == Mode::memory ? ":memory:" : std::move(path)), mode_(mode)
{
    db_ = open();
    begin_ = std::make_unique<Statement>(*this, mode_ == Mode::read ? "BEGIN" : "BEGIN IMMEDIATE");
    commit_ = std::make_unique<Statement>(*this, "COMMIT");
}

Sqlite::~Sqlite()
{
    prepared_.clear();
    begin_.reset();
    commit_.reset();
    ::sqlite3_close_v2(db_);
}

sqlite3* Sqlite::open()
{
    // One thread at a time uses a connection, and hands it over with a lock of its own.
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (mode_ == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3* db = nullptr;
    int code = ::sqlite3_open_v2(path_.c_str(), &db, flags, nullptr);
    if (code == SQLITE_OK) {
        ::sqlite3_busy_timeout(db, kBusyTimeoutMs);
        const char* pragmas = mode_ == Mode::write  ? kWritePragmas
                              : mode_ == Mode::read ? kReadPragmas
                                                    : kMemoryPragmas;
        code = ::sqlite3_exec(db, pragmas, nullptr, nullptr, nullptr);
    }
    if (code != SQLITE_OK) {
        const Error error(code, "SQLite cannot open " + path_ + ": " + ::sqlite3_errmsg(db) + ".");
        ::sqlite3_close_v2(db);
        throw error;
    }
    if (mode_ == Mode::write && !writes_ahead(db)) {
        ::sqlite3_close_v2(db);
        throw Error(
            SQLITE_IOERR, "SQLite cannot keep a write-ahead log beside " + path_ +
                              ". Put the folder on a local disk: shared file systems cannot hold it."
        );
    }
    ::sqlite3_wal_hook(db, &Sqlite::on_commit, this);  // after wal_autocheckpoint, which is a hook of its own
    return db;
}

int Sqlite::on_commit(void* self, sqlite3*, const char*, int pages)
{
    static_cast<Sqlite*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
}

void Sqlite::begin() { begin_->run(); }
void Sqlite::commit() { commit_->run(); }

void Sqlite::rollback() noexcept
{
    if (in_transaction())
        ::sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Sqlite::in_transaction() const { return ::sqlite3_get_autocommit(db_) == 0; }

void Sqlite::exec(const std::string& sql)
{
    const int code = ::sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        throw Error(code, std::string("SQLite: ") + ::sqlite3_errmsg(db_) + ", in: " + sql);
}

Statement& Sqlite::prepared(std::string_view sql)
{
    auto found = prepared_.find(sql);
    if (found == prepared_.end()) {
        auto statement = std::make_unique<Statement>(*this, std::string(sql));
        found = prepared_.emplace(std::string(sql), std::move(statement)).first;
    }
    return *found->second;
}

std::string_view Sqlite::taken() const
{
    std::string_view text = ::sqlite3_errmsg(db_);
    if (text.starts_with(kUniqueFailed))
        text.remove_prefix(kUniqueFailed.size());
    return text;
}

std::int64_t Sqlite::changes() const { return ::sqlite3_changes64(db_); }
std::int64_t Sqlite::last_rowid() const { return ::sqlite3_last_insert_rowid(db_); }

Sqlite::Checkpoint Sqlite::checkpoint(bool restart)
{
    Checkpoint result;
    const int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    ::sqlite3_busy_timeout(db_, kReadersTimeoutMs);
    const int code = ::sqlite3_wal_checkpoint_v2(db_, nullptr, mode, &result.pages, &result.moved);
    ::sqlite3_busy_timeout(db_, kBusyTimeoutMs);
    if (code != SQLITE_OK && code != SQLITE_BUSY)  // busy: what a reader holds stays for the next time
        throw Error(code, std::string("SQLite cannot checkpoint: ") + ::sqlite3_errmsg(db_) + ".");
    return result;
}

void Sqlite::reopen()
{
    rollback();
    // The new connection is opened before the old one is closed: the index of the write-ahead log then lives on, and
    // with it what was known to be committed. Frames of a commit whose sync failed are written over. If nobody had the
    // file open, they would be found again and believed, synced or not.
    sqlite3* fresh = open();
    sqlite3* old = std::exchange(db_, fresh);
    ++generation_;
    while (auto* statement = ::sqlite3_next_stmt(old, nullptr))
        ::sqlite3_finalize(statement);
    ::sqlite3_db_config(old, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    ::sqlite3_close_v2(old);
}

Rows::~Rows() { statement_.reset(); }
bool Rows::step() { return statement_.step(); }

bool Rows::is_null(int column) const { return ::sqlite3_column_type(statement_.statement_, column) == SQLITE_NULL; }
std::int64_t Rows::integer(int column) const { return ::sqlite3_column_int64(statement_.statement_, column); }

std::string_view Rows::text(int column) const
{
    const auto* start = reinterpret_cast<const char*>(::sqlite3_column_text(statement_.statement_, column));
    return {start, static_cast<std::size_t>(::sqlite3_column_bytes(statement_.statement_, column))};
}

std::string_view Rows::blob(int column) const
{
    const auto* start = static_cast<const char*>(::sqlite3_column_blob(statement_.statement_, column));
    return {start, static_cast<std::size_t>(::sqlite3_column_bytes(statement_.statement_, column))};
}

Statement::Statement(Sqlite& db, std::string sql) : db_(db), sql_(std::move(sql))
{
    generation_ = db_.generation_ - 1;
    prepare();
}

Statement::~Statement()
{
    if (generation_ == db_.generation_)  // else reopen() has done it
        ::sqlite3_finalize(statement_);
}

void Statement::prepare()
{
    if (generation_ == db_.generation_)
        return;
    statement_ = nullptr;
    const int code =
        ::sqlite3_prepare_v3(db_.db_, sql_.c_str(), length(sql_) + 1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (code != SQLITE_OK)
        fail(code);
    generation_ = db_.generation_;
}

bool Statement::run_bound()
{
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW)
        code = ::sqlite3_step(statement_);
    reset();
    if (code == SQLITE_DONE)
        return true;
    if (is_taken(code))
        return false;
    fail(code);
}

bool Statement::step()
{
    const int code = ::sqlite3_step(statement_);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    fail(code);
}

void Statement::reset() noexcept
{
    ::sqlite3_reset(statement_);
    ::sqlite3_clear_bindings(statement_);
}

void Statement::fail(int code) const
{
    throw Error(code, std::string("SQLite: ") + ::sqlite3_errmsg(db_.db_) + ", in: " + sql_);
}

void Statement::bind(int index, std::nullptr_t) { bound(::sqlite3_bind_null(statement_, index)); }

void Statement::bind(int index, std::string_view text)
{
    bound(::sqlite3_bind_text(statement_, index, data(text), length(text), SQLITE_STATIC));
}

void Statement::bind(int index, const Blob& blob)
{
    bound(::sqlite3_bind_blob(statement_, index, data(blob.bytes), length(blob.bytes), SQLITE_STATIC));
}

void Statement::bind_integer(int index, std::int64_t value) { bound(::sqlite3_bind_int64(statement_, index, value)); }

}  // namespace wgw::store
