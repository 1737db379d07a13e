#pragma once
/// An open loop: who sends when, whatever the server does meanwhile. All senders together send at even distances, in
/// turn, so that each has its own rate and no two are due at once.
///
/// Tests  schedule_test.cpp

#include <cstdint>

namespace wgw::loadgen {

class Schedule {
public:
    struct Send {
        std::uint32_t sender = 0;  ///< 0 to senders - 1.
        std::uint64_t at_ns = 0;

        friend bool operator==(const Send&, const Send&) = default;
    };

    /// `rate` is messages per second of each sender.
    Schedule(std::uint64_t start_ns, std::uint32_t senders, double rate)
        : start_ns_(start_ns), senders_(senders), distance_ns_(1e9 / (rate * senders))
    {
    }

    Send next() const
    {
        // From the number, not from the one before: rounding does not add up.
        const auto offset = static_cast<double>(number_) * distance_ns_;
        return {static_cast<std::uint32_t>(number_ % senders_), start_ns_ + static_cast<std::uint64_t>(offset)};
    }

    void advance() { ++number_; }

private:
    std::uint64_t start_ns_;
    std::uint32_t senders_;
    double distance_ns_;
    std::uint64_t number_ = 0;
};

}  // namespace wgw::loadgen
