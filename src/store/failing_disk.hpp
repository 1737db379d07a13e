#pragma once
/// For tests: SQLite's way to the disk, with syncs and writes that fail, or do not return, when a test says so. What
/// was written stays in the file, as with a real disk; only the answer is an error.
///
/// Source  sqlite.org/c3ref/vfs.html, sqlite.org/c3ref/io_methods.html

#include <sqlite3.h>

#include <atomic>
#include <semaphore>

namespace wgw::store {

/// A resource, one at a time: while it lives, it is the default of all connections that are opened.
class FailingDisk {
public:
    FailingDisk()
    {
        current_ = this;
        real_ = ::sqlite3_vfs_find(nullptr);
        vfs_ = *real_;
        vfs_.zName = "failing-disk";
        vfs_.xOpen = &FailingDisk::open;
        ::sqlite3_vfs_register(&vfs_, 1);
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;
    ~FailingDisk()
    {
        ::sqlite3_vfs_unregister(&vfs_);
        ::sqlite3_vfs_register(real_, 1);
    }

    std::atomic<int> failing_syncs = 0;   ///< So many of the next syncs of write-ahead logs fail.
    std::atomic<int> failing_writes = 0;  ///< So many of the next writes to write-ahead logs find the disk full.
    std::atomic<int> failing_opens = 0;   ///< So many of the next databases cannot be opened.
    std::atomic<int> syncs = 0;           ///< Syncs of write-ahead logs that were asked for.

    /// From now on syncs of write-ahead logs do not return.
    void hang() { hangs_ = true; }

    /// Waits until one does not return.
    void await_hanging() { hanging_.acquire(); }

    /// Lets it go on, and those behind it.
    void go_on()
    {
        hangs_ = false;
        hangs_.notify_all();
    }

private:
    // The real disk's file, whose methods are replaced by ours: those that we do not change go to the real ones.
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags)
    {
        file->pMethods = nullptr;
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && takes(current_->failing_opens))
            return SQLITE_CANTOPEN;
        const int code = current_->real_->xOpen(current_->real_, name, file, flags, out_flags);
        if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0)
            return code;
        current_->real_methods_ = file->pMethods;
        current_->methods_ = *file->pMethods;
        current_->methods_.xSync = &FailingDisk::sync;
        current_->methods_.xWrite = &FailingDisk::write;
        file->pMethods = &current_->methods_;
        return code;
    }

    static bool takes(std::atomic<int>& count)
    {
        if (count == 0)
            return false;
        --count;
        return true;
    }

    static int sync(sqlite3_file* file, int flags)
    {
        ++current_->syncs;
        if (current_->hangs_) {
            current_->hanging_.release();
            current_->hangs_.wait(true);
        }
        return takes(current_->failing_syncs) ? SQLITE_IOERR_FSYNC : current_->real_methods_->xSync(file, flags);
    }

    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset)
    {
        if (takes(current_->failing_writes))
            return SQLITE_FULL;
        return current_->real_methods_->xWrite(file, bytes, size, offset);
    }

    static inline FailingDisk* current_ = nullptr;
    std::atomic<bool> hangs_ = false;
    std::counting_semaphore<> hanging_{0};
    sqlite3_vfs* real_ = nullptr;
    sqlite3_vfs vfs_{};
    const sqlite3_io_methods* real_methods_ = nullptr;
    sqlite3_io_methods methods_{};
};

}  // namespace wgw::store
