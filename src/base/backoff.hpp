#pragma once
/// How long to wait before something that failed is tried again: longer each time, and never all at the same moment.
/// Tests  backoff_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace wgw {

class Backoff {
public:
    /// `random` outlives it.
    Backoff(Random& random, Duration first, Duration longest) : random_(random), first_(first), longest_(longest) {}

    /// Between half and all of a span that doubles with each call, from `first` up to `longest`.
    Duration next()
    {
        span_ = span_ == Duration(0) ? first_ : std::min(span_ * 2, longest_);
        std::uint32_t number = 0;
        random_.fill(std::as_writable_bytes(std::span(&number, 1)));
        const std::int64_t half = span_.count() / 2;
        return Duration(span_.count() - half + static_cast<std::int64_t>(number) % (half + 1));
    }

    /// It has worked: the next failure is the first again.
    void reset() { span_ = Duration(0); }

private:
    Random& random_;
    Duration first_;
    Duration longest_;
    Duration span_{0};
};

}  // namespace wgw
