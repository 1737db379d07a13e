#include "gateway/throttles.hpp"

#include <array>
#include <cstring>

namespace wgw::gateway {
namespace {

constexpr Duration kUntilOneLeaves{5'000};  // where no time is known at which there will be one less
constexpr Rate kRefusals{1'000, std::chrono::minutes(1), 1'000};  // of a socket

std::uint64_t random_number(Random& random)
{
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    random.fill(bytes);
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

Failure refusal(Duration wait, std::int64_t limit)
{
    Failure failure(Errc::rate_limited);
    failure.retry_after_ms = wait.count();
    failure.limit = limit;
    return failure;
}

}  // namespace

Throttles::Throttles(const Limits& limits, std::vector<IpNetwork> proxies, const net::Loop& loop, Random& random)
    : limits_(limits), proxies_(std::move(proxies)), loop_(loop), seed_(random_number(random)), events_(limits.events),
      connects_(limits.connect, seed_), refusals_(limits.events.is_off() ? Rate{} : kRefusals, seed_),
      sends_(limits.send, seed_), room_sends_(limits.send_room, seed_), room_creations_(limits.room_create, seed_),
      joins_(limits.join, seed_), sign_ups_(limits.sign_up, seed_),
      sign_ins_(limits.sign_in, limits.sign_in_address, seed_)
{
}

std::optional<IpAddress> Throttles::counted(std::string_view address) const
{
    const auto parsed = IpAddress::parse(address);
    if (!parsed || (proxies_.empty() && parsed->is_private()))
        return {};
    return parsed->network(32, 64);
}

Throttles::Verdict Throttles::take(RateTable& table, const RateKey& key)
{
    if (const Duration wait = table.take(key, now()); wait > Duration(0))
        return refusal(wait, table.rate().burst);
    return {};
}

Throttles::Verdict Throttles::connect(std::string_view address)
{
    const auto from = counted(address);
    if (!from)
        return {};
    if (const auto found = connections_.find(*from);
        found != connections_.end() && found->second >= limits_.connections_per_address)
        return refusal(kUntilOneLeaves, limits_.connections_per_address);
    if (auto refused = take(connects_, RateKey::of(*from)))
        return refused;
    ++connections_[*from];
    return {};
}

void Throttles::disconnect(std::string_view address)
{
    const auto from = counted(address);
    const auto found = from ? connections_.find(*from) : connections_.end();
    if (found != connections_.end() && --found->second == 0)
        connections_.erase(found);
}

Throttles::Verdict Throttles::enter(std::size_t sockets) const
{
    if (static_cast<std::int64_t>(sockets) < limits_.connections_per_user)
        return {};
    return refusal(kUntilOneLeaves, limits_.connections_per_user);
}

Throttles::Verdict Throttles::event(Bucket& of_socket) const
{
    if (const Duration wait = of_socket.take(events_, now()); wait > Duration(0))
        return refusal(wait, limits_.events.burst);
    return {};
}

Throttles::Verdict Throttles::send(const UserId& user, const RoomId& room)
{
    if (auto refused = take(sends_, RateKey::of(user)))
        return refused;
    auto refused = take(room_sends_, RateKey::of(room));
    if (refused)
        sends_.give_back(RateKey::of(user));
    return refused;
}

Throttles::Verdict Throttles::sign_up(std::string_view address)
{
    const auto from = counted(address);
    return from ? take(sign_ups_, RateKey::of(*from)) : Verdict();
}

void Throttles::not_signed_up(std::string_view address)
{
    if (const auto from = counted(address))
        sign_ups_.give_back(RateKey::of(*from));
}

void Throttles::signed_up(std::string_view username, std::string_view address)
{
    sign_ins_.remember(username, counted(address), now());
}

Result<SignInGuard::Attempt> Throttles::sign_in(std::string_view username, std::string_view address)
{
    auto attempt = sign_ins_.begin(username, counted(address), now());
    if (!attempt)
        return fail(refusal(attempt.error().span, attempt.error().limit));
    return *std::move(attempt);
}

}  // namespace wgw::gateway
