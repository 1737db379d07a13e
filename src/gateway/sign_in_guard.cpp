#include "gateway/sign_in_guard.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace wgw::gateway {
namespace {

constexpr Duration kFirstDelay{1'000};
constexpr Duration kUnderWay{1'000};  // until those that are not answered yet have been
constexpr int kNetworkBits = 24;
constexpr int kNetworkBitsV6 = 64;

/// Zeros of an address that is not counted.
IpAddress network_of(const std::optional<IpAddress>& address)
{
    return address.value_or(IpAddress{}).network(kNetworkBits, kNetworkBitsV6);
}

RateKey pair_of(std::string_view account, const IpAddress& network)
{
    std::string text(network.bytes.begin(), network.bytes.end());
    return RateKey::of(text.append(account));
}

/// Makes `table` smaller where it is at its bound: half of it goes, that with the least `worth`.
template <class Table, class Worth>
void make_room(Table& table, std::size_t most, Worth worth)
{
    if (table.size() < most)
        return;
    std::vector<decltype(worth(table.begin()->second))> all;
    for (const auto& [key, value] : table)
        all.push_back(worth(value));
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::ranges::nth_element(all, middle);
    std::size_t surplus = all.size() / 2;
    std::erase_if(table, [&](const auto& entry) { return worth(entry.second) <= *middle && surplus-- > 0; });
}

}  // namespace

SignInGuard::SignInGuard(const Rate& sign_in, const Rate& address, std::uint64_t seed, std::size_t most)
    : rate_(sign_in), most_(most), addresses_(address, seed, most)
{
}

/// A period has passed in quiet.
bool SignInGuard::is_forgiven(const Failures& failures, Instant now) const
{
    return failures.count < rate_.count ? now >= failures.until : now >= failures.until + rate_.period;
}

/// How long `key` has to wait, 0 for not at all.
Duration SignInGuard::delay(const Table<Failures>& table, const RateKey& key, Instant now) const
{
    const auto found = table.find(key);
    if (found == table.end() || rate_.is_off())
        return Duration(0);
    const auto& failures = found->second;
    if (failures.count >= rate_.count && now < failures.until)
        return failures.until - now;
    return failures.under_way >= std::max<std::int64_t>(1, rate_.count - failures.count) ? kUnderWay : Duration(0);
}

/// One more under way, of which there is a counter. Precondition: the rate is not off.
SignInGuard::Failures& SignInGuard::enter(Table<Failures>& table, const RateKey& key, Instant now)
{
    if (table.size() >= most_) {
        std::erase_if(table, [&](const auto& entry) {
            return entry.second.under_way == 0 && now >= entry.second.until + rate_.period;
        });
        // Those with some under way are as good as failures: their number is bounded by the queue of the hash thread.
        make_room(table, most_, [](const Failures& failures) { return failures.count + 1'000 * failures.under_way; });
    }
    auto& failures = table[key];
    if (is_forgiven(failures, now))
        failures.count = 0;
    if (failures.count == 0)
        failures.until = now + rate_.period;
    ++failures.under_way;
    return failures;
}

void SignInGuard::fail(Table<Failures>& table, const RateKey& key, Instant now)
{
    const auto found = table.find(key);
    if (found == table.end())
        return;
    auto& failures = found->second;
    ++failures.count;
    if (failures.count < rate_.count)
        return;
    if (failures.count == rate_.count)
        failures.since = now;
    const auto doublings = std::min<std::int64_t>(failures.count - rate_.count, 30);
    failures.until = now + std::min(kFirstDelay * (std::int64_t{1} << doublings), rate_.period);
}

void SignInGuard::know(const RateKey& pair, Instant now)
{
    make_room(known_, most_, [](Instant last) { return last; });
    known_[pair] = now;
}

SignInGuard::News SignInGuard::remember(std::string_view account, const std::optional<IpAddress>& address, Instant now)
{
    const IpAddress network = network_of(address);
    const News news{News::Kind::right, RateKey::of(account), network, pair_of(account, network)};
    if (!rate_.is_off())
        know(news.pair, now);
    return news;
}

/// It has signed in from there: its owner starts anew, and is known there.
void SignInGuard::succeed(const RateKey& pair, Instant now)
{
    if (const auto found = pairs_.find(pair); found != pairs_.end())
        found->second.count = 0;
    if (!rate_.is_off())
        know(pair, now);
}

void SignInGuard::hear(const News& news, Instant now)
{
    using Kind = News::Kind;
    if (news.kind == Kind::forgotten)
        return forget(news.account);
    if (news.kind == Kind::right)
        return succeed(news.pair, now);
    if (rate_.is_off())
        return;
    const auto count = [&](Table<Failures>& table, const RateKey& key) -> Failures& {
        auto& failures = enter(table, key, now);
        fail(table, key, now);
        --failures.under_way;
        return failures;
    };
    auto& of_pair = count(pairs_, news.pair);
    of_pair.account = news.account;
    of_pair.network = news.network;
    if (news.kind == Kind::failed && !known_.contains(news.pair))
        count(accounts_, news.account);
}

SignInGuard::Look SignInGuard::look(std::string_view account, Instant now) const
{
    const auto key = RateKey::of(account);
    const auto refused = [&](const Failures& failures) {
        return failures.count >= rate_.count && now < failures.until;
    };
    Look look;
    if (const auto found = accounts_.find(key); found != accounts_.end() && !is_forgiven(found->second, now)) {
        look.failed = found->second.count;
        if (refused(found->second)) {
            look.refused_since = found->second.since;
            look.refused_until = found->second.until;
        }
    }
    for (const auto& [pair, failures] : pairs_) {
        if (failures.account != key || failures.count == 0 || is_forgiven(failures, now))
            continue;
        look.networks.push_back({failures.network, failures.count, {}});
        if (refused(failures))
            look.networks.back().refused_until = failures.until;
    }
    std::ranges::sort(look.networks, std::ranges::greater(), &Look::Network::failed);
    if (look.networks.size() > kNetworks)
        look.networks.resize(kNetworks);
    return look;
}

SignInGuard::News SignInGuard::forget(std::string_view account)
{
    const auto key = RateKey::of(account);
    forget(key);
    return {.kind = News::Kind::forgotten, .account = key};
}

void SignInGuard::forget(const RateKey& account)
{
    accounts_.erase(account);
    std::erase_if(pairs_, [&](const auto& entry) { return entry.second.account == account; });
}

std::expected<SignInGuard::Attempt, SignInGuard::Wait> SignInGuard::begin(
    std::string_view account, const std::optional<IpAddress>& address, Instant now
)
{
    Attempt attempt(*this, account, address);
    auto wait = delay(pairs_, attempt.pair_, now);
    if (!attempt.is_known_)
        wait = std::max(wait, delay(accounts_, attempt.account_, now));
    if (wait > Duration(0)) {
        attempt.guard_ = nullptr;
        return std::unexpected(Wait{wait, rate_.count});
    }
    if (attempt.address_)
        wait = addresses_.take(*attempt.address_, now);
    if (wait > Duration(0)) {
        attempt.guard_ = nullptr;
        return std::unexpected(Wait{wait, addresses_.rate().burst});
    }
    if (rate_.is_off())
        return attempt;
    auto& of_pair = enter(pairs_, attempt.pair_, now);
    of_pair.account = attempt.account_;
    of_pair.network = attempt.network_;
    if (!attempt.is_known_)
        enter(accounts_, attempt.account_, now);
    return attempt;
}

SignInGuard::Attempt::Attempt(SignInGuard& guard, std::string_view account, const std::optional<IpAddress>& address)
    : guard_(&guard), account_(RateKey::of(account)), network_(network_of(address)), pair_(pair_of(account, network_)),
      is_known_(guard.known_.contains(pair_))
{
    if (address)
        address_ = RateKey::of(address->network(32, kNetworkBitsV6));
}

SignInGuard::Attempt::Attempt(Attempt&& other) noexcept
    : guard_(std::exchange(other.guard_, nullptr)), account_(other.account_), network_(other.network_),
      pair_(other.pair_), address_(other.address_), is_known_(other.is_known_)
{
}

SignInGuard::Attempt::~Attempt()
{
    if (guard_ == nullptr)
        return;
    leave();
    if (address_)
        guard_->addresses_.give_back(*address_);
}

/// It is not under way any more.
void SignInGuard::Attempt::leave()
{
    for (auto* table : {&guard_->pairs_, &guard_->accounts_}) {
        const auto found = table->find(table == &guard_->pairs_ ? pair_ : account_);
        if (found == table->end() || (table == &guard_->accounts_ && is_known_))
            continue;
        auto& failures = found->second;
        failures.under_way = std::max<std::int64_t>(0, failures.under_way - 1);
        if (failures.under_way == 0 && failures.count == 0)
            table->erase(found);
    }
}

SignInGuard::News SignInGuard::Attempt::end(Outcome outcome, Instant now)
{
    using Kind = News::Kind;
    News news{is_known_ ? Kind::failed_where_known : Kind::failed, account_, network_, pair_};
    if (guard_ == nullptr)
        return news;
    if (outcome == Outcome::failed) {
        guard_->fail(guard_->pairs_, pair_, now);
        if (!is_known_)
            guard_->fail(guard_->accounts_, account_, now);
        leave();
    } else {
        news.kind = Kind::right;
        leave();
        guard_->succeed(pair_, now);
        if (address_)
            guard_->addresses_.give_back(*address_);
    }
    guard_ = nullptr;
    return news;
}

}  // namespace wgw::gateway
