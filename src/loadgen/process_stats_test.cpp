#include "loadgen/process_stats.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace wgw::loadgen {
namespace {

TEST(ProcessStats, ReadTheTimeOnTheProcessorFromSchedstat)
{
    EXPECT_EQ(parse_schedstat("123456789012 42 7\n"), 123'456'789'012U);
    EXPECT_EQ(parse_schedstat(""), std::nullopt);
}

TEST(ProcessStats, ReadResidentMemoryInBytes)
{
    constexpr std::string_view text = "55d0-7ffe ---p 00000000 00:00 0                          [rollup]\n"
                                      "Rss:                2048 kB\nPss:                 100 kB\n";
    EXPECT_EQ(parse_rss(text), 2'097'152U);
    EXPECT_EQ(parse_rss("Pss: 1 kB\n"), std::nullopt);
}

TEST(ProcessStats, CountGuestsOnceAndFindStolenTime)
{
    const auto ticks = parse_stat("cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
    EXPECT_EQ(ticks.all, 360U);
    EXPECT_EQ(ticks.stolen, 80U);
}

TEST(ProcessStats, OfThisProcessAreThere)
{
    EXPECT_GT(resident_bytes(::getpid()), 0U);
    // The kernel adds up what a thread runs at its ticks: of one that has just begun there may be nothing yet.
    while (total(cpu_by_thread(::getpid())) == 0)
        ASSERT_LT(own_cpu_ns(), std::uint64_t{1'000'000'000});
    EXPECT_GT(own_cpu_ns(), 0U);
    EXPECT_GT(machine_ticks().all, 0U);
}

TEST(ProcessStats, OfNoProcessAreEmpty)
{
    EXPECT_EQ(cpu_by_thread(-1), CpuByThread{});
    EXPECT_EQ(resident_bytes(-1), 0U);
}

TEST(ProcessStats, AreSubtractedByThread)
{
    const CpuByThread earlier{
        {"loop", 100},
        {"gone", 50 }
    };
    const CpuByThread later{
        {"loop", 130},
        {"new",  7  }
    };
    EXPECT_EQ(
        later - earlier, (CpuByThread{
                             {"loop", 30},
                             {"new",  7 }
    })
    );
    EXPECT_EQ(total(later), 137U);
}

}  // namespace
}  // namespace wgw::loadgen
