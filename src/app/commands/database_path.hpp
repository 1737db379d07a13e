#pragma once
/// The database of a data folder, for commands that open it themselves: whether it is there, and may be read.
///
/// Tests  tests/e2e/operator.test.mjs

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace wgw::app {

inline std::string database_path(const std::string& data) { return data + "/wegowhere.db"; }

/// Throws a sentence where that cannot be told, or it may not be read.
inline bool has_database(const std::string& data)
{
    const auto path = database_path(data);
    if (::access(path.c_str(), R_OK) == 0)
        return true;
    if (errno == ENOENT || errno == ENOTDIR)
        return false;
    throw std::runtime_error(
        "The database " + path + " cannot be read: " + std::strerror(errno) +
        ". Run this as the user of the server, or as root."
    );
}

/// The same, where it has to be there.
inline std::string need_database(const std::string& data)
{
    if (!has_database(data))
        throw std::runtime_error(
            "There is no database in " + data + ". Name the right folder with --data or WGW_DATA."
        );
    return database_path(data);
}

}  // namespace wgw::app
