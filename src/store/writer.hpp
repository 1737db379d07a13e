#pragma once
/// The thread that writes. What is submitted while a commit runs shares the next one: begin, run() of each job in
/// order, commit with one sync, then all results go back to the loop at once.
///
///     loop   auto id = co_await writer.write([name](Sqlite& db) { …; return db.last_rowid(); });
///     loop   writer.submit(job)                      a job of one's own, which uses writer's Sqlite in run()
///     loop   writer.flush()                          once per turn
///
/// A job says no with a value. One that throws fails alone: the batch is rolled back, the hook is told, and the jobs
/// are run once more, each in a savepoint of its own. (A savepoint for every job would cost a send 17 to 33 % more of
/// the thread's time: it copies each page that the job changes.) If the store itself is broken, every job of the batch
/// is finished with that.
///
/// Late      whoever has waited for kPatience is answered by expire(), whatever the disk does; what the thread has not
///           begun by then is never done
/// Locked    another program writes into the file, or holds it: batches are finished with Locked meanwhile
/// Full      less than the reserve is left on the disk (disk_reserve.hpp): batches are finished with Full meanwhile
/// Failing   a sync that fails is not believed and not repeated: the batch is finished with Uncertain, and the
///           connection opened anew. Three failures in 60 s, of syncs or of opening: `on_broken`, and no more writing
/// Log       checkpointed when there is nothing to do and it has some length, and in any case at its ceiling
/// Thread    the loop's, but for what is marked
/// Tests     writer_test.cpp

#include "base/time.hpp"
#include "base/worker.hpp"
#include "store/call.hpp"
#include "store/collection.hpp"
#include "store/counts.hpp"
#include "store/disk_reserve.hpp"
#include "store/sqlite.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace wgw::store {

/// The batch was not stored, or it was and a power cut may undo it. Repeat with the same key.
struct Uncertain : Unavailable {
    using Unavailable::Unavailable;
};

struct WriterOptions {
    std::size_t capacity = 16'384;  ///< Jobs under way, a quarter of a second's; then submit() refuses.
    std::size_t batch = 512;        ///< Jobs that share a commit, at most; and see Worker::Options for bytes.

    /// On the store thread, after a batch was rolled back and before anybody is told: forget what the batch had made.
    std::function<void()> on_rollback = [] {};

    /// On the loop, once: the disk cannot be trusted. The process should end with a status other than 0.
    std::function<void()> on_broken = [] {};

    int quiet_checkpoint_pages = 2'000;    ///< Pages of 4 KiB in the log for a checkpoint while nothing is to do.
    int forced_checkpoint_pages = 16'000;  ///< For one before the next batch.

    std::function<DiskSpace()> space = {};  ///< Default: the file system of the database.
};

class Writer {
public:
    static constexpr int kFailures = 3;
    static constexpr Duration kFailureSpan = std::chrono::seconds(60);

    /// From now on `db` (Mode::write) is used by the store thread only. All three outlive the writer.
    Writer(Sqlite& db, Outlet& outlet, const Clock& clock, WriterOptions options = {});

    /// False: too much is under way; the job is untouched.
    bool submit(std::unique_ptr<Job>& job) { return worker_.submit(job); }
    void flush() { worker_.flush(); }

    /// When expire() is next needed.
    std::optional<Instant> next_deadline() const { return worker_.next_deadline(); }

    /// Gives up what has waited too long.
    void expire(Instant now) { worker_.expire(now); }

    /// Commits what was submitted, hands it back, joins the thread.
    void stop() { worker_.stop(); }

    /// Runs `function(Sqlite&)` on the store thread; its result comes back when it has been committed. The function
    /// holds values only, and may be called once more after what it did was undone. Throws what the function throws,
    /// Full, Locked, Uncertain, TooLate, or Error.
    template <class Function>
    auto write(Function function) -> Task<std::invoke_result_t<Function&, Sqlite&>>
    {
        using T = std::invoke_result_t<Function&, Sqlite&>;
        auto run = [this, function = std::move(function)]() { return outcome_of<T>(function, db_); };
        auto submit_job = [this](std::unique_ptr<Job>& job) { return submit(job); };
        return call<T>(submit_job, std::move(run));
    }

    /// Looks at the disk, as a batch does: while nothing is sent because the disk is full, nothing else would.
    void look_again();

    /// For /readyz. Any thread.
    bool is_full() const { return full_; }

    bool is_broken() const { return broken_; }

    /// Nothing has come back in time, and nothing since. Loop only.
    bool is_late() const { return worker_.is_late(); }

    std::size_t under_way() const { return worker_.under_way(); }

    /// Any thread.
    const WriterCounts& counts() const { return counts_; }
    const Worker& worker() const { return worker_; }

private:
    // On the store thread.
    void run_batch(Batch& batch);
    void store_batch(Batch& batch);
    void commit(const Batch& batch);
    bool run_together(Batch& batch);
    void run_apart(Batch& batch);
    void run_in_savepoint(Job& job);
    void begin();
    void prepare_batch();
    void look_at_disk();
    void roll_back();
    void hear_of(const Error& error);
    void failed(const Error& error);
    void reopen();
    void checkpoint_from(int pages);

    Sqlite& db_;
    Outlet& outlet_;
    const Clock& clock_;
    WriterOptions options_;
    WriterCounts counts_;
    DiskReserve reserve_;
    bool needs_reopen_ = false;
    bool locked_ = false;                                       // the operator knows
    bool log_is_held_ = false;                                  // the same
    int looked_at_pages_ = 0;                                   // pages in the log at the last checkpoint
    std::array<std::optional<Instant>, kFailures> failures_{};  // a ring of the last ones
    std::size_t next_failure_ = 0;
    std::atomic<bool> full_ = false;
    std::atomic<bool> broken_ = false;
    Worker worker_;  // last: its thread uses all of the above
};

}  // namespace wgw::store
