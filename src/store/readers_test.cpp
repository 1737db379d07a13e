#include "store/readers.hpp"
#include "store/test_store.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace wgw::store {
namespace {

class TheReaders : public testing::Test {
protected:
    static void prepare(Sqlite& db) { db.exec("CREATE TABLE t(a)"); }
    static std::int64_t count(Sqlite& db)
    {
        auto rows = db.prepared("SELECT count(*) FROM t").query();
        return rows.step() ? rows.integer(0) : -1;
    }
    static void insert(Sqlite& db) { db.prepared("INSERT INTO t VALUES(1)").run(); }

    TestStore store_{&TheReaders::prepare};
};

TEST_F(TheReaders, SeeEveryWriteThatHasBeenAnswered)
{
    for (int i = 1; i <= 20; ++i) {
        store_.await(store_.writer.write(&TheReaders::insert));
        EXPECT_EQ(store_.await(store_.readers.read(&TheReaders::count)), i);
    }
}

TEST_F(TheReaders, ShareTheWork)
{
    std::set<std::thread::id> threads;
    TaskScope scope([](std::exception_ptr) { FAIL(); });
    for (int i = 0; i < 4; ++i) {
        scope.spawn([](Readers& readers, std::set<std::thread::id>& ids) -> Task<void> {
            ids.insert(co_await readers.read([](Sqlite&) { return std::this_thread::get_id(); }));
        }(store_.readers, threads));
    }
    store_.flush();
    while (scope.running() > 0)
        store_.loop.run_one();
    EXPECT_EQ(threads.size(), 2U);
    EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST_F(TheReaders, BringBackWhatTheFunctionThrowsAndGoOn)
{
    const auto broken = [](Sqlite& db) -> int {
        db.begin();
        count(db);
        throw std::logic_error("ours");
    };
    EXPECT_THROW(store_.await(store_.readers.read(broken)), std::logic_error);
    EXPECT_THROW(store_.await(store_.readers.read(broken)), std::logic_error);
    store_.await(store_.writer.write(&TheReaders::insert));
    EXPECT_EQ(store_.await(store_.readers.read(&TheReaders::count)), 1);
    EXPECT_EQ(store_.await(store_.readers.read(&TheReaders::count)), 1);
}

TEST_F(TheReaders, CannotWrite) { EXPECT_THROW(store_.await(store_.readers.read(&TheReaders::insert)), Error); }

TEST_F(TheReaders, RefuseWhatIsOverTheirCapacity)
{
    Readers readers(store_.db.path(), store_.loop, store_.clock, 0);
    EXPECT_THROW(store_.await(readers.read(&TheReaders::count)), Full);
}

}  // namespace
}  // namespace wgw::store
