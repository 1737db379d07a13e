#pragma once
/// SIGTERM, SIGINT, SIGHUP and SIGUSR2, heard on the loop.
///
/// Made before any other thread: all of them then have the signals blocked. SIGPIPE and SIGXFSZ are ignored.
/// Source  signalfd(2)
/// Tests   signals_test.cpp

#include "net/fd.hpp"
#include "net/loop.hpp"

#include <functional>

namespace wgw::net {

class Signals final : public Watcher {
public:
    /// `on_signal` is called on the loop for each of them.
    Signals(Loop& loop, std::function<void(int signal)> on_signal);
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals();

private:
    void on_ready(Interest what) override;

    Loop& loop_;
    std::function<void(int)> on_signal_;
    Fd fd_;
};

}  // namespace wgw::net
