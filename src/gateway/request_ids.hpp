#pragma once
/// Names for requests and events, by which they are found in the logs of all processes: `k7m2q9-17`, the seventeenth of
/// one process since it was started.
///
/// Loop only.
/// Tests  rest_test.cpp

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wgw::gateway {

class RequestIds {
public:
    /// `tag`: of this process; two that run at one time have two.
    explicit RequestIds(std::string tag) : tag_(std::move(tag) + '-') {}

    static RequestIds with_tag_of(Random& random)
    {
        constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32, none like another
        std::array<std::byte, 6> bytes{};
        random.fill(bytes);
        std::string tag;
        for (const auto byte : bytes)
            tag += kLetters[static_cast<std::size_t>(byte) % kLetters.size()];
        return RequestIds(std::move(tag));
    }

    std::string next() { return tag_ + std::to_string(++last_); }

private:
    std::string tag_;
    std::uint64_t last_ = 0;
};

}  // namespace wgw::gateway
