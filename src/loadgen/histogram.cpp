#include "loadgen/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wgw::loadgen {
namespace {

constexpr std::uint64_t kExact = 128;
constexpr std::uint64_t kPerPower = 64;

std::size_t bucket_of(std::uint64_t value)
{
    if (value < kExact)
        return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 7;  // leaves 64 to 127
    return kExact + (shift - 1) * kPerPower + (value >> shift) - kPerPower;
}

/// The middle of a bucket.
std::uint64_t value_of(std::size_t bucket)
{
    if (bucket < kExact)
        return bucket;
    const auto shift = (bucket - kExact) / kPerPower + 1;
    const auto low = (kPerPower + (bucket - kExact) % kPerPower) << shift;
    return low + (std::uint64_t{1} << (shift - 1));
}

}  // namespace

void Histogram::add(std::uint64_t value)
{
    ++buckets_[bucket_of(value)];
    ++count_;
    sum_ += value;
    max_ = std::max(max_, value);
}

std::uint64_t Histogram::quantile(double q) const
{
    if (count_ == 0)
        return 0;
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank)
            return std::min(value_of(bucket), max_);
    }
    return max_;
}

}  // namespace wgw::loadgen
