#pragma once
/// All rates of the product together: who may do how much of what, by user, room and address.
///
/// Addresses  IPv6 counts by its /64. While no proxy is trusted, peers on loopback and private networks are not
///            counted: behind a proxy or Docker they would all be one
/// Cluster    after share() what is counted here is told to the other gateways, and theirs counts here
/// Answers    rate_limited, with the time after which the same may be tried again; nothing has happened then
/// Loop only. Hot path: send().
/// Tests      throttles_test.cpp, tests/e2e/limits.test.mjs, tests/cluster/shared_limits.test.mjs

#include "base/random.hpp"
#include "codec/forwarded.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/shared_limits.hpp"
#include "gateway/sign_in_guard.hpp"
#include "gateway/sign_in_journal.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::gateway {

class Throttles {
public:
    /// All three outlive it. `proxies`: WGW_TRUSTED_PROXIES.
    Throttles(const Limits& limits, std::vector<IpNetwork> proxies, const net::Loop& loop, Random& random);

    /// Who has sent it, when a trusted proxy has passed it on.
    std::string client_of(const HttpRequest& request) const { return client_address(request, proxies_); }

    using Verdict = std::optional<Failure>;  ///< Nothing: it may go on.

    // With other gateways.

    /// Before anything is counted.
    void share() { shared_.emplace(gateway_); }

    /// What the others have to be told now, to be published on kLimitsChannel.
    std::vector<std::string> to_tell();
    void hear(std::string_view payload);

    // Connections. What connect() has let in is counted until disconnect().

    Verdict connect(std::string_view address);
    void disconnect(std::string_view address);

    /// One more of a user's sockets, who has so many here.
    Verdict enter(const UserId& user, std::size_t sockets) const;

    /// So many sockets are the user's here now.
    void has_sockets(const UserId& user, std::size_t sockets);

    // What a socket and a user do.

    Verdict event(Bucket& of_socket) const;

    /// Whether a socket whose events are refused has been refused too often.
    bool is_flooding(std::uint64_t socket) { return refusals_.take(RateKey::of(socket), now()) > Duration(0); }

    Verdict send(const UserId& user, const RoomId& room);

    /// A send was no message after all: strangers do not use up what a room's members may say.
    void not_sent(const RoomId& room) { give_back(RateOf::send_room, RateKey::of(room)); }

    Verdict create_room(const UserId& user) { return take(RateOf::room_create, RateKey::of(user)); }
    Verdict join(const UserId& user) { return take(RateOf::join, RateKey::of(user)); }

    // Accounts.

    Verdict sign_up(std::string_view address);
    void not_signed_up(std::string_view address);
    void signed_up(std::string_view username, std::string_view address);

    Result<SignInGuard::Attempt> sign_in(std::string_view username, std::string_view address);
    void end(SignInGuard::Attempt& attempt, SignInGuard::Outcome outcome);

    /// A sign-in has failed, or was refused: whether the log is to have a line of it.
    SignInJournal::Told sign_in_failed(std::string_view username, std::string_view address, SignInJournal::Why why)
    {
        return journal_.failed(username, IpAddress::parse(address), why, now());
    }
    void signed_in(std::string_view username) { journal_.succeeded(username); }

    /// For the operator.
    SignInGuard::Look look_at_sign_ins(std::string_view username) const { return sign_ins_.look(username, now()); }
    std::optional<SignInJournal::Last> last_failure(std::string_view username) const { return journal_.last(username); }

    /// Whoever waits because of failures of that name need not any more.
    void forgive_sign_ins(std::string_view username) { tell(sign_ins_.forget(username)); }

private:
    Instant now() const { return loop_.now(); }
    RateTable& table(RateOf rate) { return rates_[static_cast<std::size_t>(rate)]; }
    Verdict take(RateOf rate, const RateKey& key);
    void give_back(RateOf rate, const RateKey& key);
    void note(RateOf rate, const RateKey& key, std::int32_t many);
    void tell(const SignInGuard::News& news);

    /// As it is counted; nothing: it is not.
    std::optional<IpAddress> counted(std::string_view address) const;

    const Limits& limits_;
    const std::vector<IpNetwork> proxies_;
    const net::Loop& loop_;
    const std::uint64_t seed_;
    const std::uint64_t gateway_;
    const Pace events_;
    RateTable refusals_;
    std::array<RateTable, kRates - 1> rates_;  ///< By RateOf; that of failures by address is the guard's.
    SignInGuard sign_ins_;
    SignInJournal journal_;
    std::map<IpAddress, std::int64_t> connections_;  ///< As many as there are addresses connected.
    std::optional<SharedLimits> shared_;
};

}  // namespace wgw::gateway
