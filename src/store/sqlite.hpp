#pragma once
/// SQLite as this program uses it: one connection, its statements, its errors. Resources; blocking; used by one thread
/// at a time.
///
///     Sqlite db(path, Sqlite::Mode::write);
///     Statement insert(db, "INSERT INTO entries(room, seq, _id, body) VALUES(?, ?, ?, ?)");
///     db.begin();
///     if (!insert.run(room, seq, Blob{id.raw()}, body))
///         …                                              // db.taken() is "entries.room, entries.seq"
///     db.commit();                                       // has been synced
///
///     Statement select(db, "SELECT seq, body FROM entries WHERE room = ? AND seq > ? ORDER BY seq");
///     auto rows = select.query(room, after);
///     while (rows.step())
///         use(rows.integer(0), rows.text(1));
///
/// Writing   one connection of a file writes *and* checkpoints: WAL, synchronous=FULL. Others are opened to read.
/// Binding   nothing is copied: text and blobs outlive the run(), or the Rows
/// Lifetime  Sqlite outlives its statements, a Statement its Rows; statements survive reopen()
/// Errors    Error; a value that is taken in a unique index is no error but `false`
/// Source    sqlite.org/c3ref, sqlite.org/wal.html
/// Tests     sqlite_test.cpp

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace wgw::store {

/// Of the library that is loaded: `3.40.1`.
std::string sqlite_version();

/// The store could not do what it was asked.
class Error : public std::runtime_error {
public:
    enum class Kind { full, io, corrupt, busy, other };

    /// `code` is SQLite's extended result code.
    Error(int code, const std::string& sentence);

    int code() const { return code_; }
    Kind kind() const;

private:
    int code_;
};

/// Why the file at `path` cannot be a database that is opened, as a sentence; empty: it can. Looks at its first pages
/// alone: not into a log beside it, and nothing is made there. While nobody writes into it.
std::string why_not_opened(const std::string& path);

/// Bytes, as opposed to text, for a statement's parameter.
struct Blob {
    std::string_view bytes;
};

class Statement;

/// A connection.
class Sqlite {
public:
    enum class Mode {
        write,   ///< Made if it is not there.
        read,    ///< Nothing can be written through it.
        memory,  ///< Of this connection alone: for tests. The path is ignored.
    };

    /// Throws Error if the file cannot be opened or is no database.
    Sqlite(std::string path, Mode mode);
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;
    ~Sqlite();

    /// A transaction: the writing lock at once, or with Mode::read one view of the data until commit() or rollback().
    void begin();

    /// Returns after the sync. Throws if that is not certain: then call rollback(), and on Kind::io reopen().
    void commit();

    /// Ends a transaction if one is open. Never throws.
    void rollback() noexcept;
    bool in_transaction() const;

    /// Runs statements that have neither parameters nor rows.
    void exec(const std::string& sql);

    /// The statement with this text, prepared at its first use and kept. One user at a time. The number of different
    /// texts is bounded by the program: they are literals.
    Statement& prepared(std::string_view sql);

    /// What the last run() that answered false met: "table.column, table.column" or "index 'name'". Until the next
    /// call.
    std::string_view taken() const;

    /// Rows that the last statement that changed something changed.
    std::int64_t changes() const;
    std::int64_t last_rowid() const;

    /// Pages in the write-ahead log as of the last commit.
    int wal_pages() const { return wal_pages_; }

    struct Checkpoint {
        int pages = 0;  ///< In the write-ahead log.
        int moved = 0;  ///< Of them, those that are in the database file and synced.
    };

    /// Moves pages from the write-ahead log to the database file: as many as nobody is in the way of; with `restart`
    /// waits a moment for readers, so that the next commit starts the log from its beginning.
    Checkpoint checkpoint(bool restart = false);

    /// Throws everything open away and opens the file anew. Statements are prepared again when they are next used.
    /// What an unsynced commit has left behind is then not seen. Throws Error; then the old connection stays.
    void reopen();

    const std::string& path() const { return path_; }
    sqlite3* handle() const { return db_; }

private:
    friend class Statement;

    sqlite3* open();
    static int on_commit(void* self, sqlite3* db, const char* name, int pages);

    std::string path_;
    Mode mode_;
    int wal_pages_ = 0;
    unsigned generation_ = 0;  // raised by reopen()
    std::map<std::string, std::unique_ptr<Statement>, std::less<>> prepared_;
    sqlite3* db_ = nullptr;
    std::unique_ptr<Statement> begin_;
    std::unique_ptr<Statement> commit_;
};

/// The rows of a running query. While it lives, the statement is busy and what it reads stays as it is.
class [[nodiscard]] Rows {
public:
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows();

    /// On to the next row, the first time to the first; false: there are no more.
    bool step();

    /// Columns of the row, from 0. Views are good until the next step().
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;

private:
    friend class Statement;
    explicit Rows(Statement& statement) : statement_(statement) {}

    Statement& statement_;
};

/// SQL, prepared once.
class Statement {
public:
    /// Throws Error if it cannot be prepared.
    Statement(Sqlite& db, std::string sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// Binds the parameters in their order, and runs to the end. False: a unique index or the primary key has the value
    /// already; nothing was changed, and the transaction goes on.
    /// Parameters are integers, text, Blob, nullptr, or an optional of these.
    template <class... Parameters>
    bool run(const Parameters&... parameters)
    {
        prepare();
        bind_all(parameters...);
        return run_bound();
    }

    template <class... Parameters>
    Rows query(const Parameters&... parameters)
    {
        prepare();
        bind_all(parameters...);
        return Rows(*this);
    }

    /// A string made for the call would be gone when the rows are read.
    template <class... Parameters>
        requires(std::is_same_v<Parameters, std::string> || ...)
    Rows query(Parameters&&... parameters) = delete;

private:
    friend class Rows;

    void prepare();
    bool run_bound();
    bool step();
    void reset() noexcept;
    [[noreturn]] void fail(int code) const;

    template <class... Parameters>
    void bind_all(const Parameters&... parameters)
    {
        int index = 0;
        (bind(++index, parameters), ...);
    }
    template <class Integer>
        requires std::is_integral_v<Integer>
    void bind(int index, Integer value)
    {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
    template <class T>
    void bind(int index, const std::optional<T>& value)
    {
        if (value)
            bind(index, *value);
        else
            bind(index, nullptr);
    }
    void bind(int index, std::nullptr_t);
    void bind(int index, std::string_view text);
    void bind(int index, const Blob& blob);
    void bind_integer(int index, std::int64_t value);

    Sqlite& db_;
    std::string sql_;
    sqlite3_stmt* statement_ = nullptr;
    unsigned generation_ = 0;
};

}  // namespace wgw::store
