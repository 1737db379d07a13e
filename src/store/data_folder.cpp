#include "store/data_folder.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace wgw::store {

namespace {

constexpr const char* kLockName = "wegowhere.lock";
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

[[noreturn]] void fail(const std::string& what, const std::string& advice)
{
    throw DataFolderError(what + ": " + std::strerror(errno) + ". " + advice);
}

/// What to do about an errno that was met at the path of a folder.
std::string advice()
{
    if (errno == ENOTDIR || errno == EEXIST)
        return "A part of the path is a file: set WGW_DATA, or --data, to the path of a folder.";
    if (errno == ENOSPC || errno == EROFS || errno == EIO)
        return "Look at the disk, or set WGW_DATA to a folder on another one.";
    if (errno == ENOENT)
        return "It is on a file system that takes no folders: set WGW_DATA, or --data, to one elsewhere.";
    return "Give it to user " + std::to_string(::geteuid()) +
           " (chown), or set WGW_DATA to a folder that this user may write.";
}

void sync_folder(const std::filesystem::path& path)
{
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;  // a parent that we may not read: its owner made it long ago
    ::fsync(folder);
    ::close(folder);
}

/// Makes `path` and what is missing above it. `made`: how many that were, also if it throws.
void make(const std::filesystem::path& path, int& made)
{
    if (path.empty() || std::filesystem::exists(path))
        return;
    const auto above = std::filesystem::absolute(path).lexically_normal().parent_path();
    make(above, made);
    if (::mkdir(path.c_str(), kFolderMode) != 0) {
        if (errno != EEXIST || !std::filesystem::is_directory(path))
            fail("The data folder " + path.string() + " cannot be made", advice());
    } else {
        ++made;
    }
    sync_folder(above);
}

/// Takes back what make() has made, with all that has come into the folder itself: it is for its owner alone, and
/// locked.
void remove_again(const std::string& path, int made)
{
    std::error_code ignored;  // whoever failed has said why, and that counts
    if (made > 0)
        std::filesystem::remove_all(path, ignored);
    auto above = std::filesystem::absolute(path).lexically_normal();
    for (int level = 1; level < made; ++level) {
        above = above.parent_path();
        ::rmdir(above.c_str());
    }
}

std::string holder(int lock)
{
    char text[32] = {};
    const auto size = ::pread(lock, text, sizeof text - 1, 0);
    std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(pid.find_last_not_of(" \n") + 1);
    return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

DataFolder::DataFolder(std::string path) : path_(std::move(path))
{
    while (path_.size() > 1 && path_.ends_with('/'))
        path_.pop_back();
    try {
        make(path_, made_);
        if (!std::filesystem::is_directory(path_))
            throw DataFolderError("The data folder " + path_ + " is a file. Set WGW_DATA, or --data, to a folder.");
        // What is in use for something else keeps its mode: WGW_DATA may be set to /var/lib by mistake.
        if (std::filesystem::is_empty(path_))
            ::chmod(path_.c_str(), kFolderMode);
    } catch (const std::filesystem::filesystem_error& error) {
        errno = error.code().value();
        fail("The data folder " + path_ + " cannot be read", advice());
    } catch (...) {
        remove_again(path_, made_);
        throw;
    }
    folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0)
        fail("The data folder " + path_ + " cannot be opened", advice());
    lock_ = ::openat(folder_, kLockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode);
    if (lock_ < 0) {
        const int error = errno;
        ::close(folder_);
        errno = error;
        fail("The data folder " + path_ + " cannot be written", advice());
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const std::string sentence =
            "The data folder " + path_ + " is in use by " + holder(lock_) +
            ". Stop that one, or set WGW_DATA to another folder: two would spoil each other's data.";
        ::close(lock_);
        ::close(folder_);
        throw DataFolderError(sentence);
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    // For people only: the lock holds without it, so a disk that is full here stops nobody from reading.
    [[maybe_unused]] const bool written =
        ::ftruncate(lock_, 0) == 0 && ::pwrite(lock_, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
    sync();
}

DataFolder::~DataFolder()
{
    remove_again(path_, made_);
    ::close(lock_);  // the file stays: who removed it could remove another's
    ::close(folder_);
}

std::string DataFolder::file(std::string_view name) const
{
    const std::string in_folder(name);
    // A file that is there is not opened: closing it again would take the locks that SQLite holds on it in this
    // process.
    const int made =
        ::openat(folder_, in_folder.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode);
    if (made >= 0)
        ::close(made);
    else if (errno != EEXIST)
        fail("The file " + in_folder + " cannot be made in " + path_, advice());
    else if (::faccessat(folder_, in_folder.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
        fail("The file " + in_folder + " in " + path_ + " cannot be read and written", advice());
    if (::fchmodat(folder_, in_folder.c_str(), kFileMode, 0) != 0 && errno != EPERM)  // not ours: as its owner wants it
        fail("The mode of the file " + in_folder + " in " + path_ + " cannot be set", advice());
    sync();
    return path_ + "/" + in_folder;
}

void DataFolder::sync() const
{
    if (::fsync(folder_) != 0)
        fail("The data folder " + path_ + " cannot be synced", "Check its disk.");
}

}  // namespace wgw::store
