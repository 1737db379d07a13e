#pragma once
/// Writing stops before the disk is full: the last 5 % or 64 MiB, whichever is less, are left to what has to end well
/// (checkpoints, other programs, whoever clears up). One thread.
/// Tests  disk_reserve_test.cpp

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace wgw::store {

struct DiskSpace {
    std::uint64_t free = 0;  ///< Bytes that we may use.
    std::uint64_t total = 0;
};

/// Of the file system that holds `path`. Where it cannot be asked, there is room.
DiskSpace disk_space(const std::string& path);

class DiskReserve {
public:
    explicit DiskReserve(std::function<DiskSpace()> space) : space_(std::move(space)) {}

    /// Asks the disk at most once a second.
    bool has_room(Instant now);

    /// A write has failed for want of room, whatever the disk says: no more of them for a second.
    void was_full(Instant now);

private:
    std::function<DiskSpace()> space_;
    Instant next_look_{};
    bool has_room_ = true;
};

}  // namespace wgw::store
