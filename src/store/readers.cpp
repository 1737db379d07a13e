#include "store/readers.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace wgw::store {

namespace {

// A result may have some MiB (a page of large messages), and a loop that writes it out as JSON is slower than the
// thread that reads it: 96 of them at most, of both threads. Small ones are not held up: in a turn of 20 ms these are
// 3,200 a second.
constexpr std::size_t kBatch = 16;
constexpr std::size_t kUnreturned = 32;

/// What a read throws is its own.
void run_each(Batch& batch)
{
    batch.for_each([](Job& job) {
        try {
            job.run();
        } catch (const Error& error) {
            Batch::fail(
                job, error.kind() == Error::Kind::busy ? std::make_exception_ptr(Locked(error.what()))
                                                       : std::current_exception()
            );
        } catch (...) {
            Batch::fail(job, std::current_exception());
        }
    });
}

}  // namespace

Readers::Reader::Reader(const std::string& path, Worker::Options options, Outlet& outlet)
    : db(path, Sqlite::Mode::read), worker(std::move(options), outlet)
{
}

Readers::Readers(const std::string& path, Outlet& outlet, const Clock& clock, std::size_t capacity)
{
    for (std::size_t i = 0; i < kThreads; ++i) {
        Worker::Options options{
            .name = "reader-" + std::to_string(i + 1),
            .capacity = capacity,
            .batch = kBatch,
            .unreturned = kUnreturned,
            .around = run_each,
            .patience = Patience{clock, kPatience, "Look at the disk of " + path + "."}
        };
        readers_[i] = std::make_unique<Reader>(path, std::move(options), outlet);
    }
}

Readers::Reader& Readers::less_busy()
{
    return **std::ranges::min_element(readers_, {}, [](const auto& reader) { return reader->worker.under_way(); });
}

void Readers::flush()
{
    for (const auto& reader : readers_)
        reader->worker.flush();
}

std::optional<Instant> Readers::next_deadline() const
{
    std::optional<Instant> first;
    for (const auto& reader : readers_)
        if (const auto next = reader->worker.next_deadline(); next && (!first || *next < *first))
            first = next;
    return first;
}

void Readers::expire(Instant now)
{
    for (const auto& reader : readers_)
        reader->worker.expire(now);
}

void Readers::stop()
{
    for (const auto& reader : readers_)
        reader->worker.stop();
}

}  // namespace wgw::store
