#pragma once
/// What a gateway tells the others of its limits, and what it knows of theirs: the part of Throttles that is there only
/// where there are several gateways.
///
///     took(rate, key, 1)          told with collect()
///     is_there(who, key, 3)       so many are connected here now: told when it changes, and each kAgain
///     hear_connected(…)           what another one tells
///     elsewhere(who, key, now)    so many are connected at all the others
///
/// Late      each kWindow something is told. What several gateways let in within the same one may be too much together;
///           of a rate the surplus is owed, so over a longer time the rate holds
/// Forgets   what a gateway has not said again for kForget: it has died, or Redis is away. Then each counts for itself
/// Bound     kMost keys of each kind to tell at once, kElsewhere keys of others; over it nothing is told or noted, in
///           somebody's favour
/// Pure: time in, values out. Loop only.
/// Source    docs/adr/0025-what-a-cluster-shares.md
/// Tests     shared_limits_test.cpp, tests/cluster/shared_limits.test.mjs

#include "gateway/limit_news.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace wgw::gateway {

class SharedLimits {
public:
    static constexpr Duration kWindow{200};
    static constexpr Duration kAgain{5'000};
    static constexpr Duration kForget{15'000};
    static constexpr std::size_t kMost = 4'096;
    static constexpr std::size_t kElsewhere = 1'000'000;

    /// `gateway`: a random number, which no other has.
    explicit SharedLimits(std::uint64_t gateway) : gateway_(gateway) {}

    /// Less than nothing: given back.
    void took(RateOf rate, const RateKey& key, std::int32_t many);
    void is_there(WhoIs who, const RateKey& key, std::size_t many);
    void tried(const SignInGuard::News& news);

    /// What is to be told now; each fits into a hint. Often nothing.
    std::vector<LimitNews> collect(Instant now);

    /// Whether another gateway has said it.
    bool is_from_other(const LimitNews& news) const { return news.gateway != gateway_; }

    void hear_connected(std::uint64_t gateway, const LimitNews::Connected& connected, Instant now);
    std::int64_t elsewhere(WhoIs who, const RateKey& key, Instant now) const;

private:
    struct Hash {
        // Of keys that clients may choose (addresses, ids): both halves, and a number of this process.
        std::size_t operator()(const RateKey& key) const
        {
            return (key.words[0] ^ seed) * 0x9e3779b97f4a7c15U ^ key.words[1];
        }
        std::uint64_t seed = 0;
    };
    template <class Value>
    using Table = std::unordered_map<RateKey, Value, Hash>;

    struct Here {
        std::uint32_t many = 0;
        bool is_new = true;  ///< Not told yet.
    };
    struct There {
        std::uint64_t gateway = 0;
        std::uint32_t many = 0;
        Instant until;
    };

    template <class Value>
    Table<Value> table() const
    {
        return Table<Value>(0, Hash{gateway_});
    }
    void forget(Instant now);

    std::uint64_t gateway_;
    std::array<Table<std::int32_t>, kRates> taken_{table<std::int32_t>(), table<std::int32_t>(), table<std::int32_t>(),
                                                   table<std::int32_t>(), table<std::int32_t>(), table<std::int32_t>(),
                                                   table<std::int32_t>()};
    std::array<Table<Here>, 2> here_{table<Here>(), table<Here>()};
    std::array<std::vector<RateKey>, 2> changed_;
    std::array<Table<std::vector<There>>, 2> there_{table<std::vector<There>>(), table<std::vector<There>>()};
    std::vector<SignInGuard::News> sign_ins_;
    Instant next_;
    Instant again_at_;
};

}  // namespace wgw::gateway
