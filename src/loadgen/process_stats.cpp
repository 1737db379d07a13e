#include "loadgen/process_stats.hpp"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace wgw::loadgen {
namespace {

std::string read_file(const std::filesystem::path& path)
{
    const std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string folder_of(int pid) { return "/proc/" + std::to_string(pid); }

/// The number at the front, behind spaces; takes both.
std::optional<std::uint64_t> take_number(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{})
        return {};
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    return value;
}

}  // namespace

std::optional<std::uint64_t> parse_schedstat(std::string_view text) { return take_number(text); }

std::optional<std::uint64_t> parse_rss(std::string_view smaps_rollup)
{
    constexpr std::string_view name = "\nRss:";
    const auto at = smaps_rollup.find(name);
    if (at == std::string_view::npos)
        return {};
    smaps_rollup.remove_prefix(at + name.size());
    const auto kib = take_number(smaps_rollup);
    return kib ? std::optional(*kib * 1024) : std::nullopt;
}

MachineTicks parse_stat(std::string_view text)
{
    constexpr std::string_view name = "cpu ";
    MachineTicks ticks;
    if (!text.starts_with(name))
        return ticks;
    text.remove_prefix(name.size());
    // user nice system idle iowait irq softirq steal; what follows (guests) is in user already
    for (int column = 0; column < 8; ++column) {
        const auto value = take_number(text).value_or(0);
        ticks.all += value;
        if (column == 7)
            ticks.stolen = value;
    }
    return ticks;
}

CpuByThread cpu_by_thread(int pid)
{
    CpuByThread cpu;
    std::error_code error;
    for (const auto& task : std::filesystem::directory_iterator(folder_of(pid) + "/task", error)) {
        auto name = read_file(task.path() / "comm");
        while (name.ends_with('\n'))
            name.pop_back();
        if (const auto ns = parse_schedstat(read_file(task.path() / "schedstat")))
            cpu[name] += *ns;
    }
    return cpu;
}

CpuByThread operator-(const CpuByThread& later, const CpuByThread& earlier)
{
    CpuByThread used;
    for (const auto& [name, ns] : later) {
        const auto before = earlier.find(name);
        const auto from = before == earlier.end() ? 0 : before->second;
        used[name] = ns > from ? ns - from : 0;  // less: a thread of that name has ended
    }
    return used;
}

std::uint64_t total(const CpuByThread& cpu)
{
    std::uint64_t sum = 0;
    for (const auto& [name, ns] : cpu)
        sum += ns;
    return sum;
}

std::uint64_t resident_bytes(int pid) { return parse_rss(read_file(folder_of(pid) + "/smaps_rollup")).value_or(0); }

std::uint64_t own_cpu_ns()
{
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

MachineTicks machine_ticks() { return parse_stat(read_file("/proc/stat")); }

}  // namespace wgw::loadgen
