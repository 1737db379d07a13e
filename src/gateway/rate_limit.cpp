#include "gateway/rate_limit.hpp"

#include <algorithm>
#include <bit>

namespace wgw::gateway {
namespace {

constexpr std::size_t kFirst = 64;

std::uint64_t mixed(std::uint64_t a, std::uint64_t b)
{
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

RateTable::RateTable(const Rate& rate, std::uint64_t seed, std::size_t most)
    : rate_(rate), pace_(rate), seed_(seed | 1), most_(std::max(most, kFirst))
{
}

RateTable::Place& RateTable::place_of(const RateKey& key)
{
    const std::size_t mask = places_.size() - 1;
    std::size_t at = mixed(key.words[0] ^ seed_, mixed(key.words[1] ^ std::rotl(seed_, 32), seed_)) & mask;
    while (!places_[at].is_free() && places_[at].key != key)
        at = (at + 1) & mask;
    return places_[at];
}

Duration RateTable::take(const RateKey& key, Instant now)
{
    return rate_.is_off() ? Duration(0) : bucket_of(key, now).take(pace_, now);
}

void RateTable::charge(const RateKey& key, std::int64_t many, Instant now)
{
    if (!rate_.is_off())
        bucket_of(key, now).charge(pace_, many, now);
}

/// Room is made for it, and it is put there, if there is none yet.
Bucket& RateTable::bucket_of(const RateKey& key, Instant now)
{
    if (size_ >= room_)
        make_room(now);
    auto& place = place_of(key);
    if (place.is_free()) {
        place.key = key;
        ++size_;
    }
    return place.bucket;
}

void RateTable::give_back(const RateKey& key)
{
    if (rate_.is_off() || places_.empty())
        return;
    if (auto& place = place_of(key); !place.is_free())
        place.bucket.give_back(pace_);
}

void RateTable::make_room(Instant now)
{
    std::vector<Place> kept;
    kept.reserve(size_);
    for (const auto& place : places_)
        if (!place.is_free() && !place.bucket.is_full(now))
            kept.push_back(place);
    // Room for at least a quarter of the bound afterwards, so that the next sweep is far enough away to pay for this
    // one.
    if (kept.size() > most_ - most_ / 4) {
        const auto half = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2);
        std::ranges::nth_element(kept, half, std::greater(), &Place::bucket);
        kept.erase(half, kept.end());
    }
    places_.assign(std::clamp(std::bit_ceil(2 * kept.size()), kFirst, std::bit_ceil(most_ + most_ / 3)), Place());
    room_ = std::min(most_, places_.size() / 4 * 3);
    size_ = kept.size();
    for (const auto& place : kept)
        place_of(place.key) = place;
}

}  // namespace wgw::gateway
