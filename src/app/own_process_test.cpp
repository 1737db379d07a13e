#include "app/own_process.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <unistd.h>

namespace wgw::app {
namespace {

TEST(TheProcess, KnowsItsCpuTime)
{
    const double before = own_cpu_s();
    while (own_cpu_s() < before + 0.002)
        ;
    EXPECT_GT(before, 0);
}

TEST(TheProcess, KnowsItsMemory)
{
    constexpr std::size_t kMore = std::size_t{64} << 20;
    const auto before = own_resident_bytes();
    const auto more = std::make_unique_for_overwrite<char[]>(kMore);
    for (std::size_t at = 0; at < kMore; at += 1'024)
        static_cast<volatile char&>(more[at]) = 1;
    EXPECT_GE(own_resident_bytes(), before + kMore * 9 / 10);
}

TEST(TheProcess, KnowsItsFiles)
{
    const auto before = own_open_files();
    const int one = ::dup(STDERR_FILENO);
    const int two = ::dup(STDERR_FILENO);
    EXPECT_EQ(own_open_files(), before + 2);
    ::close(one);
    ::close(two);
    EXPECT_EQ(own_open_files(), before);
    EXPECT_GT(own_most_files(), before);
}

}  // namespace
}  // namespace wgw::app
