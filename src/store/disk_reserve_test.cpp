#include "store/disk_reserve.hpp"

#include <gtest/gtest.h>

namespace wgw::store {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMiB = 1024 * 1024;

struct Row {
    DiskSpace space;
    bool has_room;
};

TEST(ADiskReserve, IsTheLesserOfFivePercentAnd64MiB)
{
    const Row rows[] = {
        {{.free = 64 * kMiB, .total = 100'000 * kMiB},     true },
        {{.free = 64 * kMiB - 1, .total = 100'000 * kMiB}, false},
        {{.free = 5 * kMiB, .total = 100 * kMiB},          true },
        {{.free = 5 * kMiB - 1, .total = 100 * kMiB},      false},
        {{.free = 0, .total = 100 * kMiB},                 false},
    };
    for (const auto& row : rows) {
        DiskReserve reserve([&row] { return row.space; });
        EXPECT_EQ(reserve.has_room({1'000}), row.has_room) << row.space.free << " of " << row.space.total;
    }
}

TEST(ADiskReserve, LooksAtMostOnceASecond)
{
    int looks = 0;
    DiskReserve reserve([&looks] {
        ++looks;
        return DiskSpace{1'000 * kMiB, 1'000 * kMiB};
    });
    for (const std::int64_t ms : {1'000, 1'001, 1'999})
        EXPECT_TRUE(reserve.has_room({ms}));
    EXPECT_EQ(looks, 1);
    EXPECT_TRUE(reserve.has_room({2'000}));
    EXPECT_EQ(looks, 2);
}

TEST(ADiskReserve, BelievesAWriteThatFailedForASecond)
{
    DiskReserve reserve([] { return DiskSpace{1'000 * kMiB, 1'000 * kMiB}; });
    EXPECT_TRUE(reserve.has_room({1'000}));
    reserve.was_full({1'500});
    EXPECT_FALSE(reserve.has_room({2'499}));
    EXPECT_TRUE(reserve.has_room({2'500}));
}

TEST(ADiskReserve, HasRoomWhereTheDiskCannotBeAsked)
{
    EXPECT_GT(disk_space("/nowhere/at/all").free, 64 * kMiB);
    EXPECT_GT(disk_space("/").total, 0U);
}

}  // namespace
}  // namespace wgw::store
