#include "sio/server/recovery.hpp"

#include "codec/base64.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace wgw::sio {
namespace {

/// In an offset, between what names the server and the number.
constexpr char kSeparator = '.';

bool is_for(const LostSession& session, std::span<const std::string> rooms)
{
    return std::ranges::any_of(rooms, [&](const std::string& room) {
        return room == session.sid || std::ranges::find(session.rooms, room) != session.rooms.end();
    });
}

}  // namespace

Recovery::Recovery(RecoveryOptions options, Random& random) : options_(options)
{
    std::array<std::byte, 6> bytes{};
    random.fill(bytes);
    prefix_ = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, Base64::url) + kSeparator;
}

void Recovery::add(std::vector<std::string> rooms, std::vector<std::string> except, Encoded event, Instant now)
{
    std::size_t bytes = sizeof(Event);
    for (const auto& frame : event.frames())
        bytes += frame.size();
    bytes_ += bytes;
    events_.push_back({std::move(rooms), std::move(except), std::move(event), bytes, now});
    forget_old(now);
}

void Recovery::keep(LostSession session, Instant now)
{
    std::string pid = session.pid;
    sessions_.push_back({std::move(session), now});
    by_pid_.insert_or_assign(std::move(pid), std::prev(sessions_.end()));
    forget_old(now);
}

std::optional<LostSession> Recovery::restore(std::string_view pid, std::string_view offset, Instant now)
{
    forget_old(now);
    const auto found = by_pid_.find(std::string(pid));
    if (found == by_pid_.end() || !number_of(offset))
        return {};
    auto session = std::move(found->second->session);
    sessions_.erase(found->second);
    by_pid_.erase(found);
    return session;
}

std::optional<std::vector<Encoded>> Recovery::missed(const LostSession& session, std::string_view offset) const
{
    const auto last_seen = number_of(offset);
    if (!last_seen)
        return {};
    std::vector<Encoded> missed;
    for (auto number = *last_seen + 1; number < first_ + events_.size(); ++number) {
        const auto& event = events_[number - first_];
        if ((event.rooms.empty() || is_for(session, event.rooms)) && !is_for(session, event.except))
            missed.push_back(event.encoded);
    }
    return missed;
}

/// Of an event that is remembered, or of the newest one that is not: then nothing is missing behind it.
std::optional<std::uint64_t> Recovery::number_of(std::string_view offset) const
{
    if (!offset.starts_with(prefix_))
        return {};
    const auto digits = offset.substr(prefix_.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size())
        return {};
    return number + 1 >= first_ && number < first_ + events_.size() ? std::optional(number) : std::nullopt;
}

void Recovery::forget_old(Instant now)
{
    const Instant oldest = now - options_.max_disconnection;
    while (!events_.empty() && (events_.front().at < oldest || bytes_ > options_.bytes)) {
        bytes_ -= events_.front().bytes;
        events_.pop_front();
        ++first_;
    }
    while (!sessions_.empty() && (sessions_.front().at < oldest || sessions_.size() > options_.sessions)) {
        by_pid_.erase(sessions_.front().session.pid);
        sessions_.pop_front();
    }
}

}  // namespace wgw::sio
