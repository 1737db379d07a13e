#pragma once
/// The numbers that stand for ids inside SQLite, with those used last in memory. One thread.
///
/// Full  the memory is emptied and fills again from the table

#include "model/id.hpp"
#include "store/sqlite.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace wgw::chat {

class NumberTable {
public:
    /// `table` has the columns number and _id. `db` outlives this.
    NumberTable(store::Sqlite& db, const std::string& table)
        : db_(db), select_(db, "SELECT number FROM " + table + " WHERE _id = ?"),
          insert_(db, "INSERT INTO " + table + " (_id) VALUES (?)")
    {
    }

    std::optional<std::int64_t> find(Id id)
    {
        if (const auto known = known_.find(id); known != known_.end())
            return known->second;
        auto rows = select_.query(store::Blob{id.raw()});
        if (!rows.step())
            return {};
        return remember(id, rows.integer(0));
    }

    /// For a table that has no further columns.
    std::int64_t find_or_make(Id id)
    {
        if (const auto number = find(id))
            return *number;
        insert_.run(store::Blob{id.raw()});
        return remember(id, db_.last_rowid());
    }

    std::int64_t remember(Id id, std::int64_t number)
    {
        if (known_.size() >= kMaxKnown)
            known_.clear();
        known_.emplace(id, number);
        return number;
    }

    void forget() noexcept { known_.clear(); }

private:
    static constexpr std::size_t kMaxKnown = 100'000;  // some 5 MB

    store::Sqlite& db_;
    store::Statement select_;
    store::Statement insert_;
    std::unordered_map<Id, std::int64_t> known_;
};

}  // namespace wgw::chat
