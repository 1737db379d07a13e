#pragma once
/// For tests: a whole store in a temporary folder, with a loop and clocks that the test moves.
///
///     TestStore store([](Sqlite& db) { create_collection(db, kSpec); });
///     auto users = make_sqlite_collection(store.writer, store.readers, kSpec);
///     auto found = store.await(users->get(id));

#include "base/test_loop.hpp"
#include "base/time.hpp"
#include "store/readers.hpp"
#include "store/sqlite.hpp"
#include "store/temporary_folder.hpp"
#include "store/writer.hpp"

#include <functional>
#include <string>
#include <utility>

namespace wgw::store {

struct TestStore {
    explicit TestStore(const std::function<void(Sqlite&)>& prepare, WriterOptions options = {})
        : db(folder.path() + "/test.sqlite", Sqlite::Mode::write), prepared((prepare(db), true)),
          readers(db.path(), loop, clock), writer(db, loop, clock, std::move(options))
    {
    }
    ~TestStore()
    {
        readers.stop();
        writer.stop();
        loop.run_ready();
    }

    void flush()
    {
        writer.flush();
        readers.flush();
    }

    /// Starts the task and turns the loop until it has ended.
    template <class T>
    T await(Task<T> task)
    {
        return loop.await(std::move(task), [this] { flush(); });
    }

    TemporaryFolder folder;
    TestLoop loop;
    ManualClock clock;
    Sqlite db;  ///< Of the store thread, once the first job was submitted.
    bool prepared;
    Readers readers;
    Writer writer;
};

}  // namespace wgw::store
