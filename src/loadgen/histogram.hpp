#pragma once
/// How often which value: latencies in nanoseconds, from 1 ns to centuries, with an error below 2 %.
///
/// Values under 128 have a bucket each; above, each power of two has 64 buckets of the same width.
/// Tests  histogram_test.cpp

#include <cstdint>
#include <vector>

namespace wgw::loadgen {

class Histogram {
public:
    void add(std::uint64_t value);

    std::uint64_t count() const { return count_; }

    /// The value that a share of `q` (0 to 1) of all values does not exceed; 0 if there are none.
    std::uint64_t quantile(double q) const;

    /// The greatest value, exact.
    std::uint64_t max() const { return max_; }

    /// Exact; 0 if there are none.
    double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }

private:
    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(kBuckets);
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    std::uint64_t sum_ = 0;

    static constexpr std::size_t kBuckets = 128 + 57 * 64;
};

}  // namespace wgw::loadgen
