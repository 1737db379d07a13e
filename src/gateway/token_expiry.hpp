#pragma once
/// When the tokens of connected sockets expire: one timer for all of them.
///
/// Tokens have a date of the wall clock, which may be set meanwhile: the timer looks again at least once a minute.
/// Loop only.
/// Tests  token_expiry_test.cpp

#include "base/time.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <utility>

namespace wgw::gateway {

class TokenExpiry final : public net::Timer {
public:
    /// `loop` and `clock` outlive it. `on_expired` is called once for each socket that was added and not removed.
    TokenExpiry(net::Loop& loop, const Clock& clock, std::function<void(std::uint64_t socket)> on_expired)
        : loop_(loop), clock_(clock), on_expired_(std::move(on_expired))
    {
    }

    /// `expires_s` as in Caller.
    void add(std::uint64_t socket, std::int64_t expires_s);
    void remove(std::uint64_t socket, std::int64_t expires_s);

    std::size_t size() const { return sockets_.size(); }

private:
    void on_timer(Instant now) override;
    void arm();

    net::Loop& loop_;
    const Clock& clock_;
    std::function<void(std::uint64_t)> on_expired_;
    std::set<std::pair<std::int64_t, std::uint64_t>> sockets_;  ///< By their date.
};

}  // namespace wgw::gateway
