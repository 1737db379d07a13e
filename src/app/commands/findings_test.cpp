#include "app/commands/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <linux/magic.h>

namespace wgw::app {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

struct Row {
    Finding finding;
    Grade grade;
};

TEST(AFinding, IsAsBadAsWhatWasFound)
{
    using enum Grade;
    const Row rows[] = {
        {judge_open_files(65'536), ok},
        {judge_open_files(65'535), warn},
        {judge_open_files(1'024), warn},
        {judge_open_files(1'023), fail},
        {judge_disk_space(1'024 * kMiB, 100'000 * kMiB), ok},
        {judge_disk_space(1'023 * kMiB, 100'000 * kMiB), warn},
        {judge_disk_space(63 * kMiB, 100'000 * kMiB), fail},
        {judge_disk_space(40 * kMiB, 1'000 * kMiB), fail},
        {judge_disk_space(60 * kMiB, 1'000 * kMiB), warn},
        {judge_sync_time(20), ok},
        {judge_sync_time(21), warn},
        {judge_sync_time(201), fail},
        {judge_file_system(EXT4_SUPER_MAGIC), ok},
        {judge_rabbitmq("here", "3.10.8"), ok},
        {judge_rabbitmq("here", "2.8.1"), warn},
        {judge_mongodb("here", "7.0.42", "rs0"), ok},
        {judge_mongodb("here", "4.4.29", "rs0"), warn},
        {judge_redis("here", "7.0.15", false), ok},
        {judge_redis("here", "7.0.15", true), warn},
        {judge_away("Redis", "Nobody listens.", "REDIS_…"), fail},
        {judge_file_system(TMPFS_MAGIC), warn},
        {judge_file_system(OVERLAYFS_SUPER_MAGIC), warn},
        {judge_file_system(NFS_SUPER_MAGIC), fail},
        {judge_clock(1'800'000'000, true), ok},
        {judge_clock(1'800'000'000, std::nullopt), ok},
        {judge_clock(1'800'000'000, false), warn},
        {judge_clock(0, true), fail},
        {judge_mode("folder", "/data", 0700, 0700), ok},
        {judge_mode("folder", "/data", 0500, 0700), ok},
        {judge_mode("folder", "/data", 0750, 0700), fail},
        {judge_mode("file", "/data/x", 0604, 0600), fail},
        {judge_secret_file("JWT_SECRET", "/etc/key", 0600), ok},
        {judge_secret_file("JWT_SECRET", "/etc/key", 0440), ok},
        {judge_secret_file("JWT_SECRET", "/etc/key", 0444), fail},
        {judge_secret_file("JWT_SECRET", "/etc/key", 0660), fail},
        {judge_secret_file("JWT_SECRET", "/run/secrets/jwt_secret", 0444), ok},
        {judge_secret_file("JWT_SECRET", "/run/secrets/jwt_secret", 0666), fail},
        {judge_backlog("net.core.somaxconn", 4'096), ok},
        {judge_backlog("net.core.somaxconn", 128), warn},
        {judge_backlog("net.core.somaxconn", std::nullopt), ok},
        {judge_running_key(RunningKey::same), ok},
        {judge_running_key(RunningKey::unknown), ok},
        {judge_running_key(RunningKey::before_rotation), warn},
        {judge_running_key(RunningKey::other), warn},
        {judge_password_min(8), ok},
        {judge_password_min(6), warn},
    };
    for (const auto& [finding, grade] : rows) {
        EXPECT_EQ(finding.grade, grade) << finding.what << ": " << finding.found;
        EXPECT_EQ(finding.advice.empty(), grade == ok) << finding.what << " has to say what to do, or nothing";
    }
}

TEST(AFinding, NamesTheCommandThatMends)
{
    EXPECT_THAT(judge_mode("folder", "/data", 0755, 0700).advice, testing::EndsWith("chmod 0700 /data"));
    EXPECT_THAT(
        judge_backlog("net.core.somaxconn", 128).advice, testing::EndsWith("sysctl -w net.core.somaxconn=4096")
    );
}

}  // namespace
}  // namespace wgw::app
