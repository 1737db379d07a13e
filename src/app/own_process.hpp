#pragma once
/// What the kernel says of this process. Cheap enough to be asked on the loop.
///
/// Everything is 0 where the kernel does not say.
/// Source  proc(5): /proc/self/statm, /proc/self/fd
/// Tests   own_process_test.cpp

#include <cstdint>

namespace wgw::app {

/// Of all threads, user and system, in seconds.
double own_cpu_s();

std::uint64_t own_resident_bytes();

std::uint64_t own_open_files();
std::uint64_t own_most_files();

}  // namespace wgw::app
