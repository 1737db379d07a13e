#include "net/timers.hpp"

#include <cassert>

namespace wgw::net {

void Timer::cancel()
{
    if (timers_ != nullptr)
        timers_->remove(*this);
}

Timers::~Timers() { assert(heap_.empty()); }

void Timers::put(std::size_t place, Timer* timer)
{
    heap_[place] = timer;
    timer->place_ = static_cast<std::uint32_t>(place);
}

void Timers::sift_up(std::size_t place)
{
    Timer* const timer = heap_[place];
    while (place > 0) {
        const std::size_t parent = (place - 1) / 2;
        if (heap_[parent]->due_ <= timer->due_)
            break;
        put(place, heap_[parent]);
        place = parent;
    }
    put(place, timer);
}

void Timers::sift_down(std::size_t place)
{
    Timer* const timer = heap_[place];
    while (true) {
        std::size_t child = 2 * place + 1;
        if (child >= heap_.size())
            break;
        if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_)
            ++child;
        if (timer->due_ <= heap_[child]->due_)
            break;
        put(place, heap_[child]);
        place = child;
    }
    put(place, timer);
}

void Timers::arm(Timer& timer, Instant due)
{
    assert(timer.timers_ == nullptr || timer.timers_ == this);
    due = std::max(due, handled_ + Duration(1));
    if (timer.timers_ == nullptr) {
        timer.timers_ = this;
        timer.due_ = due;
        heap_.push_back(&timer);
        sift_up(heap_.size() - 1);
        return;
    }
    const bool earlier = due < timer.due_;
    timer.due_ = due;
    earlier ? sift_up(timer.place_) : sift_down(timer.place_);
}

void Timers::remove(Timer& timer)
{
    const std::size_t place = timer.place_;
    timer.timers_ = nullptr;
    Timer* const last = heap_.back();
    heap_.pop_back();
    if (last == &timer)
        return;
    put(place, last);
    sift_up(place);
    sift_down(last->place_);
}

std::optional<Instant> Timers::next() const
{
    if (heap_.empty())
        return {};
    return heap_.front()->due_;
}

void Timers::run(Instant now)
{
    // Each call takes the first of the heap afresh, so that a timer cancelled or destroyed by an earlier one is not
    // called. What is armed meanwhile is due later than now, so this ends.
    handled_ = std::max(handled_, now);
    while (!heap_.empty() && heap_.front()->due_ <= now) {
        Timer& timer = *heap_.front();
        remove(timer);
        timer.on_timer(now);
    }
}

}  // namespace wgw::net
