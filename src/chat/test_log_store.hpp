#pragma once
/// A LogStore that lives in memory: for tests and benchmarks. Its transactions are commit() and rollback().

#include "chat/log_store.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace wgw::chat {

class MemoryLog final : public LogStore {
public:
    std::optional<Room> load(RoomId room) override;
    Seq head(RoomId room) override;
    std::optional<Entry> find(RoomId room, Seq seq) override;
    std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) override;
    std::size_t rooms_of(UserId user, std::size_t most) override;
    Appended append(std::span<const Entry> entries) override;
    void forget() noexcept override {}

    void commit() { uncommitted_.clear(); }

    /// Takes back what was appended since the last commit.
    void rollback();

private:
    using Key = std::tuple<RoomId, UserId, std::string>;

    std::unordered_map<RoomId, std::vector<Entry>> logs_;  // the entry at seq n is at n - 1
    std::map<Key, Seq> keys_;
    std::vector<RoomId> uncommitted_;  // of each entry, in order of appending
};

}  // namespace wgw::chat
