#include "store/writer.hpp"

#include "base/log.hpp"

#include <string>
#include <utility>

namespace wgw::store {

namespace {

// Readers come and go, and any of them may keep the log from starting anew. At this many times its ceiling they are
// waited for.
constexpr int kWaitForReaders = 4;

}  // namespace

Writer::Writer(Sqlite& db, Outlet& outlet, const Clock& clock, WriterOptions options)
    : db_(db), outlet_(outlet), clock_(clock), options_(std::move(options)),
      reserve_(options_.space ? options_.space : [path = db.path()] { return disk_space(path); }),
      worker_(
          {.name = "store",
           .capacity = options_.capacity,
           .batch = options_.batch,
           .around = [this](Batch& batch) { run_batch(batch); },
           .idle = [this] { checkpoint_from(options_.quiet_checkpoint_pages); },
           .patience =
               Patience{
                   clock, kPatience, "Look at the disk of " + db.path() + ", and for programs that hold the database."
               }},
          outlet
      )
{
}

void Writer::look_again()
{
    struct Nothing final : Job {
        void run() override {}
        void finish(std::exception_ptr) override {}
    };
    std::unique_ptr<Job> nothing = std::make_unique<Nothing>();
    submit(nothing);
}

void Writer::run_batch(Batch& batch)
{
    try {
        store_batch(batch);
    } catch (...) {
        counts_.failed.add();
        throw;
    }
    counts_.wal_pages.set(db_.wal_pages());
}

void Writer::store_batch(Batch& batch)
{
    prepare_batch();
    try {
        if (!run_together(batch))
            run_apart(batch);
        commit(batch);
    } catch (const Error& error) {
        roll_back();
        hear_of(error);
        throw;
    } catch (...) {
        roll_back();
        throw;
    }
    if (db_.wal_pages() < looked_at_pages_) {  // it was started anew
        looked_at_pages_ = 0;
        log_is_held_ = false;
    }
}

void Writer::commit(const Batch& batch)
{
    const auto before_us = clock_.monotonic_us();
    db_.commit();
    counts_.commit_us.observe(static_cast<std::uint64_t>(clock_.monotonic_us() - before_us));
    counts_.batch.observe(batch.size());
}

/// False: a job has failed of its own. Nothing that was done is left then.
bool Writer::run_together(Batch& batch)
{
    begin();
    try {
        batch.for_each([](Job& job) { job.run(); });
        return true;
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::other)
            throw;
    } catch (...) {  // NOLINT(bugprone-empty-catch): it is thrown again below, to the job that it belongs to
    }
    roll_back();
    return false;
}

void Writer::run_apart(Batch& batch)
{
    begin();
    batch.for_each([this](Job& job) { run_in_savepoint(job); });
}

void Writer::run_in_savepoint(Job& job)
{
    db_.prepared("SAVEPOINT job").run();
    try {
        job.run();
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::other)
            throw;  // the whole batch is in doubt
        Batch::fail(job, std::current_exception());
    } catch (...) {
        Batch::fail(job, std::current_exception());
    }
    if (Batch::has_failed(job)) {
        db_.prepared("ROLLBACK TO job").run();
        options_.on_rollback();
    }
    db_.prepared("RELEASE job").run();
}

void Writer::begin()
{
    db_.begin();
    if (std::exchange(locked_, false))
        log::info(
            "The database is free again; storing goes on.",
            {
                {"path", db_.path()}
        }
        );
}

void Writer::prepare_batch()
{
    if (broken_)
        throw Unavailable("The store is broken; nothing is written any more.");
    if (needs_reopen_)
        reopen();
    if (needs_reopen_)
        throw Unavailable("The store cannot be opened again yet; nothing was stored.");
    look_at_disk();
    if (full_)
        throw Full("The disk is full; nothing is stored until there is room.");
    // Here and not after the last batch: its acks do not wait for this.
    checkpoint_from(options_.forced_checkpoint_pages);
}

void Writer::look_at_disk()
{
    const bool full = !reserve_.has_room(clock_.monotonic());
    if (full == full_.exchange(full))
        return;
    if (full)
        log::error(
            "The disk is nearly full: nothing is stored until there is room. Make some.",
            {
                {"path", db_.path()}
        }
        );
    else
        log::info(
            "There is room on the disk again; storing goes on.",
            {
                {"path", db_.path()}
        }
        );
}

void Writer::roll_back()
{
    db_.rollback();
    options_.on_rollback();
}

void Writer::hear_of(const Error& error)
{
    switch (error.kind()) {
    case Error::Kind::full:
        reserve_.was_full(clock_.monotonic());
        look_at_disk();
        throw Full(error.what());
    case Error::Kind::io:
    case Error::Kind::corrupt:
        failed(error);
        reopen();
        throw Uncertain(error.what());
    case Error::Kind::busy:
        if (!std::exchange(locked_, true))
            log::error(
                "Another program holds the database; nothing is stored until it lets go. Find it with fuser, and end "
                "it.",
                {
                    {"path", db_.path()}
            }
            );
        throw Locked(error.what());
    case Error::Kind::other:
        return;
    }
}

void Writer::failed(const Error& error)
{
    log::error(
        "The store could not write; what was asked for may be lost. Check the disk.",
        {
            {"path",  db_.path()  },
            {"error", error.what()},
            {"code",  error.code()}
    }
    );
    needs_reopen_ = true;
    const Instant now = clock_.monotonic();
    failures_[next_failure_] = now;
    next_failure_ = (next_failure_ + 1) % kFailures;
    const auto oldest = failures_[next_failure_];
    if (!oldest || now - *oldest > kFailureSpan || broken_.exchange(true))
        return;
    log::error(
        "The store has failed too often; the disk cannot be trusted.",
        {
            {"path", db_.path()}
    }
    );
    outlet_.post([on_broken = options_.on_broken] { on_broken(); });
}

// Where it does not succeed, the next batch tries again.
void Writer::reopen()
{
    try {
        db_.reopen();
        looked_at_pages_ = 0;
        needs_reopen_ = false;
    } catch (const Error& error) {
        failed(error);
    }
}

void Writer::checkpoint_from(int pages)
{
    // Of the log since the last time, also if a reader was in the way then: it may be so again, and each try costs.
    if (broken_ || needs_reopen_ || db_.wal_pages() - looked_at_pages_ < pages)
        return;
    looked_at_pages_ = db_.wal_pages();
    const bool too_long = db_.wal_pages() >= kWaitForReaders * options_.forced_checkpoint_pages;
    try {
        const auto done = db_.checkpoint(too_long);
        counts_.checkpoints.add();
        if (!too_long || done.moved == done.pages || std::exchange(log_is_held_, true))
            return;
        log::warn(
            "A program that reads the database without an end makes its log grow. Find it with fuser, and end it.",
            {
                {"path",  db_.path()},
                {"pages", done.pages}
        }
        );
    } catch (const Error& error) {
        // The log still has everything. Pages whose sync failed are written again by the next checkpoint.
        if (error.kind() != Error::Kind::full)
            failed(error);
    }
}

}  // namespace wgw::store
