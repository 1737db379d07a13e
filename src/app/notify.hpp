#pragma once
/// What a service manager is told: sd_notify's datagrams, without its library.
///
///     READY=1       RELOADING=1, then READY=1       STOPPING=1       WATCHDOG=1 while the loop turns
///
/// Where nobody listens ($NOTIFY_SOCKET is not set) nothing is sent.
/// Loop only.
/// Source  sd_notify(3), sd_watchdog_enabled(3)
/// Tests   notify_test.cpp, tests/e2e/systemd.test.mjs

#include "net/fd.hpp"
#include "net/loop.hpp"

#include <string>
#include <string_view>

namespace wgw::app {

/// From the environment.
struct NotifyOptions {
    std::string socket;    ///< A path, or a name behind an @; empty: nobody listens.
    Duration watchdog{0};  ///< The longest time between two signs of life; 0: none are wanted.

    static NotifyOptions from_environment();
};

class Notify final : public net::Timer {
public:
    /// `loop` outlives it.
    Notify(net::Loop& loop, NotifyOptions options);

    void ready();
    void reloading();
    void stopping();

private:
    void on_timer(Instant now) override;
    void send(std::string_view text) const;

    net::Loop& loop_;
    NotifyOptions options_;
    net::Fd fd_;
};

}  // namespace wgw::app
