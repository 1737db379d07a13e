#pragma once
/// The log of another process, over the bus: what a gateway reads where hints may have been lost.
///
/// Entries travel as hints do (entry_hint.hpp), in base64: a JSON array of texts. Asked for without a token: whoever may
/// use the broker hears all of it anyway.
/// Loop only.
/// Tests  remote_log_test.cpp

#include "bus/calls.hpp"
#include "bus/operation.hpp"
#include "chat/entry_stream.hpp"

namespace wgw::chat {

namespace patterns {
/// {"room_id","after","limit"}: entries
inline constexpr bus::Pattern kFindEntries{"chat.entry.find_all", false, false};
/// {"rooms":[id…]}: [{"room_id","seq"}]
inline constexpr bus::Pattern kFindHeads{"chat.room.head.find_all", false, false};
/// {"span_ms"}: {"heads":[…],"joins":[…]}
inline constexpr bus::Pattern kFindRecent{"chat.entry.find_recent", false, false};
}  // namespace patterns

class RemoteLog final : public LogReader {
public:
    /// `calls` outlives it.
    explicit RemoteLog(bus::Calls& calls) : calls_(calls) {}

    Task<std::vector<Entry>> entries(RoomId room, Seq after, std::size_t limit) override;
    Task<std::vector<RoomHead>> heads(std::vector<RoomId> rooms) override;
    Task<Recent> recent(Duration span) override;

private:
    bus::Calls& calls_;
};

/// What RemoteLog asks for, answered from `log`, which outlives the operations.
bus::Operations log_operations(LogReader& log);

}  // namespace wgw::chat
