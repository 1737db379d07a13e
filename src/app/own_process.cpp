#include "app/own_process.hpp"

#include <cstdio>
#include <ctime>
#include <dirent.h>
#include <memory>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wgw::app {

double own_cpu_s()
{
    timespec used{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return 0;
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::uint64_t own_resident_bytes()
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
    unsigned long pages = 0;
    if (!file || std::fscanf(file.get(), "%*u %lu", &pages) != 1)  // NOLINT(cert-err34-c): the kernel's own number
        return 0;
    return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t own_open_files()
{
    struct stat folder{};
    if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
        return static_cast<std::uint64_t>(folder.st_size);  // since Linux 6.2: one call instead of one for each file
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir("/proc/self/fd"), ::closedir);
    std::uint64_t files = 0;
    while (opened && ::readdir(opened.get()) != nullptr)  // NOLINT(concurrency-mt-unsafe): of a folder of our own
        ++files;
    return files > 3 ? files - 3 : 0;  // `.`, `..` and the folder itself
}

std::uint64_t own_most_files()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace wgw::app
