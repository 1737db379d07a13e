#pragma once
/// Work on another thread, handed over in batches: once per turn of the loop there, once per batch back.
///
/// A Job is a message, owned by one thread at a time: made on the loop, run on the worker's thread, finished on the
/// loop. It holds values, or handles that are looked up again in finish(); never a reference that dies meanwhile.
///
///     loop     submit(job) …   flush()            once per turn: one lock, one wake-up
///     worker   run() of each, inside around()     around() is where a transaction is opened and committed
///     loop     finish() of each, in order         once per batch
///     loop     expire() of each                   whose time is over; whoever owns the loop's timers calls it
///
/// Bound     `capacity` jobs under way, `capacity_bytes` of what they hold; beyond it submit() refuses, and the caller
///           answers `unavailable`
/// Results   `unreturned` jobs that were run and wait for the loop; with more the thread waits for it, so that large
///           results do not pile up before a loop that is slower
/// Patience  a job is given up when its time is over, whatever the thread does: expire() on the loop. Jobs come back
///           in order, so those given up are the oldest. One that has not begun by then is never run; one that has is
///           finished all the same, for what it did is done
/// Stopping  stop() runs what was submitted, hands it back, joins
/// Tests     worker_test.cpp

#include "base/counter.hpp"
#include "base/time.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wgw {

/// run() is called while the loop may call expire(): they touch different members.
class Job {
public:
    virtual ~Job() = default;

    /// On the worker's thread. Once, or once more if `around` has undone all that it did.
    virtual void run() = 0;

    /// On the loop, at most once: its time is over, so it has to answer now. Whether its work is done is not known.
    virtual void expire() {}

    /// On the loop, after the whole batch has been run; the last call, also after expire(). Not if it was never run
    /// because its time was over. `error` is what run() threw, or what ended the batch.
    virtual void finish(std::exception_ptr error) = 0;

    /// What it holds, roughly, when it is submitted.
    virtual std::size_t bytes() const { return 0; }

private:
    friend class Batch;
    friend class Worker;

    Instant deadline_ = kNever;  // set before it is handed over
    std::size_t bytes_ = 0;      // the same
    bool skipped_ = false;       // worker's thread, then the loop
    std::exception_ptr error_;   // the same
};

using Jobs = std::vector<std::unique_ptr<Job>>;

/// How long the jobs of a worker may take.
struct Patience {
    const Clock& clock;
    Duration span;       ///< From flush() on.
    std::string advice;  ///< To the operator, when it has run out: a sentence that says what to look at.
};

/// The jobs that a worker's thread has taken up.
class Batch {
public:
    /// In order, each job whose time is not over: `run(job)` has to call job.run().
    template <class Run>
    void for_each(Run run)
    {
        const Instant now = patience_ ? patience_->clock.monotonic() : Instant{};
        for (const auto& job : jobs_) {
            job->skipped_ = job->deadline_ <= now;
            if (!job->skipped_)
                run(*job);
        }
    }

    /// `job` alone has failed: this is what it is finished with.
    static void fail(Job& job, std::exception_ptr error) { job.error_ = std::move(error); }
    static bool has_failed(const Job& job) { return job.error_ != nullptr; }

    /// When its time is over.
    static Instant deadline(const Job& job) { return job.deadline_; }

    std::size_t size() const { return jobs_.size(); }

private:
    friend class Worker;
    Batch(Jobs jobs, const std::optional<Patience>& patience) : jobs_(std::move(jobs)), patience_(patience) {}

    Jobs jobs_;
    const std::optional<Patience>& patience_;
};

/// The way back to the loop. Any thread.
class Outlet {
public:
    virtual ~Outlet() = default;

    /// Has `task` called on the loop soon; in order of posting.
    virtual void post(std::move_only_function<void()> task) = 0;
};

/// A thread with a queue. On the loop only, but for what is marked.
class Worker {
public:
    /// Called on the worker's thread with each batch; has to run each job. If it throws, every job of the batch is
    /// finished with that exception. The default runs one after the other, and what one throws is its own.
    using Around = std::function<void(Batch& batch)>;

    struct Options {
        std::string name;                                    ///< Name of the thread: at most 15 characters.
        std::size_t capacity = 4096;                         ///< Jobs under way.
        std::size_t capacity_bytes = std::size_t{64} << 20;  ///< Held by them. One job may be larger than all that.
        std::size_t batch = 512;                             ///< Jobs taken at once.
        std::size_t batch_bytes = std::size_t{4} << 20;      ///< Held by them. One job may be larger.
        std::size_t unreturned = 65'536;                     ///< Jobs that were run and wait for the loop.
        int nice = 0;                                        ///< Added to the thread's niceness.
        Around around = {};
        std::function<void()> idle = {};        ///< Called on the worker's thread after a batch, if none waits.
        std::optional<Patience> patience = {};  ///< Absent: jobs wait for ever.
    };

    /// `outlet` outlives the worker. Starts the thread.
    Worker(Options options, Outlet& outlet);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    /// False: too much is under way, or the worker has been stopped; the job is untouched.
    bool submit(std::unique_ptr<Job>& job);

    /// Hands over what was submitted since the last flush. At the end of each turn of the loop.
    void flush();

    /// When expire() is next needed, if nothing comes back until then.
    std::optional<Instant> next_deadline() const;

    /// Gives up the jobs whose time is over.
    void expire(Instant now);

    /// Some job that was given up has not come back yet.
    bool is_late() const { return expired_ > 0; }

    /// Runs what was submitted, hands the results to the outlet, joins the thread. Later calls do nothing.
    void stop();

    std::size_t under_way() const { return under_way_; }

    /// Jobs since the start: that were not taken because too much was under way, and that were given up.
    struct Counts {
        Counter refused;
        Counter given_up;
    };
    const Counts& counts() const { return counts_; }

private:
    // On the worker's thread.
    void work();
    bool take(Jobs& batch);
    bool is_empty();

    // On the loop.
    void take_back(const Jobs& batch, const std::exception_ptr& error);
    void let_go_on(std::size_t returned);
    void note_given_up(std::size_t jobs, Instant now);
    void note_recovery();

    Options options_;
    Outlet& outlet_;
    Counts counts_;
    Jobs turn_;                  // loop only, and all up to the mutex: submitted in this turn
    std::deque<Job*> waiting_;   // handed over; the oldest first. Alive until take_back()
    std::size_t expired_ = 0;    // so many of them, from the front, were given up
    std::size_t under_way_ = 0;  // these and the turn's
    std::size_t under_way_bytes_ = 0;
    bool stopped_ = false;
    bool told_ = false;         // the operator knows that the thread is late
    std::size_t given_up_ = 0;  // since then
    Instant last_given_up_;

    std::mutex mutex_;
    std::condition_variable filled_;
    Jobs queue_;                  // guarded by mutex_
    bool closing_ = false;        // guarded by mutex_
    std::size_t unreturned_ = 0;  // guarded by mutex_
    std::thread thread_;          // last: it uses all of the above
};

}  // namespace wgw
