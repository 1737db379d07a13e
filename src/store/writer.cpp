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
           .around = [this](std::span<const std::unique_ptr<Job>> batch) { run_batch(batch); },
           .idle = [this] { checkpoint_from(options_.quiet_checkpoint_pages); }},
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

void Writer::run_batch(std::span<const std::unique_ptr<Job>> batch)
{
    prepare_batch();
    try {
        db_.begin();
        for (const auto& job : batch)
            job->run();
        db_.commit();
    } catch (const Error& error) {
        roll_back();
        hear_of(error);
        throw;
    } catch (...) {
        roll_back();
        throw;
    }
    checkpointed_pages_ = db_.wal_pages() < checkpointed_pages_ ? 0 : checkpointed_pages_;  // 0: it was started anew
}

void Writer::prepare_batch()
{
    if (broken_)
        throw std::runtime_error("The store is broken; nothing is written any more.");
    if (needs_reopen_)
        reopen();
    if (needs_reopen_)
        throw std::runtime_error("The store cannot be opened again yet; nothing was stored.");
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
        checkpointed_pages_ = 0;
        needs_reopen_ = false;
    } catch (const Error& error) {
        failed(error);
    }
}

void Writer::undo_call(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const Error& broken) {
        if (broken.kind() != Error::Kind::other)
            throw;   // the whole batch is in doubt
    } catch (...) {  // NOLINT(bugprone-empty-catch): the call is told, and nobody else
    }
    db_.prepared("ROLLBACK TO call").run();
    db_.prepared("RELEASE call").run();
}

void Writer::checkpoint_from(int pages)
{
    if (broken_ || needs_reopen_ || db_.wal_pages() - checkpointed_pages_ < pages)
        return;
    try {
        checkpointed_pages_ =
            db_.checkpoint(db_.wal_pages() >= kWaitForReaders * options_.forced_checkpoint_pages).moved;
    } catch (const Error& error) {
        // The log still has everything. Pages whose sync failed are written again by the next checkpoint.
        if (error.kind() != Error::Kind::full)
            failed(error);
    }
}

}  // namespace wgw::store
