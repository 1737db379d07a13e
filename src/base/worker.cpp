#include "base/worker.hpp"

#include <iterator>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wgw {

Worker::Worker(Options options, Outlet& outlet) : options_(std::move(options)), outlet_(outlet)
{
    if (!options_.around) {
        options_.around = [](std::span<const std::unique_ptr<Job>> batch) {
            for (const auto& job : batch)
                job->run();
        };
    }
    thread_ = std::thread([this] { work(); });
}

Worker::~Worker() { stop(); }

bool Worker::submit(std::unique_ptr<Job>& job)
{
    if (stopped_ || under_way_ >= options_.capacity)
        return false;
    ++under_way_;
    turn_.push_back(std::move(job));
    return true;
}

void Worker::flush()
{
    if (turn_.empty())
        return;
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
    while (true) {
        Jobs batch;
        {
            std::unique_lock lock(mutex_);
            filled_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            if (queue_.size() <= options_.batch) {
                batch.swap(queue_);
            } else {
                const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(options_.batch);
                batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
                queue_.erase(queue_.begin(), end);
            }
        }
        std::exception_ptr error;
        try {
            options_.around(batch);
        } catch (...) {
            error = std::current_exception();
        }
        give_back(std::move(batch), error);
        if (options_.idle && is_empty())
            options_.idle();
    }
}

bool Worker::is_empty()
{
    const std::scoped_lock lock(mutex_);
    return queue_.empty();
}

void Worker::give_back(Jobs batch, std::exception_ptr error)
{
    outlet_.post([this, batch = std::move(batch), error]() mutable {
        under_way_ -= batch.size();
        for (const auto& job : batch)
            job->finish(error);
    });
}

}  // namespace wgw
