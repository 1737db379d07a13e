#pragma once
/// How long to wait before the next attempt: soon, then twice as long each time up to a bound, and never all at once.
///
/// Tests  backoff_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wgw::bus {

class Backoff {
public:
    static constexpr Duration kFirst{50};
    static constexpr Duration kLongest{3'000};  ///< What is back is found again in at most so much.

    /// `random` outlives it.
    explicit Backoff(Random& random) : random_(random) {}

    /// Between half of the span and all of it.
    Duration next()
    {
        const Duration span = span_;
        span_ = std::min(span_ * 2, kLongest);
        std::array<std::byte, sizeof(std::uint32_t)> bytes;
        random_.fill(bytes);
        std::uint32_t number = 0;
        std::memcpy(&number, bytes.data(), sizeof number);
        const auto half = span.count() / 2;
        return Duration(half + static_cast<std::int64_t>(number) % (span.count() - half + 1));
    }

    /// It went well.
    void reset() { span_ = kFirst; }

private:
    Random& random_;
    Duration span_ = kFirst;
};

}  // namespace wgw::bus
