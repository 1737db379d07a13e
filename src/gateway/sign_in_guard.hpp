#pragma once
/// Guessing passwords takes long: failures to sign in are counted, and whoever has had too many waits.
///
///     auto attempt = guard.begin(username, address, now);
///     if (!attempt) …                                      told how long to wait; the password is not looked at
///     … the password is checked …
///     attempt->end(SignInGuard::Outcome::failed, now);     else the attempt is forgotten with the object
///
/// Counted    per account; per account and network of the address (IPv4 /24, IPv6 /64); per address
/// Account    by the name that was given, whether there is such an account or not: the answer does not tell
/// Delay      after `sign_in.count` failures in a period: 1 s, then twice as long after each further one, up to the
///            period; never for ever. Forgotten when a period has passed in quiet
/// Owner      a network from which the account has signed in before has a counter of its own: what others guess does
///            not keep its owner out. Known are the last 48 Ki such pairs, since the start of the process
/// Meanwhile  attempts that are not answered yet count as failures, so that many at once gain nothing
/// Bound      48 Ki counters of each kind; over it those with the fewest failures go
/// Cluster    what has become of an attempt is news for the other gateways: end() says it there, hear() here
/// Pure: time in, verdict out. Loop only.
/// Tests      sign_in_guard_test.cpp

#include "gateway/rate_limit.hpp"

#include <expected>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wgw::gateway {

class SignInGuard {
public:
    enum class Outcome { right, failed };

    /// `sign_in`: of an account. `address`: of an address.
    SignInGuard(const Rate& sign_in, const Rate& address, std::uint64_t seed, std::size_t most = RateTable::kMost);

    /// What other gateways have to know. A value.
    struct News {
        /// The number is what is told: never change one.
        enum class Kind : std::uint8_t {
            failed,
            failed_where_known,  ///< From a network from which the account has signed in before.
            right,               ///< Signed in, or made, from there.
            forgotten,           ///< By the operator; of all networks.
        };
        static constexpr std::size_t kKinds = 4;

        Kind kind = Kind::failed;
        RateKey account{};
        IpAddress network{};
        RateKey pair{};  ///< Account and network.

        friend bool operator==(const News&, const News&) = default;
    };

    /// An attempt under way. Without an end() it has not been one. The guard outlives it.
    class Attempt {
    public:
        Attempt(Attempt&& other) noexcept;
        Attempt& operator=(Attempt&&) = delete;
        ~Attempt();

        News end(Outcome outcome, Instant now);

        /// What a failure has taken of the rate of addresses; nothing: it is not counted.
        const std::optional<RateKey>& address() const { return address_; }

    private:
        friend class SignInGuard;
        Attempt(SignInGuard& guard, std::string_view account, const std::optional<IpAddress>& address);
        void leave();

        SignInGuard* guard_;
        RateKey account_;
        IpAddress network_;
        RateKey pair_;  ///< Account and network.
        std::optional<RateKey> address_;
        bool is_known_;
    };

    struct Wait {
        Duration span;
        std::int64_t limit = 0;  ///< How many failures are allowed.
    };

    /// Nothing for `address`: it is one that is not counted.
    std::expected<Attempt, Wait> begin(std::string_view account, const std::optional<IpAddress>& address, Instant now);

    /// What is counted for an account: for the operator.
    struct Look {
        struct Network {
            IpAddress first;  ///< Of its addresses; zeros: those that are not counted.
            std::int64_t failed = 0;
            std::optional<Instant> refused_until = {};
        };

        std::int64_t failed = 0;                    ///< From networks where the account has not signed in before.
        std::optional<Instant> refused_since = {};  ///< With `refused_until`: from these networks.
        std::optional<Instant> refused_until = {};
        std::vector<Network> networks = {};  ///< Those with failures, the most of them first; kNetworks at most.
    };
    static constexpr std::size_t kNetworks = 5;

    /// Looks at every counter: not for the way of a request.
    Look look(std::string_view account, Instant now) const;

    /// What was counted for the account is forgotten: it may try again at once.
    News forget(std::string_view account);

    /// The account was made, or has signed in otherwise, from there.
    News remember(std::string_view account, const std::optional<IpAddress>& address, Instant now);

    /// What another gateway tells: counted as if it had been here.
    void hear(const News& news, Instant now);

    /// That many failures from an address were counted there.
    void charge_address(const RateKey& address, std::int64_t many, Instant now)
    {
        addresses_.charge(address, many, now);
    }

private:
    struct Failures {
        std::int64_t count = 0;
        std::int64_t under_way = 0;
        Instant until;  ///< Of the delay, or of the period.
        Instant since;  ///< When there were so many that a delay began.
        RateKey account;
        IpAddress network;  ///< Of a pair.
    };
    struct Hash {
        std::size_t operator()(const RateKey& key) const { return key.words[0]; }  // of a digest
    };
    template <class Value>
    using Table = std::unordered_map<RateKey, Value, Hash>;

    bool is_forgiven(const Failures& failures, Instant now) const;
    Duration delay(const Table<Failures>& table, const RateKey& key, Instant now) const;
    Failures& enter(Table<Failures>& table, const RateKey& key, Instant now);
    void fail(Table<Failures>& table, const RateKey& key, Instant now);
    void know(const RateKey& pair, Instant now);
    void succeed(const RateKey& pair, Instant now);
    void forget(const RateKey& account);

    Rate rate_;
    std::size_t most_;
    Table<Failures> accounts_;
    Table<Failures> pairs_;
    Table<Instant> known_;  ///< Pairs, and when they last signed in.
    RateTable addresses_;
};

}  // namespace wgw::gateway
