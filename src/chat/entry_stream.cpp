#include "chat/entry_stream.hpp"

#include "base/log.hpp"
#include "chat/entry_hint.hpp"

#include <utility>

namespace wgw::chat {
namespace {

constexpr std::string_view kRoomPrefix = "wgw.room.";
constexpr Duration kRetry{500};

}  // namespace

std::string room_channel(const RoomId& room) { return std::string(kRoomPrefix) + room.hex(); }

void publish(bus::Hints& hints, const Entry& entry)
{
    std::string hint = encode_hint(entry);
    if (makes_member(entry))
        hints.publish(std::string(kJoinsChannel), hint);
    hints.publish(room_channel(entry.room_id), std::move(hint));
}

EntryStream::EntryStream(bus::Hints& hints, LogReader& log, TaskScope& tasks) : hints_(hints), log_(log), tasks_(tasks)
{
    hints.subscribe(std::string(kJoinsChannel));
}

void EntryStream::heard(std::string_view payload)
{
    auto entry = decode_hint(payload);
    if (!entry)
        return log::warn("Something that is no hint of ours was published on Redis.", {});
    counts_.heard.add();
    hear(*std::move(entry));
}

void EntryStream::following(std::string_view channel)
{
    if (!channel.starts_with(kRoomPrefix))
        return;
    if (const auto room = Id::parse(channel.substr(kRoomPrefix.size())))
        unsure_.insert(*room);
}

void EntryStream::watch(const RoomId& room, Seq told)
{
    if (feed_.follows(room))
        return;
    feed_.follow(room, told);
    hints_.subscribe(room_channel(room));
}

void EntryStream::unwatch(const RoomId& room)
{
    feed_.unfollow(room);
    unsure_.erase(room);
    hints_.unsubscribe(room_channel(room));
}

void EntryStream::unwatch_unless(const std::function<bool(const RoomId&)>& is_wanted)
{
    std::vector<RoomId> unwanted;
    for (const auto& room : feed_.rooms())
        if (!is_wanted(room))
            unwanted.push_back(room);
    for (const auto& room : unwanted)
        unwatch(room);
}

void EntryStream::stored(Entry entry) { hear(std::move(entry)); }

void EntryStream::hear(Entry entry)
{
    if (!feed_.follows(entry.room_id)) {
        if (makes_member(entry))
            tell(entry);
        return;
    }
    const RoomId room = entry.room_id;
    take(room, feed_.hear(std::move(entry)));
}

// The listener may watch and unwatch: nothing of the feed is held on to meanwhile.
void EntryStream::take(const RoomId& room, Feed::Step step)
{
    if (step.read_behind)
        wishes_.push_back({room, *step.read_behind});
    for (const auto& entry : step.tell)
        tell(entry);
}

void EntryStream::tell(const Entry& entry)
{
    counts_.told.add();
    if (listener_)
        listener_(entry);
}

void EntryStream::advance(Instant now)
{
    now_ = now;
    if (now >= compare_at_) {
        compare_at_ = now + kCompare;
        for (const auto& room : feed_.rooms())
            unsure_.insert(room);
    }
    if (!comparing_ && !unsure_.empty() && now >= retry_at_) {
        std::vector<RoomId> rooms;
        for (auto room = unsure_.begin(); room != unsure_.end() && rooms.size() < kHeads; room = unsure_.erase(room))
            rooms.push_back(*room);
        comparing_ = true;
        tasks_.spawn(compare(std::move(rooms)));
    }
    if (!glancing_ && now >= glance_at_) {
        glance_at_ = now + kGlance;
        glancing_ = true;
        tasks_.spawn(glance());
    }
    start_reads();
}

void EntryStream::start_reads()
{
    while (reading_ < kReads && !wishes_.empty()) {
        const Wish wish = wishes_.front();
        wishes_.pop_front();
        if (feed_.told(wish.room) != wish.after)
            continue;  // it was unwatched since
        ++reading_;
        tasks_.spawn(read(wish.room, wish.after));
    }
}

Task<void> EntryStream::read(RoomId room, Seq after)
{
    std::optional<std::vector<Entry>> entries;
    try {
        counts_.reads.add();
        entries = co_await log_.entries(room, after, kPage);
        counts_.read_entries.add(entries->size());
    } catch (const std::exception& error) {
        counts_.failures.add();
        log::debug(
            "What hints have not told could not be read.",
            {
                {"room_id", room.hex()  },
                {"what",    error.what()}
        }
        );
    }
    --reading_;
    if (entries) {
        take(room, feed_.fill(room, *std::move(entries)));
    } else {
        feed_.failed(room);
        if (feed_.follows(room))
            unsure_.insert(room);
        retry_at_ = now_ + kRetry;
    }
}

Task<void> EntryStream::compare(std::vector<RoomId> rooms)
{
    std::optional<std::vector<RoomHead>> heads;
    try {
        heads = co_await log_.heads(rooms);
    } catch (const std::exception& error) {
        counts_.failures.add();
        log::debug(
            "Heads of rooms could not be compared.",
            {
                {"rooms", rooms.size()},
                {"what",  error.what()}
        }
        );
    }
    comparing_ = false;
    if (heads) {
        for (const auto& head : *heads)
            take(head.room_id, feed_.head(head.room_id, head.seq));
    } else {
        for (const auto& room : rooms)
            if (feed_.follows(room))
                unsure_.insert(room);
        retry_at_ = now_ + kRetry;
    }
}

Task<void> EntryStream::glance()
{
    LogReader::Recent recent;
    try {
        recent = co_await log_.recent(kGlanceSpan);
    } catch (const std::exception& error) {
        counts_.failures.add();
        log::debug(
            "What was stored lately could not be asked for.",
            {
                {"what", error.what()}
        }
        );
    }
    glancing_ = false;
    for (auto& join : recent.joins)
        hear(std::move(join));
    for (const auto& head : recent.heads)
        take(head.room_id, feed_.head(head.room_id, head.seq));
}

}  // namespace wgw::chat
