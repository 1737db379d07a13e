#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/test_log_store.hpp"
#include "chat/test_log_store_contract.hpp"

namespace wgw::chat {
namespace {

struct InMemory final : LogUnderTest {
    LogStore& log() override { return log_; }
    void begin() override {}
    void commit() override { log_.commit(); }
    void rollback() override { log_.rollback(); }

    MemoryLog log_;
};

struct OnSqlite final : LogUnderTest {
    OnSqlite()
    {
        store::migrate(db_, "chat", kLogMigrations, Timestamp{});
        log_ = make_sqlite_log(db_);
    }
    LogStore& log() override { return *log_; }
    void begin() override { db_.begin(); }
    void commit() override { db_.commit(); }
    void rollback() override { db_.rollback(); }

    store::Sqlite db_{"", store::Sqlite::Mode::memory};
    std::unique_ptr<LogStore> log_;
};

const LogKind kLogs[] = {
    {"memory", []() -> std::unique_ptr<LogUnderTest> { return std::make_unique<InMemory>(); }},
    {"sqlite", []() -> std::unique_ptr<LogUnderTest> { return std::make_unique<OnSqlite>(); }},
};

INSTANTIATE_TEST_SUITE_P(Every, ALogStore, testing::ValuesIn(kLogs), name_of_log);

}  // namespace
}  // namespace wgw::chat
