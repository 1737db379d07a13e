#include "base/random.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>
#include <utility>

namespace wgw {

void SystemRandom::fill(std::span<std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw std::system_error(errno, std::generic_category(), "getrandom");
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

void StockedRandom::fill(std::span<std::byte> bytes)
{
    for (auto& byte : bytes) {
        if (used_ == stock_.size()) {
            source_.fill(stock_);
            used_ = 0;
        }
        byte = std::exchange(stock_[used_++], std::byte{});  // it is nobody else's
    }
}

}  // namespace wgw
