#pragma once
/// The folder with everything that an embedded server keeps (`WGW_DATA`): ours alone, and one process at a time.
///
/// Modes   files 0600, the folder 0700 if it is made here or empty; one with other things in it keeps its mode
/// Refused what was made here, the folder and all that has come into it, is removed again unless keep() was called: a
///         start that fails leaves nothing behind
/// Lock    `wegowhere.lock`, an advisory lock of the kernel, gone with its process however that ends; in it, the pid
/// Errors  DataFolderError: a sentence that says what to do
/// Tests   data_folder_test.cpp

#include <stdexcept>
#include <string>
#include <string_view>

namespace wgw::store {

struct DataFolderError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A resource: holds the lock until it is destroyed. Outlives every file of the folder that is open.
class DataFolder {
public:
    /// Makes the folder if it is not there, and takes the lock.
    explicit DataFolder(std::string path);
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;
    ~DataFolder();

    const std::string& path() const { return path_; }

    /// What it is for has begun: if it was made here, it stays.
    void keep() { made_ = 0; }

    /// The path of a file of this folder, which is made, empty, if it is not there: mode 0600, and its entry in the
    /// folder is synced, so that no power cut takes the name of a file whose content was synced. SQLite gives the files
    /// that it keeps beside it the same mode.
    std::string file(std::string_view name) const;

private:
    void sync() const;

    std::string path_;
    int made_ = 0;  ///< How many folders were made here, this one and those above; 0: none, or they stay.
    int folder_ = -1;
    int lock_ = -1;
};

}  // namespace wgw::store
