#include "store/backup.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wgw::store {
namespace {

constexpr int kPagesAtOnce = 256;  // 1 MiB

[[noreturn]] void fail(const std::string& what, const std::string& advice)
{
    throw BackupError(what + ": " + std::strerror(errno) + ". " + advice);
}

/// The file that is being written: removed again unless it was kept. Locked, so that two cannot write one.
class Partial {
public:
    explicit Partial(const std::string& whole) : path_(whole + ".partial")
    {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file_ < 0)
            fail("The file " + path_ + " cannot be made", "Name a file in a folder that you may write.");
        if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
            ::close(file_);
            throw BackupError("Another backup is just writing " + path_ + ". Wait for it, or name another file.");
        }
        if (::ftruncate(file_, 0) != 0 || ::fchmod(file_, 0600) != 0)
            fail("The file " + path_ + " cannot be written", "Remove it, and try again.");
    }
    Partial(const Partial&) = delete;
    Partial& operator=(const Partial&) = delete;
    ~Partial()
    {
        if (!kept_)
            ::unlink(path_.c_str());
        ::close(file_);
    }

    const std::string& path() const { return path_; }

    /// The header has come from a database that writes ahead, and asks for a log beside it. The copy is whole without.
    /// Source  sqlite.org/fileformat2.html §1.3.3: bytes 18 and 19; 1 is a rollback journal
    void need_no_log() const
    {
        constexpr char kVersions[] = {1, 1};
        if (::pwrite(file_, kVersions, sizeof kVersions, 18) != sizeof kVersions)
            fail("The file " + path_ + " cannot be written", "Check its disk.");
    }

    /// Gives it its name, unless somebody has taken that meanwhile.
    void keep_as(const std::string& whole)
    {
        if (::fsync(file_) != 0)
            fail("The file " + path_ + " cannot be synced", "Check its disk.");
        const bool renamed =
            ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, whole.c_str(), RENAME_NOREPLACE) == 0 ||
            // A file system that knows no such thing: somebody could have been quicker by a moment.
            (errno == EINVAL && !std::filesystem::exists(whole) && ::rename(path_.c_str(), whole.c_str()) == 0);
        if (!renamed)
            fail("The file " + whole + " cannot be made", "Name another one.");
        kept_ = true;
        const auto folder = std::filesystem::absolute(whole).parent_path();
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
        if (descriptor >= 0)
            ::close(descriptor);
        if (!synced)
            fail("The folder " + folder.string() + " cannot be synced", "Check its disk.");
    }

private:
    std::string path_;
    int file_ = -1;
    bool kept_ = false;
};

using Database = std::unique_ptr<sqlite3, decltype(&::sqlite3_close_v2)>;
using Copy = std::unique_ptr<sqlite3_backup, decltype(&::sqlite3_backup_finish)>;

/// A plain file: no log, no journal, because nobody looks at it before it is whole.
Database open_target(const std::string& path)
{
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = ::sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Database target(raw, ::sqlite3_close_v2);
    if (code == SQLITE_OK)
        code = ::sqlite3_exec(raw, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        throw BackupError("The file " + path + " cannot be written: " + ::sqlite3_errmsg(raw) + ".");
    return target;
}

void copy_pages(Sqlite& source, const std::string& to, const std::function<void(const CopyProgress&)>& progress)
{
    std::int64_t page_bytes = 0;
    {
        auto rows = source.prepared("PRAGMA page_size").query();
        rows.step();
        page_bytes = rows.integer(0);
    }
    const Database target = open_target(to);
    Copy copy(::sqlite3_backup_init(target.get(), "main", source.handle(), "main"), ::sqlite3_backup_finish);
    if (!copy)
        throw BackupError("The copy cannot begin: " + std::string(::sqlite3_errmsg(target.get())) + ".");
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = ::sqlite3_backup_step(copy.get(), kPagesAtOnce);
        const std::int64_t total = ::sqlite3_backup_pagecount(copy.get());
        progress({(total - ::sqlite3_backup_remaining(copy.get())) * page_bytes, total * page_bytes});
    }
    const int end = ::sqlite3_backup_finish(copy.release());
    if (code != SQLITE_DONE || end != SQLITE_OK)
        throw BackupError(
            "The copy has failed: " + std::string(::sqlite3_errstr(code != SQLITE_DONE ? code : end)) +
            ". Look at the disks of both files, and for room on the second."
        );
}

}  // namespace

std::int64_t copy_database(
    const std::string& from, const std::string& to, const std::function<void(const CopyProgress&)>& progress
)
{
    if (std::filesystem::exists(std::filesystem::symlink_status(to)))
        throw BackupError("The file " + to + " is there already, and is not written over. Name another one.");
    Sqlite source(from, Sqlite::Mode::read);
    ::sqlite3_db_config(source.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    Partial partial(to);
    source.begin();
    {
        auto rows = source.prepared("SELECT count(*) FROM sqlite_schema").query();
        rows.step();  // the view that the whole copy is of begins with the first row that is read
    }
    copy_pages(source, partial.path(), progress);
    source.rollback();
    partial.need_no_log();
    check_database(partial.path());
    const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(partial.path()));
    partial.keep_as(to);
    return bytes;
}

void check_database(const std::string& path)
{
    try {
        Sqlite db(path, Sqlite::Mode::read);
        auto rows = db.prepared("PRAGMA integrity_check(1)").query();
        if (rows.step() && rows.text(0) == "ok")
            return;
        throw BackupError("The database " + path + " is damaged: " + std::string(rows.text(0)) + ".");
    } catch (const Error& error) {
        throw BackupError("The database " + path + " cannot be read: " + error.what());
    }
}

}  // namespace wgw::store
