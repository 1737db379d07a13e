#pragma once
/// One rate for each of many: users, rooms, addresses. A table of buckets that forgets.
///
///     RateTable sends(limits.send, seed);
///     if (const Duration wait = sends.take(RateKey::of(user), now); wait > Duration(0))  …refused, for so long
///
/// Forgets   a bucket that is full again is like one that was never used, and goes when room is made
/// Bound     `most` buckets, 1.5 MiB. Where more are not full, the half of them that is nearest to full goes: those who
///           have used least begin anew, and whoever is at the limit stays there
/// Hot path  take() is one look-up, and no allocation but where the table grows or has to be swept
/// Pure: time in, verdict out. Loop only.
/// Tests     rate_limit_test.cpp

#include "base/rate.hpp"
#include "codec/ip_address.hpp"
#include "codec/sha256.hpp"
#include "model/id.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace wgw::gateway {

/// What is counted, in 16 bytes. A value.
struct RateKey {
    std::array<std::uint64_t, 2> words{};

    static RateKey of(const Id& id) { return from(id.bytes); }
    static RateKey of(const IpAddress& address) { return from(address.bytes); }
    static RateKey of(std::uint64_t number)
    {
        return {
            {number, 0}
        };
    }

    /// For text of any length: two of them with one key cannot be found.
    static RateKey of(std::string_view text) { return from(sha256(text)); }

    friend bool operator==(const RateKey&, const RateKey&) = default;

private:
    template <std::size_t N>
    static RateKey from(const std::array<std::uint8_t, N>& bytes)
    {
        RateKey key;
        std::memcpy(key.words.data(), bytes.data(), std::min(N, sizeof key.words));
        return key;
    }
};

class RateTable {
public:
    static constexpr std::size_t kMost = 48 * 1024;

    /// `seed`: random, so that nobody can choose keys that meet in one place. `most`: at least 64.
    RateTable(const Rate& rate, std::uint64_t seed, std::size_t most = kMost);

    /// Takes one of `key`'s: 0. Else how long until there is one, at least 1 ms; nothing is taken then.
    Duration take(const RateKey& key, Instant now);

    /// Puts back what take() has taken, if that is still known.
    void give_back(const RateKey& key);

    /// So many were taken in another process; less than nothing: given back. See Bucket::charge.
    void charge(const RateKey& key, std::int64_t many, Instant now);

    const Rate& rate() const { return rate_; }

    /// Buckets that are kept.
    std::size_t size() const { return size_; }

private:
    struct Place {
        RateKey key;
        Bucket bucket;
        bool is_free() const { return bucket == Bucket(); }
    };

    Place& place_of(const RateKey& key);
    Bucket& bucket_of(const RateKey& key, Instant now);
    void make_room(Instant now);

    Rate rate_;
    Pace pace_;
    std::uint64_t seed_;
    std::size_t most_;
    std::vector<Place> places_;  ///< A power of two of them, at most three quarters used.
    std::size_t size_ = 0;
    std::size_t room_ = 0;  ///< Of buckets, until it has to be swept.
};

}  // namespace wgw::gateway
