#include "app/commands/findings.hpp"

#include "app/commands/progress.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <linux/magic.h>

namespace wgw::app {
namespace {

constexpr std::uint64_t kManyFiles = 65'536;
constexpr std::uint64_t kFewFiles = 1'024;
constexpr std::uint64_t kReservedFiles = 256;         // as net/http_server.cpp
constexpr std::uint64_t kReserveBytes = 64ULL << 20;  // as store/disk_reserve.hpp
constexpr std::uint64_t kLittleSpace = 1ULL << 30;
constexpr double kSlowSync_ms = 20;
constexpr double kBadSync_ms = 200;
constexpr std::int64_t kBacklog = 4'096;  // as net/listen.cpp asks for
constexpr std::int64_t kYear2026 = 1'767'225'600;
constexpr std::int64_t kYear2100 = 4'102'444'800;

constexpr std::int64_t kCifs = 0xff534d42;
constexpr std::int64_t kFuse = 0x65735546;

constexpr int kOldestRabbit = 3;
constexpr int kOldestMongo = 5;

/// Of `3.10.8`; of what is no version 0.
int first_number(std::string_view version)
{
    int number = 0;
    std::from_chars(version.data(), version.data() + version.size(), number);
    return number;
}

std::string octal(unsigned mode)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

}  // namespace

Finding judge_open_files(std::uint64_t limit)
{
    const std::string what = "open files";
    const std::uint64_t room = limit > 2 * kReservedFiles ? limit - kReservedFiles : limit / 2;
    const std::string found = std::to_string(limit) + ": room for " + std::to_string(room) + " connections";
    const std::string advice = "Raise it where the server is started: LimitNOFILE=65536 (systemd), or ulimit -n 65536.";
    if (limit >= kManyFiles)
        return {Grade::ok, what, found, ""};
    return {limit < kFewFiles ? Grade::fail : Grade::warn, what, found, advice};
}

Finding judge_disk_space(std::uint64_t free, std::uint64_t total)
{
    const std::string what = "disk space";
    const std::string found =
        in_megabytes(static_cast<std::int64_t>(free)) + " free of " + in_megabytes(static_cast<std::int64_t>(total));
    if (free < std::min(total / 20, kReserveBytes))
        return {Grade::fail, what, found, "Nothing is stored until there is more. Make room, or use a larger disk."};
    if (free < kLittleSpace)
        return {Grade::warn, what, found, "Make room: at 64 MB nothing is stored any more."};
    return {Grade::ok, what, found, ""};
}

Finding judge_sync_time(double median_ms)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms for one write that is on disk", median_ms);
    if (median_ms > kBadSync_ms)
        return {Grade::fail, "disk speed", text.data(), "Every message waits for this. Use a faster disk."};
    if (median_ms > kSlowSync_ms)
        return {Grade::warn, "disk speed", text.data(), "Every message waits for this: a local SSD takes 1 to 5 ms."};
    return {Grade::ok, "disk speed", text.data(), ""};
}

Finding judge_file_system(std::int64_t type)
{
    const std::string what = "file system";
    const std::string local = "Put WGW_DATA on a local disk.";
    switch (type) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case kCifs:
    case V9FS_MAGIC:
        return {Grade::fail, what, "shared over a network, which cannot hold the database safely", local};
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
        return {Grade::warn, what, "in memory: everything is gone when the machine restarts", local};
    case OVERLAYFS_SUPER_MAGIC:
        return {Grade::warn, what, "of a container: everything is gone with it", "Mount a volume at WGW_DATA."};
    case kFuse:
        return {Grade::warn, what, "in user space: whether a sync is one is not known", local};
    default:
        return {Grade::ok, what, "local", ""};
    }
}

Finding judge_clock(std::int64_t unix_s, std::optional<bool> is_synchronised)
{
    if (unix_s < kYear2026 || unix_s > kYear2100)
        return {Grade::fail, "clock", "wrong by years", "Set it: tokens and times of messages come from it."};
    if (!is_synchronised)
        return {Grade::ok, "clock", "the year is right; whether it is kept right cannot be asked here", ""};
    if (!*is_synchronised)
        return {
            Grade::warn, "clock", "not kept right by anybody",
            "Install a time service (systemd-timesyncd, chrony). In a container, that is its host's."
        };
    return {Grade::ok, "clock", "kept right", ""};
}

Finding judge_mode(std::string_view what, const std::string& path, unsigned mode, unsigned wanted)
{
    const std::string found = path + " has mode " + octal(mode);
    if ((mode & ~wanted) == 0)
        return {Grade::ok, std::string(what), found, ""};
    const std::string advice = "Others can look into it: chmod " + octal(wanted) + " " + path;
    return {Grade::fail, std::string(what), found, advice};
}

Finding judge_secret_file(std::string_view setting, const std::string& path, unsigned mode)
{
    const std::string what(setting);
    const std::string found = path + " has mode " + octal(mode);
    const bool is_mounted = path.starts_with("/run/secrets/") || path.starts_with("/var/run/secrets/");
    if ((mode & 0022U) != 0)
        return {Grade::fail, what, found, "Others can put another secret there: chmod 0600 " + path};
    if ((mode & 0007U) != 0 && !is_mounted)
        return {Grade::fail, what, found, "Everybody on this machine can read it: chmod 0600 " + path};
    return {Grade::ok, what, found, ""};
}

Finding judge_backlog(std::string_view name, std::optional<std::int64_t> value)
{
    if (!value)
        return {Grade::ok, std::string(name), "cannot be read here", ""};
    const std::string found = std::to_string(*value);
    if (*value >= kBacklog)
        return {Grade::ok, std::string(name), found, ""};
    return {
        Grade::warn, std::string(name), found,
        "Many clients that come back at once are turned away: sysctl -w " + std::string(name) + "=4096"
    };
}

Finding judge_running_key(RunningKey key)
{
    const std::string what = "key in use";
    switch (key) {
    case RunningKey::same:
        return {Grade::ok, what, "the server signs with the key of these settings", ""};
    case RunningKey::before_rotation:
        return {
            Grade::warn, what, "the server still signs with the key from before the last rotation",
            "Restart the server. Do not rotate again before: all tokens would be void."
        };
    case RunningKey::other:
        return {
            Grade::warn, what, "the server signs with another key than these settings have",
            "Restart it if the key was changed; else give this command the settings of the server."
        };
    case RunningKey::unknown:
        return {Grade::ok, what, "the server has one that is not in these settings", ""};
    }
    return {};
}

Finding judge_password_min(std::int64_t characters)
{
    const std::string found = "at least " + std::to_string(characters) + " characters";
    if (characters >= 8)
        return {Grade::ok, "passwords", found, ""};
    return {Grade::warn, "passwords", found, "8 are recommended for new ones: WGW_LIMIT_PASSWORD_MIN=8"};
}

Finding judge_rabbitmq(const std::string& where, const std::string& version)
{
    const std::string found = version + " at " + where;
    if (first_number(version) < kOldestRabbit)
        return {Grade::warn, "RabbitMQ", found, "It is older than what this version is tested with: 3.10 to 3.13."};
    return {Grade::ok, "RabbitMQ", found, ""};
}

Finding judge_mongodb(const std::string& where, const std::string& version, const std::string& replica_set)
{
    const std::string found = version + " at " + where + ", " +
                              (replica_set.empty() ? "on its own: what its disk loses is lost"
                                                   : "replica set " + replica_set + ": writes wait for a majority");
    if (first_number(version) < kOldestMongo)
        return {Grade::warn, "MongoDB", found, "It is older than what this version is tested with: 6.0 or 7.0."};
    return {Grade::ok, "MongoDB", found, ""};
}

Finding judge_redis(const std::string& where, const std::string& version, bool keeps)
{
    const std::string found = version + " at " + where;
    if (keeps)
        return {
            Grade::warn, "Redis", found + ", writes to its disk",
            "Nothing in it has to be kept, and writing makes it slow: save \"\" and appendonly no."
        };
    return {Grade::ok, "Redis", found, ""};
}

Finding judge_away(std::string_view server, const std::string& why, std::string_view settings)
{
    return {
        Grade::fail, std::string(server), "does not answer: " + why,
        "Look whether it runs, at the network to it, and at " + std::string(settings) + "."
    };
}

}  // namespace wgw::app
