#pragma once
/// Work on another thread, handed over in batches: once per turn of the loop there, once per batch back.
///
/// A Job is a message, owned by one thread at a time: made on the loop, run on the worker's thread, finished on the
/// loop. It holds values, or handles that are looked up again in finish(); never a reference that dies meanwhile.
///
///     loop     submit(job) …   flush()            once per turn: one lock, one wake-up
///     worker   run() of each, inside around()     around() is where a transaction is opened and committed
///     loop     finish() of each, in order         once per batch
///
/// Bound     `capacity` jobs under way; beyond it submit() refuses, and the caller answers `unavailable`
/// Stopping  stop() runs what was submitted, hands it back, joins
/// Tests     worker_test.cpp

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace wgw {

class Job {
public:
    virtual ~Job() = default;

    /// On the worker's thread. What it throws ends the batch: see Worker::Around.
    virtual void run() = 0;

    /// On the loop, after the whole batch has been run. `error` is what ended the batch; then whether the job's work
    /// was done is unknown.
    virtual void finish(std::exception_ptr error) = 0;
};

using Jobs = std::vector<std::unique_ptr<Job>>;

/// The way back to the loop. Any thread.
class Outlet {
public:
    virtual ~Outlet() = default;

    /// Has `task` called on the loop soon; in order of posting.
    virtual void post(std::move_only_function<void()> task) = 0;
};

/// A thread with a queue. submit() and flush() on the loop only.
class Worker {
public:
    /// Called on the worker's thread with each batch; has to call job->run() on each. The default does only that.
    /// If it throws, every job of the batch is finished with that exception.
    using Around = std::function<void(std::span<const std::unique_ptr<Job>> batch)>;

    struct Options {
        std::string name;             ///< Name of the thread: at most 15 characters.
        std::size_t capacity = 4096;  ///< Jobs under way.
        std::size_t batch = 512;      ///< Jobs taken at once.
        int nice = 0;                 ///< Added to the thread's niceness.
        Around around = {};
        std::function<void()> idle = {};  ///< Called on the worker's thread after a batch, if none waits.
    };

    /// `outlet` outlives the worker. Starts the thread.
    Worker(Options options, Outlet& outlet);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    /// False: `capacity` jobs are under way, or the worker has been stopped; the job is untouched.
    bool submit(std::unique_ptr<Job>& job);

    /// Hands over what was submitted since the last flush. At the end of each turn of the loop.
    void flush();

    /// Runs what was submitted, hands the results to the outlet, joins the thread. Later calls do nothing.
    void stop();

    std::size_t under_way() const { return under_way_; }

private:
    void work();
    bool is_empty();
    void give_back(Jobs batch, std::exception_ptr error);

    Options options_;
    Outlet& outlet_;
    Jobs turn_;                  // loop only: submitted in this turn
    std::size_t under_way_ = 0;  // loop only
    bool stopped_ = false;       // loop only

    std::mutex mutex_;
    std::condition_variable filled_;
    Jobs queue_;            // guarded by mutex_
    bool closing_ = false;  // guarded by mutex_
    std::thread thread_;    // last: it uses all of the above
};

}  // namespace wgw
