#include "bus/call_book.hpp"

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace wgw::bus {

std::string CallBook::new_id()
{
    constexpr std::string_view kHex = "0123456789abcdef";
    std::array<std::byte, (kIdBytes + 1) / 2> bytes;
    random_.fill(bytes);
    std::string id(kIdBytes, '0');
    for (std::size_t i = 0; i < kIdBytes; ++i) {
        const auto byte = std::to_integer<unsigned>(bytes[i / 2]);
        id[i] = kHex[i % 2 == 0 ? byte >> 4 : byte & 15];
    }
    return id;
}

std::string CallBook::begin(Instant deadline, std::size_t bytes, Done done)
{
    assert(has_room(bytes));
    std::string id = new_id();
    const auto place = deadlines_.emplace(deadline, id);
    const bool is_new = calls_.try_emplace(id, Call{std::move(done), bytes, place}).second;
    assert(is_new);  // 84 random bits
    (void)is_new;
    bytes_ += bytes;
    return id;
}

CallBook::Done CallBook::take(Calls::iterator place)
{
    Done done = std::move(place->second.done);
    bytes_ -= place->second.bytes;
    deadlines_.erase(place->second.deadline);
    calls_.erase(place);
    return done;
}

bool CallBook::reply(std::string_view id, IncomingReply packet, std::vector<Header> headers)
{
    const auto place = calls_.find(std::string(id));
    if (place == calls_.end())
        return false;
    auto& latest = place->second.latest;
    if (packet.answer)
        latest = std::move(packet.answer);
    if (!packet.is_last)
        return true;
    Answer answer = latest ? std::move(*latest) : Answer{};
    answer.headers = std::move(headers);
    take(place)(std::move(answer));
    return true;
}

void CallBook::expire(Instant now)
{
    // One after the other: what is told may begin other calls, or end them.
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        take(calls_.find(deadlines_.begin()->second))(Unanswered::late);
}

void CallBook::give_up(const std::string& id) { take(calls_.find(id))(Unanswered::lost); }

void CallBook::fail_all()
{
    // Those under way now, not those that are begun by whoever hears of it.
    std::vector<std::string> ids;
    ids.reserve(calls_.size());
    for (const auto& [deadline, id] : deadlines_)
        ids.push_back(id);
    for (const auto& id : ids)
        if (const auto place = calls_.find(id); place != calls_.end())
            take(place)(Unanswered::lost);
}

}  // namespace wgw::bus
