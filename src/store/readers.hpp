#pragma once
/// The two threads that read, each with a connection of its own. What was committed before read() was called is seen.
///
///     auto page = co_await readers.read([room, after](Sqlite& db) {
///         auto rows = db.prepared("SELECT …").query(room, after);
///         …
///         return page;
///     });
///
/// Thread  the loop's
/// Tests   readers_test.cpp

#include "base/worker.hpp"
#include "store/call.hpp"
#include "store/sqlite.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace wgw::store {

class Readers {
public:
    static constexpr std::size_t kThreads = 2;

    /// `path`: of a file that is there. `outlet` and `clock` outlive the readers; `capacity` is of each thread.
    Readers(const std::string& path, Outlet& outlet, const Clock& clock, std::size_t capacity = 1024);

    /// Runs `function(Sqlite&)` on the less busy of the two threads. The function holds values only, and returns some.
    /// It may begin() to have one view for several queries; the view ends with it.
    /// Throws what the function throws, Full, Locked, or TooLate after kPatience.
    template <class Function>
    auto read(Function function) -> Task<std::invoke_result_t<Function&, Sqlite&>>
    {
        using T = std::invoke_result_t<Function&, Sqlite&>;
        Reader& reader = less_busy();
        auto run = [&reader, function = std::move(function)]() mutable {
            const EndOfView end{reader.db};
            return outcome_of<T>(function, reader.db);
        };
        auto submit = [&reader](std::unique_ptr<Job>& job) { return reader.worker.submit(job); };
        return call<T>(submit, std::move(run));
    }

    void flush();

    /// When expire() is next needed.
    std::optional<Instant> next_deadline() const;

    /// Gives up the calls whose time is over.
    void expire(Instant now);

    /// Runs what was submitted, hands it back, joins the threads.
    void stop();

    const Worker& worker(std::size_t which) const { return readers_[which]->worker; }

private:
    struct EndOfView {
        Sqlite& db;
        ~EndOfView() { db.rollback(); }
    };

    struct Reader {
        Reader(const std::string& path, Worker::Options options, Outlet& outlet);

        Sqlite db;  // from here on of the worker's thread
        Worker worker;
    };

    Reader& less_busy();

    std::array<std::unique_ptr<Reader>, kThreads> readers_;
};

}  // namespace wgw::store
