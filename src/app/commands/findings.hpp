#pragma once
/// What `doctor` thinks of a machine: facts in, judgements out. Pure; doctor.cpp looks at the machine.
///
/// Tests  findings_test.cpp

#include "app/commands/running_key.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::app {

enum class Grade { ok, warn, fail };

struct Finding {
    Grade grade = Grade::ok;
    std::string what;    ///< A word or two: `open files`.
    std::string found;   ///< What is so.
    std::string advice;  ///< What to do; empty where nothing is.
};

/// `limit`: file descriptors of a process, which are connections, less 256.
Finding judge_open_files(std::uint64_t limit);

/// Bytes of the file system with the data folder.
Finding judge_disk_space(std::uint64_t free, std::uint64_t total);

/// Half of the syncs of one page took longer.
Finding judge_sync_time(double median_ms);

/// `f_type` of statfs(2).
Finding judge_file_system(std::int64_t type);

/// `unix_s` by this machine's clock; `is_synchronised` as adjtimex(2) says, nothing where it cannot be asked.
Finding judge_clock(std::int64_t unix_s, std::optional<bool> is_synchronised);

/// A mode of a folder or file that is to be its owner's alone. `wanted`: 0700 or 0600.
Finding judge_mode(std::string_view what, const std::string& path, unsigned mode, unsigned wanted);

/// A file that the operator keeps a secret in: its owner's, and perhaps of a group. What container engines mount is
/// readable by all, and nobody else is there.
Finding judge_secret_file(std::string_view setting, const std::string& path, unsigned mode);

/// A number of the kernel; nothing where it cannot be read.
Finding judge_backlog(std::string_view name, std::optional<std::int64_t> value);

/// Of a server that runs: whether it signs with the key that these settings have.
Finding judge_running_key(RunningKey key);

Finding judge_password_min(std::int64_t characters);

// The servers of a cluster, at `where`; `version` as they say.

Finding judge_rabbitmq(const std::string& where, const std::string& version);

/// `replica_set`: its name; empty: the server is on its own.
Finding judge_mongodb(const std::string& where, const std::string& version, const std::string& replica_set);

/// `keeps`: it writes what it has to its disk, now and then or always.
Finding judge_redis(const std::string& where, const std::string& version, bool keeps);

/// `why`: a sentence.
Finding judge_away(std::string_view server, const std::string& why, std::string_view settings);

}  // namespace wgw::app
