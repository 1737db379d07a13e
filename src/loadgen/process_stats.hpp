#pragma once
/// What the kernel says of a process: CPU by thread, memory; and how much time the machine lost to its neighbours.
///
/// Everything is empty, or 0, of a process that is gone or not ours to look at.
/// Source  proc(5): /proc/<pid>/task/<tid>/{comm,schedstat}, /proc/<pid>/smaps_rollup, /proc/stat
/// Tests   process_stats_test.cpp

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::loadgen {

/// CPU time in nanoseconds, user and system, by the name of the thread; threads of one name are added up.
using CpuByThread = std::map<std::string, std::uint64_t>;

CpuByThread cpu_by_thread(int pid);

/// What was used between the two.
CpuByThread operator-(const CpuByThread& later, const CpuByThread& earlier);

std::uint64_t total(const CpuByThread& cpu);

/// Resident memory in bytes.
std::uint64_t resident_bytes(int pid);

/// CPU time of this process in nanoseconds.
std::uint64_t own_cpu_ns();

/// Of all processors, in ticks since the start of the machine.
struct MachineTicks {
    std::uint64_t all = 0;
    std::uint64_t stolen = 0;
};

MachineTicks machine_ticks();

// What the files say, as functions of their text.
std::optional<std::uint64_t> parse_schedstat(std::string_view text);
std::optional<std::uint64_t> parse_rss(std::string_view smaps_rollup);
MachineTicks parse_stat(std::string_view text);

}  // namespace wgw::loadgen
