#pragma once
/// What every LogStore does: its tests are in test_log_store_contract.cpp, and each program of tests says on which
/// stores it runs them.
///
///     INSTANTIATE_TEST_SUITE_P(Every, ALogStore, testing::ValuesIn(kLogs), name_of_log);

#include "chat/log_store.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::chat {

/// A store and the owner of its transactions.
struct LogUnderTest {
    virtual ~LogUnderTest() = default;
    virtual LogStore& log() = 0;
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
};

struct LogKind {
    std::string_view name;
    std::unique_ptr<LogUnderTest> (*make)();

    friend void PrintTo(const LogKind& row, std::ostream* out) { *out << row.name; }
};

inline std::string name_of_log(const testing::TestParamInfo<LogKind>& row) { return std::string(row.param.name); }

class ALogStore : public testing::TestWithParam<LogKind> {
protected:
    LogStore::Appended append(std::vector<Entry> entries)
    {
        subject_->begin();
        auto result = log_.append(entries);
        subject_->commit();
        return result;
    }

    std::unique_ptr<LogUnderTest> subject_ = GetParam().make();
    LogStore& log_ = subject_->log();
};

}  // namespace wgw::chat
