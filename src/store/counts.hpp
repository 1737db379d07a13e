#pragma once
/// What the writing thread counts of itself. Any thread may read.

#include "base/counter.hpp"

namespace wgw::store {

struct WriterCounts {
    Histogram commit_us{kLatencyBounds};  ///< Of those that succeeded: COMMIT alone, with its sync.
    Histogram batch{kSizeBounds};         ///< Jobs that shared one.
    Counter failed;                       ///< Batches that ended with an error of the store.
    Counter checkpoints;
    Gauge wal_pages;  ///< Of 4 KiB, in the log that no checkpoint has moved yet.
};

}  // namespace wgw::store
