#pragma once
/// How many log lines of one kind may be written: so many in each second, the rest is counted.
///
/// Kinds  told apart by a hash of their sentence, in a fixed number of places: two that meet share one, and nothing grows
/// One thread, or a lock around it.
/// Tests  log_pace_test.cpp

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::log {

class Pace {
public:
    explicit Pace(std::uint32_t per_second) : per_second_(per_second) {}

    /// Whether a line of that kind may be written now.
    bool admits(std::string_view sentence, Instant now)
    {
        Kind& kind = kinds_[std::hash<std::string_view>()(sentence) % kinds_.size()];
        const std::int64_t second = now.ms / 1'000;
        if (kind.second != second && kind.suppressed == 0)
            kind = {.second = second};
        if (kind.second == second && kind.written < per_second_) {
            ++kind.written;
            return true;
        }
        if (kind.suppressed++ == 0) {
            kind.sentence = sentence;
            owing_ = true;
        }
        ++suppressed_;
        return false;
    }

    struct Missing {
        std::string sentence;
        std::uint64_t lines = 0;
    };

    /// What was counted in seconds that are over: to be told, once.
    std::vector<Missing> take_missing(Instant now)
    {
        std::vector<Missing> missing;
        if (!owing_)
            return missing;
        owing_ = false;
        for (auto& kind : kinds_) {
            if (kind.suppressed == 0)
                continue;
            if (kind.second == now.ms / 1'000) {
                owing_ = true;
                continue;
            }
            missing.push_back({std::move(kind.sentence), kind.suppressed});
            kind = {};
        }
        return missing;
    }

    std::uint64_t suppressed() const { return suppressed_; }

private:
    struct Kind {
        std::int64_t second = -1;
        std::uint32_t written = 0;
        std::uint64_t suppressed = 0;
        std::string sentence = {};  ///< Of the first that was suppressed.
    };

    std::uint32_t per_second_;
    std::array<Kind, 128> kinds_;
    bool owing_ = false;
    std::uint64_t suppressed_ = 0;
};

}  // namespace wgw::log
