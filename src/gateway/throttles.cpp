#include "gateway/throttles.hpp"

#include "base/log.hpp"

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
    : limits_(limits), proxies_(std::move(proxies)), loop_(loop), seed_(random_number(random)),
      gateway_(random_number(random)), events_(limits.events),
      refusals_(limits.events.is_off() ? Rate{} : kRefusals, seed_),
      rates_{
          // In the order of RateOf.
          RateTable(limits.connect, seed_),     RateTable(limits.send, seed_), RateTable(limits.send_room, seed_),
          RateTable(limits.room_create, seed_), RateTable(limits.join, seed_), RateTable(limits.sign_up, seed_),
      },
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

Throttles::Verdict Throttles::take(RateOf rate, const RateKey& key)
{
    if (const Duration wait = table(rate).take(key, now()); wait > Duration(0))
        return refusal(wait, table(rate).rate().burst);
    note(rate, key, 1);
    return {};
}

void Throttles::give_back(RateOf rate, const RateKey& key)
{
    table(rate).give_back(key);
    note(rate, key, -1);
}

/// The others have to know.
void Throttles::note(RateOf rate, const RateKey& key, std::int32_t many)
{
    if (shared_ && (rate == RateOf::sign_in_address || !table(rate).rate().is_off()))
        shared_->took(rate, key, many);
}

void Throttles::tell(const SignInGuard::News& news)
{
    if (shared_)
        shared_->tried(news);
}

std::vector<std::string> Throttles::to_tell()
{
    std::vector<std::string> payloads;
    if (shared_)
        for (const auto& news : shared_->collect(now()))
            payloads.push_back(encode(news));
    return payloads;
}

void Throttles::hear(std::string_view payload)
{
    const auto news = decode_limit_news(payload);
    if (!news)
        return log::warn("Something that is no hint of ours was published on Redis.", {});
    if (!shared_ || !shared_->is_from_other(*news))
        return;
    for (const auto& taken : news->taken) {
        if (taken.rate == RateOf::sign_in_address)
            sign_ins_.charge_address(taken.key, taken.many, now());
        else
            table(taken.rate).charge(taken.key, taken.many, now());
    }
    for (const auto& connected : news->connected)
        shared_->hear_connected(news->gateway, connected, now());
    for (const auto& sign_in : news->sign_ins)
        sign_ins_.hear(sign_in, now());
}

Throttles::Verdict Throttles::connect(std::string_view address)
{
    const auto from = counted(address);
    if (!from)
        return {};
    const auto found = connections_.find(*from);
    const auto here = found == connections_.end() ? 0 : found->second;
    const auto there = shared_ ? shared_->elsewhere(WhoIs::address, RateKey::of(*from), now()) : 0;
    if (here + there >= limits_.connections_per_address)
        return refusal(kUntilOneLeaves, limits_.connections_per_address);
    if (auto refused = take(RateOf::connect, RateKey::of(*from)))
        return refused;
    ++connections_[*from];
    if (shared_)
        shared_->is_there(WhoIs::address, RateKey::of(*from), static_cast<std::size_t>(here + 1));
    return {};
}

void Throttles::disconnect(std::string_view address)
{
    const auto from = counted(address);
    const auto found = from ? connections_.find(*from) : connections_.end();
    if (found == connections_.end())
        return;
    const auto left = --found->second;
    if (shared_)
        shared_->is_there(WhoIs::address, RateKey::of(*from), static_cast<std::size_t>(left));
    if (left == 0)
        connections_.erase(found);
}

Throttles::Verdict Throttles::enter(const UserId& user, std::size_t sockets) const
{
    const auto there = shared_ ? shared_->elsewhere(WhoIs::user, RateKey::of(user), now()) : 0;
    if (static_cast<std::int64_t>(sockets) + there < limits_.connections_per_user)
        return {};
    return refusal(kUntilOneLeaves, limits_.connections_per_user);
}

void Throttles::has_sockets(const UserId& user, std::size_t sockets)
{
    if (shared_)
        shared_->is_there(WhoIs::user, RateKey::of(user), sockets);
}

Throttles::Verdict Throttles::event(Bucket& of_socket) const
{
    if (const Duration wait = of_socket.take(events_, now()); wait > Duration(0))
        return refusal(wait, limits_.events.burst);
    return {};
}

Throttles::Verdict Throttles::send(const UserId& user, const RoomId& room)
{
    if (auto refused = take(RateOf::send, RateKey::of(user)))
        return refused;
    auto refused = take(RateOf::send_room, RateKey::of(room));
    if (refused)
        give_back(RateOf::send, RateKey::of(user));
    return refused;
}

Throttles::Verdict Throttles::sign_up(std::string_view address)
{
    const auto from = counted(address);
    return from ? take(RateOf::sign_up, RateKey::of(*from)) : Verdict();
}

void Throttles::not_signed_up(std::string_view address)
{
    if (const auto from = counted(address))
        give_back(RateOf::sign_up, RateKey::of(*from));
}

void Throttles::signed_up(std::string_view username, std::string_view address)
{
    tell(sign_ins_.remember(username, counted(address), now()));
}

Result<SignInGuard::Attempt> Throttles::sign_in(std::string_view username, std::string_view address)
{
    auto attempt = sign_ins_.begin(username, counted(address), now());
    if (!attempt)
        return fail(refusal(attempt.error().span, attempt.error().limit));
    return *std::move(attempt);
}

void Throttles::end(SignInGuard::Attempt& attempt, SignInGuard::Outcome outcome)
{
    tell(attempt.end(outcome, now()));
    if (outcome == SignInGuard::Outcome::failed && attempt.address())
        note(RateOf::sign_in_address, *attempt.address(), 1);
}

}  // namespace wgw::gateway
