#pragma once
/// How a server ends, step by step. Pure: the time and what is still under way in, the next step out.
///
///     serving     until begin()
///     delaying    its owner waits for as long as a balancer needs to turn away, and asks next()
///                 ─▶ Step::refuse_work: no new work
///     finishing   until nothing is under way, acks included
///     fetching    until who polls has fetched them, and waits for more ─▶ Step::close_connections: no new connections
///     closing     until all are closed ─▶ Step::stop
///
/// Bounds  5 s for what is under way; 1 s for polls; 2 s behind `drain` for connections
/// Tests   shutdown_test.cpp

#include "base/time.hpp"

namespace wgw::app {

class Shutdown {
public:
    static constexpr Duration kFinishTime{5'000};
    static constexpr Duration kFetchTime{1'000};
    static constexpr Duration kDrainGrace{2'000};

    enum class Step { wait, refuse_work, close_connections, stop };

    /// `drain`: over which connections are closed.
    explicit Shutdown(Duration drain) : drain_(drain) {}

    bool has_begun() const { return stage_ != Stage::serving; }
    void begin() { stage_ = Stage::delaying; }

    struct Left {
        bool is_working = false;
        bool awaits_poll = false;
        bool is_drained = false;
    };

    /// What to do now: once the delay is over, and then until Step::stop. After any step but `wait` ask again.
    Step next(Instant now, Left left);

private:
    enum class Stage { serving, delaying, finishing, fetching, closing };

    void enter(Stage stage, Instant end);

    Duration drain_;
    Stage stage_ = Stage::serving;
    Instant end_;
};

}  // namespace wgw::app
