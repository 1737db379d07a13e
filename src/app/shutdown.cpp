#include "app/shutdown.hpp"

namespace wgw::app {

Shutdown::Step Shutdown::next(Instant now, Left left)
{
    if (stage_ == Stage::delaying) {
        enter(Stage::finishing, now + kFinishTime);
        return Step::refuse_work;
    }
    if (stage_ == Stage::finishing && (!left.is_working || now >= end_))
        enter(Stage::fetching, now + kFetchTime);
    if (stage_ == Stage::fetching && (!left.awaits_poll || now >= end_)) {
        enter(Stage::closing, now + drain_ + kDrainGrace);
        return Step::close_connections;
    }
    if (stage_ == Stage::closing && (left.is_drained || now >= end_))
        return Step::stop;
    return Step::wait;
}

void Shutdown::enter(Stage stage, Instant end)
{
    stage_ = stage;
    end_ = end;
}

}  // namespace wgw::app
