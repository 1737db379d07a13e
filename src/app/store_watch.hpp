#pragma once
/// Gives up what has waited too long for the store: the timer behind Writer::expire() and Readers::expire().
///
/// Armed only while something is under way, and for the oldest of it: an idle server does not wake, and a busy one
/// wakes once per kPatience. Loop only.

#include "net/loop.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

#include <algorithm>

namespace wgw::app {

class StoreWatch final : public net::Timer {
public:
    /// All three outlive it.
    StoreWatch(net::Loop& loop, store::Writer& writer, store::Readers& readers)
        : loop_(loop), writer_(writer), readers_(readers)
    {
    }

    /// At the end of each turn, when what was submitted in it has been handed over.
    void look()
    {
        if (!armed())
            arm();
    }

private:
    void on_timer(Instant now) override
    {
        writer_.expire(now);
        readers_.expire(now);
        arm();
    }

    void arm()
    {
        const auto written = writer_.next_deadline();
        const auto read = readers_.next_deadline();
        if (written && read)
            loop_.timers().arm(*this, std::min(*written, *read));
        else if (written || read)
            loop_.timers().arm(*this, written ? *written : *read);
    }

    net::Loop& loop_;
    store::Writer& writer_;
    store::Readers& readers_;
};

}  // namespace wgw::app
