#include "base/worker.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <iterator>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wgw {

Worker::Worker(Options options, Outlet& outlet) : options_(std::move(options)), outlet_(outlet)
{
    if (!options_.around) {
        options_.around = [](Batch& batch) {
            batch.for_each([](Job& job) {
                try {
                    job.run();
                } catch (...) {
                    Batch::fail(job, std::current_exception());
                }
            });
        };
    }
    thread_ = std::thread([this] { work(); });
}

Worker::~Worker() { stop(); }

bool Worker::submit(std::unique_ptr<Job>& job)
{
    const std::size_t bytes = job->bytes();
    const bool is_too_much = under_way_ > 0 && under_way_bytes_ + bytes > options_.capacity_bytes;
    if (stopped_ || under_way_ >= options_.capacity || is_too_much) {
        counts_.refused.add();
        return false;
    }
    job->bytes_ = bytes;
    ++under_way_;
    under_way_bytes_ += bytes;
    turn_.push_back(std::move(job));
    return true;
}

void Worker::flush()
{
    if (turn_.empty())
        return;
    if (options_.patience) {
        // One look at the clock for a whole turn: that is what a send can afford.
        const Instant deadline = options_.patience->clock.monotonic() + options_.patience->span;
        for (const auto& job : turn_)
            job->deadline_ = deadline;
    }
    for (const auto& job : turn_)
        waiting_.push_back(job.get());
    bool was_empty = false;
    {
        const std::scoped_lock lock(mutex_);
        was_empty = queue_.empty();
        if (was_empty)
            queue_.swap(turn_);
        else
            std::ranges::move(turn_, std::back_inserter(queue_));
    }
    turn_.clear();
    if (was_empty)
        filled_.notify_one();
}

std::optional<Instant> Worker::next_deadline() const
{
    if (!options_.patience || expired_ == waiting_.size())
        return {};
    return waiting_[expired_]->deadline_;
}

void Worker::expire(Instant now)
{
    const std::size_t before = expired_;
    while (expired_ < waiting_.size() && waiting_[expired_]->deadline_ <= now)
        waiting_[expired_++]->expire();
    note_given_up(expired_ - before, now);
}

void Worker::note_given_up(std::size_t jobs, Instant now)
{
    if (jobs == 0)
        return;
    counts_.given_up.add(jobs);
    given_up_ += jobs;
    last_given_up_ = now;
    if (std::exchange(told_, true))
        return;
    log::error(
        "A thread does not answer in time; what waits for it is refused. " + options_.patience->advice,
        {
            {"thread",    options_.name                  },
            {"limit_ms",  options_.patience->span.count()},
            {"under_way", under_way_                     }
    }
    );
}

// Once it has been in time for as long as it may take: a thread that is just too slow is late again and again.
void Worker::note_recovery()
{
    if (!told_ || is_late() || options_.patience->clock.monotonic() - last_given_up_ < options_.patience->span)
        return;
    log::info(
        "The thread answers in time again.",
        {
            {"thread", options_.name},
            {"refused", std::exchange(given_up_, 0)}
    }
    );
    told_ = false;
}

void Worker::stop()
{
    if (stopped_)
        return;
    flush();
    stopped_ = true;
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

void Worker::work()
{
    ::pthread_setname_np(::pthread_self(), options_.name.substr(0, 15).c_str());
    if (options_.nice != 0)
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), options_.nice);
    Jobs jobs;
    while (take(jobs)) {
        Batch batch(std::exchange(jobs, {}), options_.patience);
        std::exception_ptr error;
        try {
            options_.around(batch);
        } catch (...) {
            error = std::current_exception();
        }
        outlet_.post([this, back = std::move(batch.jobs_), error] { take_back(back, error); });
        if (options_.idle && is_empty())
            options_.idle();
    }
}

bool Worker::take(Jobs& batch)
{
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closing_ || (!queue_.empty() && unreturned_ < options_.unreturned); });
    if (queue_.empty())
        return false;
    auto end = queue_.begin();
    std::size_t bytes = 0;
    do {
        bytes += (*end)->bytes_;
        ++end;
    } while (end != queue_.end() && std::cmp_less(end - queue_.begin(), options_.batch) &&
             bytes + (*end)->bytes_ <= options_.batch_bytes);
    unreturned_ += static_cast<std::size_t>(end - queue_.begin());
    if (end == queue_.end()) {
        batch.swap(queue_);
    } else {
        batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
        queue_.erase(queue_.begin(), end);
    }
    return true;
}

void Worker::let_go_on(std::size_t returned)
{
    bool waits = false;
    {
        const std::scoped_lock lock(mutex_);
        waits = !queue_.empty() && unreturned_ >= options_.unreturned;
        unreturned_ -= returned;
    }
    if (waits)
        filled_.notify_one();
}

bool Worker::is_empty()
{
    const std::scoped_lock lock(mutex_);
    return queue_.empty();
}

void Worker::take_back(const Jobs& batch, const std::exception_ptr& error)
{
    const std::size_t given_up = std::min(expired_, batch.size());
    expired_ -= given_up;
    waiting_.erase(waiting_.begin(), waiting_.begin() + std::ssize(batch));
    under_way_ -= batch.size();
    for (const auto& job : batch)
        under_way_bytes_ -= job->bytes_;

    std::size_t skipped = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Job& job = *batch[i];
        if (!job.skipped_) {
            job.finish(error ? error : job.error_);
        } else if (i >= given_up) {
            job.expire();  // the thread has seen the end of its time before the loop did
            ++skipped;
        }
    }
    if (skipped > 0)
        note_given_up(skipped, options_.patience->clock.monotonic());
    note_recovery();
    let_go_on(batch.size());
}

}  // namespace wgw
