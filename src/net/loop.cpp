#include "net/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wgw::net {
namespace asio = boost::asio;

namespace {

constexpr unsigned kEventsPerClock = 8;  // one may be a whole read buffer of messages; reading the clock costs 25 ns

}  // namespace

/// The one timer of the kernel behind all of ours.
class Loop::Sleeper {
public:
    explicit Sleeper(asio::io_context& context) : timer(context), work(context.get_executor()) {}

    asio::basic_waitable_timer<
        std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, asio::io_context::executor_type>
        timer;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::optional<Instant> set_for;
};

Loop::Loop(const Clock& clock)
    : clock_(clock), context_(std::make_unique<asio::io_context>(1)), sleeper_(std::make_unique<Sleeper>(*context_)),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadBuffer)), now_(clock.monotonic())
{
}

Loop::~Loop()
{
    posted_.clear();
    sleeper_.reset();
    context_.reset();  // destroys handlers that never ran, and what they hold
}

void Loop::run()
{
    while (!stopped_)
        turn();
    stale_ = true;
    drain_posted();
    end_turn();
}

void Loop::turn()
{
    sleep_until_next_timer();
    stale_ = true;
    context_->run_one();
    stale_ = true;
    turn_end_ = now() + kLongestTurn;
    for (unsigned handled = 1; stale_ = true, context_->poll_one() > 0; ++handled)
        if (handled % kEventsPerClock == 0 && turn_is_over())
            break;
    stale_ = true;
    timers_.run(now());
    end_turn();
}

void Loop::stop()
{
    stopped_ = true;
    post([] {});
}

void Loop::post(std::move_only_function<void()> task)
{
    bool was_empty = false;
    {
        const std::scoped_lock lock(mutex_);
        was_empty = posted_.empty();
        posted_.push_back(std::move(task));
    }
    if (was_empty)
        asio::post(*context_, [this] { drain_posted(); });
}

void Loop::drain_posted()
{
    std::vector<std::move_only_function<void()>> tasks;
    {
        const std::scoped_lock lock(mutex_);
        tasks.swap(posted_);
    }
    for (auto& task : tasks)
        task();
}

void Loop::touch(Flushable& what)
{
    if (what.dirty_place_ != Flushable::kClean)
        return;
    what.dirty_place_ = dirty_.size();
    dirty_.push_back(&what);
}

void Loop::forget(Flushable& what)
{
    if (what.dirty_place_ != Flushable::kClean)
        dirty_[what.dirty_place_] = nullptr;
    what.dirty_place_ = Flushable::kClean;
    std::ranges::replace(flushing_, &what, nullptr);
}

void Loop::end_turn()
{
    while (true) {
        for (const auto& hook : hooks_)
            hook();
        if (dirty_.empty())
            return;
        // A flush may find a dead peer and so touch others: they are written in the same turn.
        flushing_.swap(dirty_);
        for (Flushable* what : flushing_)
            if (what != nullptr)
                what->dirty_place_ = Flushable::kClean;
        for (std::size_t i = 0; i < flushing_.size(); ++i)
            if (flushing_[i] != nullptr)
                flushing_[i]->flush();
        flushing_.clear();
    }
}

void Loop::sleep_until_next_timer()
{
    const auto next = timers_.next();
    if (!next || sleeper_->set_for == next)
        return;
    sleeper_->set_for = next;
    sleeper_->timer.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(Duration(next->ms))
    ));
    sleeper_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            sleeper_->set_for.reset();
    });
}

}  // namespace wgw::net
