#include "store/disk_reserve.hpp"

#include <algorithm>
#include <limits>
#include <sys/statvfs.h>

namespace wgw::store {

namespace {

constexpr Duration kBetweenLooks = std::chrono::seconds(1);
constexpr std::uint64_t kReserveBytes = 64ULL * 1024 * 1024;
constexpr std::uint64_t kReserveFraction = 20;  // one in 20: 5 %

}  // namespace

DiskSpace disk_space(const std::string& path)
{
    struct statvfs info = {};
    if (::statvfs(path.c_str(), &info) != 0)
        return {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};
    return {std::uint64_t{info.f_bavail} * info.f_frsize, std::uint64_t{info.f_blocks} * info.f_frsize};
}

bool DiskReserve::has_room(Instant now)
{
    if (now < next_look_)
        return has_room_;
    next_look_ = now + kBetweenLooks;
    const auto space = space_();
    has_room_ = space.free >= std::min(space.total / kReserveFraction, kReserveBytes);
    return has_room_;
}

void DiskReserve::was_full(Instant now)
{
    has_room_ = false;
    next_look_ = now + kBetweenLooks;
}

}  // namespace wgw::store
